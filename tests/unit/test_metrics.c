/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics and readiness: the text is golden/metrics.txt, which tests/monitoring reads, too. */
#include "policy_case.h"

#include "cleanup.h"
#include "golden_file.h"
#include "metrics.h"

static struct tally tally;
static struct record_lost lost;
static struct mw_counters counters;
static struct audit_tally audit;
static const struct container_names_counts names = { .known = 7, .unknown = 2, .failed = 1 };

static struct metrics sample(const struct policy *policy)
{
	return (struct metrics){
		.version = "0.1.0",
		.node = "node-1",
		.kernel = "6.12.0",
		.plan = { .mechanism = MECHANISM_LSM, .grade = GRADE_ENFORCE },
		.mode = MW_MODE_ENFORCE,
		.mode_source = MODE_SOURCE_POLICY,
		.policy_mode = MW_MODE_ENFORCE,
		.started = 1700000000123000000,
		.loaded = 1700000001000000000,
		.refused = 2,
		.is_guarded = true,
		.exceptions = 1,
		.policy = policy,
		.tally = &tally,
		.lost = &lost,
		.counters = &counters,
		.audit = &audit,
		.names = &names,
		.name_restarts = 3,
	};
}

#define TWO_RULES                                                                                  \
	HEAD "  - name: distro\n    allow: load\n    signed: true\n  - name: no-dccp\n    deny: "  \
	     "load\n"

static char *metrics_text(const struct metrics *metrics)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	metrics_print(metrics, out);
	fclose(out);
	copy = strdup(text);
	free(text);
	return copy;
}

static void text_is_the_golden_one(void **state)
{
	struct policy *policy = good(TWO_RULES);
	struct metrics metrics = sample(policy);
	char *text;

	(void)state;
	tally.reasons[MW_OP_LOAD][MW_REASON_RULE][TALLY_ALLOWED] = 40;
	tally.reasons[MW_OP_LOAD][MW_REASON_RULE][TALLY_DENIED] = 3;
	tally.reasons[MW_OP_LOAD][MW_REASON_DEFAULT][TALLY_DENIED] = 2;
	tally.reasons[MW_OP_AUTOLOAD][MW_REASON_DEFAULT][TALLY_ALLOWED] = 7;
	tally.rules[0][TALLY_ALLOWED] = 40;
	tally.rules[1][TALLY_DENIED] = 3;
	tally.former_rules[TALLY_DENIED] = 1;
	tally.no_rule[TALLY_DENIED] = 1;
	tally.no_rule[TALLY_ALLOWED] = 7;
	lost.count[RECORD_LOST_OUTPUT] = 5;
	audit.recorded[AUDIT_RECORDED_YES] = 40;
	audit.recorded[AUDIT_RECORDED_NO] = 5;
	audit.gaps = 5;
	audit.kernel_lost = 9;
	counters.holes = 1;
	counters.skipped = 12345678901;
	counters.hashes[0] = 30;
	counters.hashes[4] = 14;
	counters.hashes[MW_HASH_BUCKETS - 1] = 1;
	counters.hash_ns = 1523000017;
	text = metrics_text(&metrics);
	assert_golden("metrics.txt", text);
	free(text);
	policy_free(policy);
}

static void a_time_is_within_the_bound_of_its_bucket(void **state)
{
	(void)state;
	assert_int_equal(mw_hash_bucket(0), 0);
	assert_int_equal(mw_hash_bucket(100000), 0);
	assert_int_equal(mw_hash_bucket(100001), 1);
	assert_int_equal(mw_hash_bucket(1000000), 3);
	assert_int_equal(mw_hash_bucket(1000000000), MW_HASH_BUCKETS - 2);
	assert_int_equal(mw_hash_bucket(1000000001), MW_HASH_BUCKETS - 1);
	assert_int_equal(mw_hash_bucket(UINT64_MAX), MW_HASH_BUCKETS - 1);
}

static void labels_show_nothing_but_what_they_say(void **state)
{
	struct policy *policy = good(TWO_RULES);
	struct metrics metrics = sample(policy);
	char *text;

	(void)state;
	metrics.node = "a\"} 1\nmodwarden_up{x=\"\\\xff";
	text = metrics_text(&metrics);
	assert_non_null(strstr(text, ",node=\"a\\\"} 1\\\\x0amodwarden_up{x=\\\"\\\\\\\\xff\","));
	assert_null(strstr(text, "\nmodwarden_up"));
	free(text);
	policy_free(policy);
}

static unsigned int lines_of(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* As many rules as there can be, and everything counted. */
static void series_are_bounded(void **state)
{
	auto_free char *source = NULL;
	struct policy *policy;
	struct metrics metrics;
	size_t size;
	FILE *out = open_memstream(&source, &size);
	char *text;

	(void)state;
	fputs(HEAD, out);
	for (int i = 0; i < MW_RULES_MAX; i++)
		fprintf(out, "  - name: rule-%d-%050d\n    allow: load\n    module: m%d\n", i, i,
			i);
	fclose(out);
	policy = good(source);
	memset(&tally, 0x7f, sizeof(tally));
	memset(&lost, 0x7f, sizeof(lost));
	memset(&counters, 0x7f, sizeof(counters));
	metrics = sample(policy);
	text = metrics_text(&metrics);
	assert_true(lines_of(text) > MW_RULES_MAX * TALLY_ENDS);
	assert_true(lines_of(text) < 2000);
	assert_true(strlen(text) < 300000);
	free(text);
	policy_free(policy);
	memset(&tally, 0, sizeof(tally));
}

static char *readiness_text(const struct metrics *metrics, bool *is_ready)
{
	static char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	*is_ready = metrics_print_readiness(metrics, out);
	fclose(out);
	return text;
}

static void is_ready_where_gates_fire_and_records_are_written(void **state)
{
	struct metrics metrics = sample(NULL);
	bool is_ready;

	(void)state;
	assert_string_equal(readiness_text(&metrics, &is_ready),
			    "{\"ready\":true,\"reasons\":[]}\n");
	assert_true(is_ready);
}

static void tells_all_that_it_is_not_ready_for(void **state)
{
	struct metrics metrics = sample(NULL);
	bool is_ready;

	(void)state;
	metrics.failing = MW_GATE_CONTENT;
	metrics.is_output_lost = true;
	metrics.plan = (struct plan){ .grade = GRADE_OBSERVE, .reason = "they only watch" };
	assert_string_equal(
		readiness_text(&metrics, &is_ready),
		"{\"ready\":false,\"reasons\":[\"the gate 'content' did not fire in the "
		"last self-test\",\"nothing can be refused here: they only watch\","
		"\"records cannot be written; see the log\"]}\n");
	assert_false(is_ready);
}

static void each_reason_alone_is_enough(void **state)
{
	bool is_ready;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct metrics metrics = sample(NULL);

		metrics.failing = i == 0 ? MW_GATE_NAME : MW_GATE_NONE;
		metrics.is_output_lost = i == 1;
		metrics.plan.grade = i == 2 ? GRADE_OBSERVE : GRADE_RACEABLE;
		readiness_text(&metrics, &is_ready);
		assert_false(is_ready);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_the_golden_one),
		cmocka_unit_test(a_time_is_within_the_bound_of_its_bucket),
		cmocka_unit_test(labels_show_nothing_but_what_they_say),
		cmocka_unit_test(series_are_bounded),
		cmocka_unit_test(is_ready_where_gates_fire_and_records_are_written),
		cmocka_unit_test(tells_all_that_it_is_not_ready_for),
		cmocka_unit_test(each_reason_alone_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
