/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reading a log takes from a line: the quick way and the one through a tree must agree. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log_fields.h"
#include "sample_events.h"

static bool scan(struct log_fields *fields, const char *text)
{
	return log_fields_scan(fields, text, strlen(text));
}

static bool value_equal(const struct log_value *a, const struct log_value *b)
{
	if (a->kind == LOG_VALUE_LIST)
		return b->kind == LOG_VALUE_LIST;
	return a->kind == b->kind && a->number == b->number && a->size == b->size &&
	       (!a->size || !memcmp(a->text, b->text, a->size));
}

/* Where the line is walked, the tree says the same. */
static void assert_agrees(const char *text, size_t size)
{
	struct log_fields scanned, expected;
	json_t *tree = json_loadb(text, size, 0, NULL);

	if (!log_fields_scan(&scanned, text, size)) {
		json_decref(tree);
		return;
	}
	if (!tree)
		fail_msg("taken for JSON: %.*s", (int)size, text);
	log_fields_of(&expected, tree);
	for (enum log_field field = 0; field < LOG_FIELDS; field++)
		if (!value_equal(&scanned.values[field], &expected.values[field]))
			fail_msg("field %d differs: %.*s", field, (int)size, text);
	json_decref(tree);
}

static char *sample_line(void)
{
	struct mw_decision_event decision = sample_decision(17, MW_VERDICT_DENY, true);
	struct record_context context = sample_context();
	struct operation operation = { .seq = 17 };
	json_t *record;
	char *text;

	operation_take_decision(&operation, &decision);
	operation.repeated = (struct operation_repeat){ .count = 5, .first = 1, .last = 2 };
	record = record_operation(&context, &operation);
	text = json_dumps(record, JSON_COMPACT);
	json_decref(record);
	assert_non_null(text);
	return text;
}

static void walks_what_modwarden_writes(void **state)
{
	auto_free char *text = sample_line();
	struct log_fields fields;

	(void)state;
	assert_true(scan(&fields, text));
	assert_true(log_field_is(&fields, LOG_SCHEMA, "modwarden/1"));
	assert_true(log_field_is(&fields, LOG_ID, "5f0c1d2e-17"));
	assert_true(log_field_is(&fields, LOG_TYPE, "operation"));
	assert_true(log_field_is(&fields, LOG_OP, "load"));
	assert_true(log_field_is(&fields, LOG_VERDICT, "deny"));
	assert_true(log_field_is(&fields, LOG_REASON, "default"));
	assert_true(log_field_is(&fields, LOG_MODULE_NAME, "evil"));
	assert_true(log_field_is(&fields, LOG_MODULE_PATH, "/tmp/evil.ko"));
	assert_true(log_field_is(&fields, LOG_COMM, "insmod"));
	assert_false(log_field_is(&fields, LOG_COMM, "insmo"));
	assert_false(log_field_is(&fields, LOG_COMM, "insmode"));
	assert_int_equal(fields.values[LOG_ENFORCED].number, 1);
	assert_int_equal(log_fields_count(&fields), 5);
	assert_agrees(text, strlen(text));
}

/* Each of these is valid JSON that other programs may make of a record. */
static void leaves_to_the_tree_what_is_not_plain(void **state)
{
	static const char *const lines[] = {
		"{\"verdict\": \"deny\"}",
		"{ \"verdict\":\"deny\"}",
		"{\"verdict\":\"deny\"} ",
		"{\"verdict\":\"\\u0064eny\"}",
		"{\"\\u0076erdict\":\"deny\"}",
		"{\"verdict\":\"allow\",\"verdict\":\"deny\"}",
		"{\"module\":{\"name\":\"a\"},\"module\":{\"path\":\"b\"}}",
		"{\"rule\":\"a\\\"b\"}",
		"{\"rule\":[\"a\\\"b\"]}",
		"{\"rule\":\"\xc3\xa4\"}",
		"{\"process\":{\"uid\":1.5}}",
		"{\"process\":{\"uid\":12345678901234567890}}",
		"{\"process\":{\"uid\":9999999999999999999}}",
		"[]",
	};
	struct log_fields fields;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (scan(&fields, lines[i]))
			fail_msg("walked: %s", lines[i]);
}

static void walks_what_is_plain(void **state)
{
	static const char *const lines[] = {
		"{}",
		"{\"verdict\":\"deny\"}",
		"{\"process\":{\"cmdline\":\"a \\\"b\\\" \\\\x0a\",\"uid\":0},\"x\":[]}",
		"{\"a\":[{\"uid\":7},[1,-2,true,false,null,\"x\"]],\"process\":{\"uid\":-3}}",
		"{\"module\":null,\"rule\":null,\"requester\":{\"alias\":\"net-pf-1\"}}",
		"{\"audit\":{\"key\":[\"a\",\"b c\"],\"id\":\"1.2:3\"},\"rule\":[]}",
		"{\"deep\":{\"process\":{\"uid\":7},\"verdict\":\"deny\"}}",
		"{\"process\":{\"verdict\":\"deny\",\"module\":{\"name\":\"x\"}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct log_fields fields;

		if (!scan(&fields, lines[i]))
			fail_msg("not walked: %s", lines[i]);
		assert_agrees(lines[i], strlen(lines[i]));
	}
}

/* What is cut or bent anywhere is never taken for a record that it is not. */
static void agrees_however_a_line_is_damaged(void **state)
{
	static const char bytes[] = "\"\\{}[],:x0-. \n\x01\x7f\xff";
	auto_free char *text = sample_line();
	size_t size = strlen(text);

	(void)state;
	for (size_t i = 0; i < size; i++)
		assert_agrees(text, i);
	for (size_t i = 0; i < size; i++) {
		char kept = text[i];

		for (size_t j = 0; j < sizeof(bytes); j++) {
			text[i] = bytes[j];
			assert_agrees(text, size);
		}
		text[i] = kept;
	}
}

static void refuses_what_is_too_deep(void **state)
{
	struct log_fields fields;
	char text[2001];

	(void)state;
	memset(text, '[', 2000);
	memcpy(text, "{\"a\":", 5);
	text[2000] = '\0';
	assert_false(scan(&fields, text));
}

static void tells_the_time(void **state)
{
	struct log_fields fields;
	int64_t time;

	(void)state;
	assert_true(scan(&fields, "{\"time\":\"1970-01-01T00:00:01.000002Z\"}"));
	assert_int_equal(log_fields_time(&fields, LOG_TIME, &time), 0);
	assert_int_equal(time, 1000002);
	assert_int_equal(log_fields_time(&fields, LOG_FIRST, &time), -EINVAL);
	assert_int_equal(log_fields_count(&fields), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_what_modwarden_writes),
		cmocka_unit_test(leaves_to_the_tree_what_is_not_plain),
		cmocka_unit_test(walks_what_is_plain),
		cmocka_unit_test(agrees_however_a_line_is_damaged),
		cmocka_unit_test(refuses_what_is_too_deep),
		cmocka_unit_test(tells_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
