/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report makes of records: each counted where it belongs, and never more kept than fits. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "report.h"
#include "report_html.h"
#include "report_page.h"
#include "report_records.h"
#include "report_timeline.h"

static struct report *report;

static int begin(void **state)
{
	(void)state;
	return report_new(&report);
}

static int end(void **state)
{
	(void)state;
	report_free(report);
	return 0;
}

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
	char text[4096];
	json_t *record;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	record = json_loads(text, 0, NULL);
	if (!record)
		fail_msg("the test's JSON is wrong: %s", text);
	assert_int_equal(report_add(report, record), 0);
	json_decref(record);
}

#define OPERATION(time) "{\"type\":\"operation\",\"op\":\"load\",\"time\":\"" time "\","

/* A load: what became of it, and its module. */
static void add_load(const char *fields, const char *module)
{
	add(OPERATION("2026-11-20T08:00:00.000000Z") "%s,\"module\":{\"name\":\"%s\"}}", fields,
	    module);
}

static json_t *made(void)
{
	const struct report_about about = { .title = "title" };
	json_t *all = report_json(report, &about);

	assert_non_null(all);
	return all;
}

static json_t *rows(const json_t *all, const char *part)
{
	return json_object_get(json_object_get(all, part), "rows");
}

static long long number(const json_t *all, const char *group, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(all, group), key));
}

#define DENIED     "\"verdict\":\"deny\",\"enforced\":true,\"mode\":\"enforce\""
#define WOULD_DENY "\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"monitor\""
#define TOO_LATE   "\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"enforce\""
#define FAILED     "\"verdict\":\"deny\",\"enforced\":false,\"reason\":\"kernel\""
#define ALLOWED    "\"verdict\":\"allow\",\"enforced\":false,\"mode\":\"enforce\""

static void each_operation_counts_once_by_what_became_of_it(void **state)
{
	json_t *all;

	(void)state;
	add_load(DENIED, "a");
	add_load(DENIED ",\"repeated\":{\"count\":41}", "a");
	add_load(WOULD_DENY, "b");
	add_load(TOO_LATE, "c");
	add_load(FAILED, "d");
	add_load(ALLOWED, "e");
	all = made();
	assert_int_equal(number(all, "outcomes", "deny"), 42);
	assert_int_equal(number(all, "outcomes", "would_deny"), 1);
	assert_int_equal(number(all, "outcomes", "not_stopped"), 1);
	assert_int_equal(number(all, "outcomes", "failed"), 1);
	assert_int_equal(number(all, "outcomes", "allow"), 1);
	assert_int_equal(json_array_size(rows(all, "blocked")), 4);
	assert_int_equal(json_array_size(rows(all, "allowed")), 1);
	json_decref(all);
}

static void baseline_denials_are_no_tampering(void **state)
{
	json_t *all;

	(void)state;
	add("{\"type\":\"module\",\"reason\":\"baseline\",\"verdict\":\"deny\","
	    "\"module\":{\"name\":\"old\"}}");
	add("{\"type\":\"module\",\"reason\":\"baseline\",\"verdict\":\"allow\","
	    "\"module\":{\"name\":\"fine\"}}");
	all = made();
	assert_int_equal(json_array_size(rows(all, "baseline")), 1);
	assert_int_equal(number(all, "findings", "tamper"), 0);
	assert_int_equal(json_array_size(rows(all, "tamper")), 0);
	assert_int_equal(json_array_size(rows(all, "records")), 0);
	json_decref(all);
}

static void hidden_modules_and_holes_are_tampering(void **state)
{
	json_t *all;

	(void)state;
	add("{\"type\":\"module\",\"reason\":\"vanished\",\"module\":{\"name\":\"rk\"}}");
	add("{\"type\":\"tamper\",\"reason\":\"gate_hole\",\"module\":{\"name\":\"rk\"}}");
	all = made();
	assert_int_equal(number(all, "findings", "tamper"), 2);
	assert_int_equal(json_array_size(rows(all, "tamper")), 2);
	json_decref(all);
}

static void an_audit_gap_is_not_counted_twice(void **state)
{
	json_t *all;

	(void)state;
	add_load(DENIED ",\"audit\":{\"recorded\":\"no\"}", "a");
	add_load(ALLOWED ",\"audit\":{\"recorded\":\"lost\"}", "b");
	add_load(ALLOWED ",\"audit\":{\"recorded\":\"yes\"}", "c");
	add("{\"type\":\"audit\",\"reason\":\"gap\",\"count\":2}");
	all = made();
	assert_int_equal(number(all, "findings", "audit"), 2);
	assert_int_equal(json_array_size(rows(all, "audit")), 3);
	json_decref(all);
}

static void losses_are_summed_by_kind_and_node(void **state)
{
	json_t *all;

	(void)state;
	add("{\"type\":\"loss\",\"node\":\"n\",\"lost\":{\"decision\":3,\"output\":2}}");
	add("{\"type\":\"daemon\",\"node\":\"n\",\"lost\":{\"decision\":4}}");
	add("{\"type\":\"daemon\",\"node\":\"m\",\"lost\":{\"decision\":\"many\"}}");
	all = made();
	assert_int_equal(number(all, "findings", "lost"), 9);
	assert_int_equal(json_array_size(rows(all, "losses")), 2);
	json_decref(all);
}

/* Only what the row with most counts is known of: the flood is not. */
static void a_flood_of_names_pushes_out_no_module_that_counts(void **state)
{
	char name[16];
	json_t *all, *row;

	(void)state;
	for (int i = 0; i < 3; i++)
		add_load(DENIED, "wanted");
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "flood%d", i);
		add_load(DENIED, name);
	}
	all = made();
	assert_true(json_array_size(rows(all, "blocked")) <= 400);
	row = json_array_get(rows(all, "blocked"), 0);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(row, "module"), 0), "value")),
			    "wanted");
	row = json_object_get(json_object_get(all, "blocked"), "left_out");
	assert_int_equal(json_integer_value(json_object_get(row, "count")) +
				 (long long)json_array_size(rows(all, "blocked")) + 2,
			 5003);
	json_decref(all);
}

static void the_last_records_are_kept_by_time_not_by_order(void **state)
{
	json_t *all, *first;

	(void)state;
	for (int i = 0; i < REPORT_RECORDS_MAX + 50; i++)
		add("{\"type\":\"tamper\",\"id\":\"x-%d\",\"time\":\"2026-11-20T08:%02d:%02d."
		    "000000Z\"}",
		    i, 59 - i / 60, 59 - i % 60);
	all = made();
	assert_int_equal(json_array_size(rows(all, "records")), REPORT_RECORDS_MAX);
	first = json_array_get(rows(all, "records"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "id")), "x-0");
	assert_int_equal(
		json_integer_value(json_object_get(
			json_object_get(json_object_get(all, "records"), "left_out"), "rows")),
		50);
	json_decref(all);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	struct report_facts facts;
	char name[2 * FACT_SIZE];
	json_t *record;

	(void)state;
	memset(name, 'x', 1);
	for (size_t i = 1; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 3);
	record = json_pack("{s:s,s:{s:s}}", "type", "tamper", "module", "name", name);
	report_facts_read(&facts, record);
	json_decref(record);
	record = json_string(facts.text[FACT_MODULE]);
	assert_non_null(record);
	assert_true(strlen(facts.text[FACT_MODULE]) >= FACT_SIZE - 4);
	assert_non_null(strstr(facts.text[FACT_MODULE], "..."));
	json_decref(record);
}

static uint64_t timeline_sum(const struct timeline *timeline)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < timeline->count; i++)
		sum += timeline->spans[i].ends[TALLY_DENIED];
	return sum;
}

static void timeline_try(struct timeline *timeline, const char *time)
{
	struct report_facts facts = { .end = TALLY_DENIED, .count = 1 };

	strcpy(facts.time, time);
	timeline_add(timeline, &facts, false);
}

static void timeline_loses_nothing_in_any_order(void **state)
{
	static const char *const times[] = {
		"2026-11-20T08:00:00.000000Z", "2026-11-20T07:59:59.000000Z",
		"2026-11-20T08:05:00.000000Z", "2026-11-20T03:00:00.000000Z",
		"2026-11-24T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z",
		"9999-12-31T23:59:59.000000Z", "2026-11-20T08:00:01.000000Z",
	};
	const size_t count = sizeof(times) / sizeof(*times);
	struct timeline forth = {}, back = {};

	(void)state;
	for (size_t i = 0; i < count; i++) {
		timeline_try(&forth, times[i]);
		timeline_try(&back, times[count - 1 - i]);
		assert_int_equal(timeline_sum(&forth), i + 1);
		assert_true(forth.count <= TIMELINE_SPANS);
	}
	assert_int_equal(timeline_sum(&back), count);
	assert_int_equal(forth.width, back.width);
	assert_int_equal(forth.first, back.first);
	assert_memory_equal(forth.spans, back.spans, sizeof(back.spans));
}

static char *page_of(const json_t *all)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(report_page_write(out, all), 0);
	fclose(out);
	return text;
}

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text++;
	}
	return count;
}

static void nothing_in_a_log_is_markup(void **state)
{
	auto_free char *page = NULL;
	json_t *all;

	(void)state;
	add_load(DENIED ",\"node\":\"--><script>x</script>\",\"rule\":\"\\\"'&<img>\"",
		 "</script><img src=x onerror=y>");
	all = made();
	page = page_of(all);
	json_decref(all);
	assert_int_equal(occurrences(page, "<script"), 2);
	assert_int_equal(occurrences(page, "</script>"), 2);
	assert_int_equal(occurrences(page, "<img"), 0);
	assert_int_equal(occurrences(page, "--><"), 0);
	assert_true(occurrences(page, "&lt;img src=x onerror=y&gt;") > 0);
}

static void what_is_no_record_of_ours_does_no_harm(void **state)
{
	auto_free char *page = NULL;
	json_t *all;

	(void)state;
	add("{}");
	add("{\"type\":7,\"time\":[],\"module\":\"x\",\"process\":3,\"lost\":[1],\"repeated\":9}");
	add(OPERATION("tomorrow") "\"repeated\":{\"count\":-5},\"container\":[],\"requester\":1}");
	add("{\"type\":\"operation\",\"verdict\":\"deny\",\"time\":\"9999-99-99T99:99:99."
	    "999999Z\"}");
	all = made();
	page = page_of(all);
	assert_non_null(page);
	assert_int_equal(json_integer_value(json_object_get(all, "records_read")), 4);
	json_decref(all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_operation_counts_once_by_what_became_of_it),
		TEST(baseline_denials_are_no_tampering),
		TEST(hidden_modules_and_holes_are_tampering),
		TEST(an_audit_gap_is_not_counted_twice),
		TEST(losses_are_summed_by_kind_and_node),
		TEST(a_flood_of_names_pushes_out_no_module_that_counts),
		TEST(the_last_records_are_kept_by_time_not_by_order),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(timeline_loses_nothing_in_any_order),
		TEST(nothing_in_a_log_is_markup),
		TEST(what_is_no_record_of_ours_does_no_harm),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
