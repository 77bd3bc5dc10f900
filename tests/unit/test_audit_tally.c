/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status counts of operations and their audit events. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "audit_tally.h"

struct repeated {
	uint64_t count, stamped, missed;
};

static struct operation operation_of(enum mw_op op, enum audit_recorded recorded,
				     struct repeated repeated)
{
	return (struct operation){
		.facts = { .op = op },
		.repeated = { .count = repeated.count },
		.audit = { .recorded = recorded,
			   .stamped = repeated.stamped,
			   .missed = repeated.missed },
	};
}

static uint64_t gaps_of(enum mw_op op, enum audit_recorded recorded, struct repeated repeated)
{
	struct operation operation = operation_of(op, recorded, repeated);
	struct audit_tally tally = {};

	audit_tally_add(&tally, &operation);
	return tally.gaps;
}

static void what_no_rule_matched_is_a_gap(void **state)
{
	(void)state;
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 0, 0, 0 }), 1);
	assert_int_equal(gaps_of(MW_OP_UNLOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 0, 0 }), 5);
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_YES, (struct repeated){ 0, 0, 0 }), 0);
	assert_int_equal(gaps_of(MW_OP_AUTOLOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 0, 0 }),
			 0);
}

static void what_was_stamped_or_may_have_been_is_no_gap(void **state)
{
	(void)state;
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 3, 0 }), 2);
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 2, 2 }), 1);
}

/* Calls that are counted later than they are stamped. */
static void gaps_are_never_fewer_than_none(void **state)
{
	(void)state;
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 6, 0 }), 0);
	assert_int_equal(gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 3, 3 }), 0);
	assert_int_equal(
		gaps_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 3, UINT64_MAX }), 0);
}

static void each_attempt_counts_as_recorded(void **state)
{
	struct audit_tally tally = {};
	struct operation operation =
		operation_of(MW_OP_AUTOLOAD, AUDIT_RECORDED_YES, (struct repeated){ 5, 5, 0 });

	(void)state;
	audit_tally_add(&tally, &operation);
	operation.audit.is_counted = false;
	operation.repeated.count = 0;
	audit_tally_add(&tally, &operation);
	assert_int_equal(tally.recorded[AUDIT_RECORDED_YES], 6);
	assert_int_equal(tally.recorded[AUDIT_RECORDED_NO], 0);
}

/* Who takes over has operations that were counted, and waited for something else. */
static void what_another_daemon_has_counted_is_not_counted_again(void **state)
{
	struct operation operation =
		operation_of(MW_OP_LOAD, AUDIT_RECORDED_NO, (struct repeated){ 5, 3, 0 });
	struct audit_tally before = {}, after = {};

	(void)state;
	audit_tally_add(&before, &operation);
	audit_tally_add(&after, &operation);
	assert_int_equal(before.gaps, 2);
	assert_int_equal(before.recorded[AUDIT_RECORDED_NO], 5);
	assert_int_equal(after.gaps, 0);
	assert_int_equal(after.recorded[AUDIT_RECORDED_NO], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_rule_matched_is_a_gap),
		cmocka_unit_test(what_was_stamped_or_may_have_been_is_no_gap),
		cmocka_unit_test(gaps_are_never_fewer_than_none),
		cmocka_unit_test(each_attempt_counts_as_recorded),
		cmocka_unit_test(what_another_daemon_has_counted_is_not_counted_again),
	};

	return cmocka_run_group_tests_name("audit_tally", tests, NULL, NULL);
}
