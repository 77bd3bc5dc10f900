/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status counts: what each number is of, and that all sums are the same. */
#include "policy_case.h"

#include "cleanup.h"
#include "control_status.h"
#include "status_text.h"
#include "words.h"

static struct operation operation_of(enum mw_verdict verdict, bool enforced, enum mw_reason reason,
				     uint16_t rule)
{
	return (struct operation){
		.ruling = { .generation = 1,
			    .rule = rule,
			    .verdict = verdict,
			    .reason = reason,
			    .mode = enforced ? MW_MODE_ENFORCE : MW_MODE_MONITOR,
			    .enforced = enforced },
		.facts = { .op = MW_OP_LOAD },
	};
}

static void counts_each_attempt_of_a_record(void **state)
{
	static struct tally tally;
	struct operation operation =
		operation_of(MW_VERDICT_DENY, true, MW_REASON_DEFAULT, MW_RULE_NONE);

	(void)state;
	tally_add(&tally, &operation, 1);
	operation = operation_of(MW_VERDICT_DENY, true, MW_REASON_RULE, 3);
	operation.repeated.count = 41;
	tally_add(&tally, &operation, 1);
	assert_int_equal(tally.reasons[MW_OP_LOAD][MW_REASON_DEFAULT][TALLY_DENIED], 1);
	assert_int_equal(tally.reasons[MW_OP_LOAD][MW_REASON_RULE][TALLY_DENIED], 41);
	assert_int_equal(tally.rules[3][TALLY_DENIED], 41);
	assert_int_equal(tally.rules[3][TALLY_ALLOWED], 0);
	assert_int_equal(tally.no_rule[TALLY_DENIED], 1);
}

static enum tally_end end_of(struct operation operation)
{
	struct tally tally = {};

	tally_add(&tally, &operation, 1);
	for (enum tally_end end = 0; end < TALLY_ENDS; end++)
		if (tally.no_rule[end])
			return end;
	return TALLY_ENDS;
}

static void tells_what_was_let_in_from_what_was_refused(void **state)
{
	struct operation late =
		operation_of(MW_VERDICT_DENY, false, MW_REASON_NO_TICKET, MW_RULE_NONE);
	struct operation none =
		operation_of(MW_VERDICT_DENY, true, MW_REASON_DEFAULT, MW_RULE_NONE);

	(void)state;
	late.ruling.mode = MW_MODE_ENFORCE;
	none.facts.op = MW_OP_NONE;
	assert_int_equal(
		end_of(operation_of(MW_VERDICT_ALLOW, false, MW_REASON_DEFAULT, MW_RULE_NONE)),
		TALLY_ALLOWED);
	assert_int_equal(
		end_of(operation_of(MW_VERDICT_DENY, true, MW_REASON_DEFAULT, MW_RULE_NONE)),
		TALLY_DENIED);
	assert_int_equal(
		end_of(operation_of(MW_VERDICT_DENY, false, MW_REASON_DEFAULT, MW_RULE_NONE)),
		TALLY_WOULD_DENY);
	assert_int_equal(end_of(late), TALLY_NOT_STOPPED);
	assert_int_equal(
		end_of(operation_of(MW_VERDICT_DENY, true, MW_REASON_KERNEL, MW_RULE_NONE)),
		TALLY_FAILED);
	assert_int_equal(end_of(operation_of(MW_VERDICT_NONE, false, MW_REASON_NONE, MW_RULE_NONE)),
			 TALLY_UNDECIDED);
	assert_int_equal(end_of(none), TALLY_ENDS);
}

static void rules_of_a_policy_before_are_counted_apart(void **state)
{
	static struct tally tally;
	struct operation operation = operation_of(MW_VERDICT_ALLOW, false, MW_REASON_RULE, 3);

	(void)state;
	tally_add(&tally, &operation, 1);
	assert_int_equal(tally.rules[3][TALLY_ALLOWED], 1);
	tally_set_generation(&tally, 2);
	assert_int_equal(tally.rules[3][TALLY_ALLOWED], 0);
	assert_int_equal(tally.former_rules[TALLY_ALLOWED], 1);
	/* One that a gate judged before, and that ends now. */
	tally_add(&tally, &operation, 2);
	assert_int_equal(tally.rules[3][TALLY_ALLOWED], 0);
	assert_int_equal(tally.former_rules[TALLY_ALLOWED], 2);
	operation.ruling.generation = 2;
	tally_add(&tally, &operation, 2);
	assert_int_equal(tally.rules[3][TALLY_ALLOWED], 1);
	assert_int_equal(tally.reasons[MW_OP_LOAD][MW_REASON_RULE][TALLY_ALLOWED], 3);
}

static struct policy *policy;
static struct recorder *recorder;
static struct override override;
static struct plan plan;
static struct mw_counters counters;

static int begin(void **state)
{
	struct sink *sink;

	(void)state;
	policy = good(HEAD "  - name: a\n    allow: load\n    module: x\n"
			   "  - name: b\n    deny: load\n    module: y\n");
	policy->image->generation = 1;
	return sink_open(&sink, "/dev/null", SINK_JSON) || recorder_new(&recorder, sink, "node");
}

static int end(void **state)
{
	(void)state;
	recorder_free(&recorder);
	policy_free(policy);
	return 0;
}

static struct control_view view_of(bool is_missing)
{
	static const struct audit_tally audit;

	return (struct control_view){
		.audit = &audit,
		.recorder = recorder,
		.override = &override,
		.policy = policy,
		.policy_path = "/etc/policy.yaml",
		.plan = &plan,
		.node = "node",
		.kernel = "7.3.4",
		.is_missing = is_missing,
	};
}

static json_t *status_of(const struct tally *tally, bool is_missing)
{
	struct control_view view = view_of(is_missing);
	json_t *status = json_object();

	assert_int_equal(control_status(&view, &counters, tally, status), 0);
	return status;
}

static char *text_of(const json_t *status)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	status_print(status, out);
	fclose(out);
	copy = strdup(text);
	free(text);
	return copy;
}

static json_int_t sum_of(const json_t *ends, enum tally_end end)
{
	return json_integer_value(json_object_get(ends, word_of(&tally_words, end)));
}

/* Of all operations together: by operation, by reason, by what decided. */
static void sums_agree(const json_t *status, enum tally_end end, json_int_t expected)
{
	json_int_t verdicts = 0, reasons = 0, rules = 0;
	const char *key, *word = word_of(&tally_words, end);
	json_t *value;
	size_t i;

	json_object_foreach (json_object_get(status, "verdicts"), key, value)
		verdicts += sum_of(value, end);
	json_array_foreach (json_object_get(status, "reasons"), i, value)
		if (!strcmp(json_string_value(json_object_get(value, "verdict")), word))
			reasons += json_integer_value(json_object_get(value, "count"));
	json_array_foreach (json_object_get(status, "rules"), i, value)
		rules += sum_of(value, end);
	rules += sum_of(json_object_get(status, "no_rule"), end);
	rules += sum_of(json_object_get(status, "former_rules"), end);
	assert_int_equal(verdicts, expected);
	assert_int_equal(reasons, expected);
	assert_int_equal(rules, expected);
}

static void sums_by_verdict_reason_and_rule_agree(void **state)
{
	static struct tally tally;
	json_int_t expected[TALLY_ENDS] = {};
	json_t *status;

	(void)state;
	srand(4);
	for (int i = 0; i < 10000; i++) {
		struct operation operation =
			operation_of(rand() % 4, rand() % 2, rand() % MW_REASONS,
				     rand() % 3 ? rand() % 2 : MW_RULE_NONE);
		uint32_t generation = 1 + i / 3000;
		struct tally one = {};

		operation.facts.op = MW_OP_LOAD + rand() % (MW_OPS - 1);
		operation.ruling.mode = rand() % 2 ? MW_MODE_ENFORCE : MW_MODE_MONITOR;
		operation.ruling.generation = generation - rand() % 2;
		operation.repeated.count = rand() % 3;
		tally_add(&tally, &operation, generation);
		operation.ruling.rule = MW_RULE_NONE;
		tally_add(&one, &operation, generation);
		for (enum tally_end e = 0; e < TALLY_ENDS; e++)
			expected[e] += one.no_rule[e];
	}
	status = status_of(&tally, false);
	for (enum tally_end e = 0; e < TALLY_ENDS; e++) {
		assert_true(expected[e] > 100);
		sums_agree(status, e, expected[e]);
	}
	json_decref(status);
}

static void text_names_each_number(void **state)
{
	static struct tally tally;
	struct operation let_in =
		operation_of(MW_VERDICT_DENY, false, MW_REASON_DEFAULT, MW_RULE_NONE);
	struct operation allowed = operation_of(MW_VERDICT_ALLOW, false, MW_REASON_RULE, 0);
	struct operation failed =
		operation_of(MW_VERDICT_DENY, true, MW_REASON_KERNEL, MW_RULE_NONE);
	auto_free char *text = NULL;
	json_t *status;

	(void)state;
	tally_add(&tally, &let_in, 1);
	tally_add(&tally, &let_in, 1);
	tally_add(&tally, &allowed, 1);
	tally_add(&tally, &failed, 1);
	status = status_of(&tally, false);
	text = text_of(status);
	json_decref(status);
	assert_non_null(strstr(text, "load        allowed 1, denied 0, would deny 2, failed 1\n"
				     "unload      allowed 0, denied 0\n"
				     "autoload    allowed 0, denied 0\n"
				     "reason      rule: load allowed 1\n"
				     "reason      default: load would deny 2\n"
				     "reason      kernel: load failed 1\n"
				     "rule        a: allowed 1\n"
				     "            no rule decided: would deny 2, failed 1\n"));
}

static void no_policy_has_no_path(void **state)
{
	static const struct tally tally;
	json_t *status = status_of(&tally, true);
	const json_t *value = json_object_get(status, "policy");
	auto_free char *text = text_of(status);

	(void)state;
	assert_true(json_is_null(json_object_get(value, "path")));
	assert_string_equal(json_string_value(json_object_get(value, "missing")),
			    "/etc/policy.yaml");
	assert_non_null(strstr(text, "policy      none: there is no '/etc/policy.yaml'; "));
	assert_null(strstr(text, "generation"));
	assert_non_null(strstr(text, " (there is no policy)\n"));
	json_decref(status);
	status = status_of(&tally, false);
	value = json_object_get(status, "policy");
	assert_string_equal(json_string_value(json_object_get(value, "path")), "/etc/policy.yaml");
	assert_true(json_is_null(json_object_get(value, "missing")));
	json_decref(status);
}

/* 5 s are not 4 s a moment later. */
static void time_left_is_rounded_up(void **state)
{
	json_t *left = control_left(5 * CONTROL_SECOND, 1);

	(void)state;
	assert_int_equal(json_integer_value(left), 5);
	json_decref(left);
	left = control_left(5 * CONTROL_SECOND, CONTROL_SECOND);
	assert_int_equal(json_integer_value(left), 4);
	json_decref(left);
	left = control_left(5, 6);
	assert_int_equal(json_integer_value(left), 0);
	json_decref(left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_attempt_of_a_record),
		cmocka_unit_test(tells_what_was_let_in_from_what_was_refused),
		cmocka_unit_test(rules_of_a_policy_before_are_counted_apart),
		cmocka_unit_test_setup_teardown(sums_by_verdict_reason_and_rule_agree, begin, end),
		cmocka_unit_test_setup_teardown(text_names_each_number, begin, end),
		cmocka_unit_test_setup_teardown(no_policy_has_no_path, begin, end),
		cmocka_unit_test(time_left_is_rounded_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
