/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log comes to. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log_filter.h"
#include "log_last.h"
#include "log_summary.h"

#define HEAD     "{\"schema\":\"modwarden/1\",\"type\":\"operation\",\"node\":\"n1\","
#define AT(time) "\"time\":\"2026-09-21T" time "Z\","
#define DENIED   "\"verdict\":\"deny\",\"enforced\":true,\"reason\":\"default\""
#define CALLER   "\"process\":{\"comm\":\"insmod\",\"exe\":\"/usr/bin/kmod\",\"uid\":0}"

static struct log_summary *summary;

static int begin(void **state)
{
	(void)state;
	return log_summary_new(&summary);
}

static int end(void **state)
{
	(void)state;
	log_summary_free(summary);
	return 0;
}

static void add(const char *text)
{
	struct log_line line = { .text = text, .size = strlen(text) };
	char why[JSON_ERROR_TEXT_LENGTH];

	assert_int_equal(log_line_take(&line, why), 0);
	assert_int_equal(log_summary_add(summary, &line), 0);
	json_decref(line.record);
}

static void assert_summary(size_t rows, const char *expected)
{
	json_t *value = log_summary_json(summary, rows);
	auto_free char *text = json_dumps(value, JSON_COMPACT);

	json_decref(value);
	assert_string_equal(text, expected);
}

static void counts_what_a_record_stands_for(void **state)
{
	(void)state;
	add(HEAD AT("10:00:00") DENIED "," CALLER ",\"module\":{\"name\":\"evil\"}}");
	add(HEAD AT("10:00:00") DENIED "," CALLER ",\"module\":{\"name\":\"evil\"},\"repeated\":{"
				       "\"count\":41,\"first\":\"2026-09-21T10:00:00.5Z\",\"last\":"
				       "\"2026-09-21T10:00:00.9Z\"}}");
	add(HEAD AT(
		"09:00:00") "\"verdict\":\"allow\",\"rule\":\"gpu\",\"reason\":\"rule\","
			    "\"module\":{\"name\":null,\"path\":\"/m/nv.ko.xz\"},\"container\":{"
			    "\"id\":\"4f3c2b1a0d9e8f7a\"},\"process\":{\"comm\":\"x\"}}");
	add("{\"schema\":\"modwarden/1\",\"type\":\"daemon\",\"time\":\"2026-09-21T01:00:00Z\"}");
	assert_summary(
		1,
		"{\"records\":4,\"attempts\":43,\"first\":\"2026-09-21T09:00:00.000000Z\",\"last\":"
		"\"2026-09-21T10:00:00.900000Z\",\"types\":{\"operation\":3,\"daemon\":1},"
		"\"findings\":{\"tamper\":0},"
		"\"verdicts\":{\"allow\":1,\"blocked\":42},"
		"\"left_out\":{\"modules\":1,\"callers\":1,\"rules\":1,\"nodes\":0},"
		"\"others\":{\"modules\":0,\"callers\":0,\"rules\":0,\"nodes\":0},"
		"\"modules\":[{\"name\":\"evil\",\"attempts\":42,\"denied\":42,\"first\":"
		"\"2026-09-21T10:00:00.000000Z\",\"last\":\"2026-09-21T10:00:00.900000Z\"}],"
		"\"callers\":[{\"name\":\"/usr/bin/kmod, uid 0\",\"attempts\":42,\"denied\":42,"
		"\"first\":\"2026-09-21T10:00:00.000000Z\",\"last\":\"2026-09-21T10:00:00."
		"900000Z\"}"
		"],\"rules\":[{\"name\":\"(default)\",\"attempts\":42,\"denied\":42,\"first\":"
		"\"2026-09-21T10:00:00.000000Z\",\"last\":\"2026-09-21T10:00:00.900000Z\"}],"
		"\"nodes\":[{\"name\":\"n1\",\"attempts\":43,\"denied\":42,\"first\":"
		"\"2026-09-21T09:00:00.000000Z\",\"last\":\"2026-09-21T10:00:00.900000Z\"}]}");
}

static void a_module_without_a_name_is_known_by_its_file_or_alias(void **state)
{
	json_t *value;

	(void)state;
	add(HEAD AT("10:00:00") "\"module\":{\"name\":null,\"path\":\"/m/nv.ko.xz\"}}");
	add(HEAD AT("10:00:00") "\"module\":null,\"requester\":{\"alias\":\"net-pf-9\"}}");
	value = log_summary_json(summary, 10);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(value, "modules"), 0), "name")),
			    "net-pf-9");
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(value, "modules"), 1), "name")),
			    "nv");
	json_decref(value);
}

/* Names are chosen by whoever is refused: memory has an end before they have. */
static void names_beyond_the_bound_are_one_sum(void **state)
{
	json_t *value;

	(void)state;
	for (unsigned int i = 0; i < LOG_SUMMARY_NAMES + 7; i++) {
		char text[256];

		snprintf(text, sizeof(text), HEAD AT("10:00:00") "\"module\":{\"name\":\"m%u\"}}",
			 i);
		add(text);
	}
	value = log_summary_json(summary, 10);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(value, "others"), "modules")),
		7);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(value, "left_out"), "modules")),
		LOG_SUMMARY_NAMES - 10);
	assert_int_equal(json_integer_value(json_object_get(value, "attempts")),
			 LOG_SUMMARY_NAMES + 7);
	json_decref(value);
}

/* Whoever is refused chooses them: "é" lies across the limit, whichever side it begins on. */
static void cuts_between_characters(void **state)
{
	static const struct {
		const char *before, *after;
		int limit;
	} cases[] = {
		{ "\"module\":{\"name\":\"", "\"}}", 512 },
		{ "\"process\":{\"exe\":\"", "\"}}", 400 },
		{ "\"process\":{\"comm\":\"x\"},\"container\":{\"id\":\"", "\"}}", 12 },
		{ "\"reason\":\"", "\"}", 32 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		size_t before = (size_t)cases[i / 2].limit - 1 - i % 2;
		char text[2048], filler[1024] = "";
		json_t *value;

		memset(filler, 'a', before);
		for (size_t at = before; at < before + 40; at += 2)
			memcpy(filler + at, "\xc3\xa9", 3);
		snprintf(text, sizeof(text), HEAD AT("10:00:00") "%s%s%s", cases[i / 2].before,
			 filler, cases[i / 2].after);
		add(text);
		value = log_summary_json(summary, 10);
		assert_non_null(value);
		json_decref(value);
	}
}

static char *print(size_t width)
{
	json_t *value = log_summary_json(summary, 10);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(log_summary_print(value, width, out), 0);
	fclose(out);
	json_decref(value);
	return text;
}

static void text_fits_and_obeys_nobody(void **state)
{
	auto_free char *text = NULL;

	(void)state;
	add(HEAD AT("10:00:00") DENIED ",\"module\":{\"name\":\"a\\u001b[2J\\u202eb"
				       "01234567890123456789012345678901234567890123456789\"}}");
	text = print(60);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "  a\\x1b[2J\\xe2"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 60);
}

static void keeps_the_last_ones(void **state)
{
	static const char *const ids[] = { "1", "2", "3", "4", "5" };
	struct log_last *last;
	struct log_line *line;

	(void)state;
	assert_int_equal(log_last_new(&last, 3), 0);
	assert_int_equal(log_last_take(last, &line), 0);
	for (size_t i = 0; i < 5; i++) {
		char text[128];
		struct log_line added = { .text = text };

		added.size = (size_t)snprintf(
			text, sizeof(text),
			"{\"schema\":\"modwarden/1\",\"id\":\"%s\",\"rule\":\"\\u0061\"}", ids[i]);
		assert_int_equal(log_last_add(last, &added), 0);
	}
	for (size_t i = 2; i < 5; i++) {
		assert_int_equal(log_last_take(last, &line), 1);
		assert_true(log_field_is(&line->fields, LOG_ID, ids[i]));
		assert_true(log_field_is(&line->fields, LOG_RULE, "a"));
	}
	assert_int_equal(log_last_take(last, &line), 0);
	log_last_free(last);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#define OTHER(type, reason)                                                                        \
	"{\"schema\":\"modwarden/1\",\"type\":\"" type "\",\"reason\":\"" reason                   \
	"\"," AT("10:00:00") "\"module\":{\"name\":\"rk\"}}"

/* As `report` does. */
static void vanished_modules_count_as_tampering(void **state)
{
	auto_free char *text = NULL;

	(void)state;
	add(OTHER("module", "vanished"));
	add(OTHER("module", "vanished"));
	add(OTHER("tamper", "gate_hole"));
	add(OTHER("module", "baseline"));
	add(OTHER("daemon", "vanished"));
	add(OTHER("tamper and more that is no type of a record", "vanished"));
	text = print(80);
	assert_non_null(strstr(text, "6 records: "));
	assert_non_null(strstr(text, "\n3 records tell of tampering\n"));
}

static void one_is_told_as_one(void **state)
{
	auto_free char *text = NULL;

	(void)state;
	add(HEAD AT("10:00:00") DENIED "}");
	text = print(80);
	assert_non_null(strstr(text, "1 record: "));
	assert_non_null(strstr(text, "1 attempt: "));
	assert_null(strstr(text, "tampering"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_what_a_record_stands_for),
		TEST(vanished_modules_count_as_tampering),
		TEST(one_is_told_as_one),
		TEST(a_module_without_a_name_is_known_by_its_file_or_alias),
		TEST(names_beyond_the_bound_are_one_sum),
		TEST(cuts_between_characters),
		TEST(text_fits_and_obeys_nobody),
		TEST(keeps_the_last_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
