/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations joined to their events in the audit trail, by stamps and answers. */
#include "audit_join_case.h"

static void stamp_after_the_outcome_is_the_operations(void **state)
{
	(void)state;
	take(1, CALL);
	settle();
	assert_int_equal(told.count, 0);
	assert_true(audit_join_wants_answer(join));
	stamp(CALL, 7, "module_load\001other");
	settle();
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
	assert_int_equal(told.list[0].audit.match, AUDIT_MATCH_EXACT);
	assert_int_equal(told.list[0].audit.seconds, 1700000000);
	assert_int_equal(told.list[0].audit.milliseconds, 7);
	assert_string_equal(told.list[0].audit.key, "module_load\001other");
	assert_true(told.list[0].audit.key_known);
	assert_int_equal(audit_join_waiting(join), 0);
}

static void stamp_before_the_operation_is_not_lost(void **state)
{
	(void)state;
	stamp(CALL, 7, "unrelated");
	take(1, CALL);
	settle();
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
	assert_false(told.list[0].audit.key_known);
}

static void stamp_of_another_call_is_not_the_operations(void **state)
{
	(void)state;
	take(1, CALL);
	stamp(CALL + 1, 7, "module_load");
	stamp(CALL + AUDIT_STAMPS_MAX, 8, "module_load"); /* at the same place of the table */
	settle();
	assert_int_equal(told.count, 0);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void operations_of_one_call_share_its_stamp(void **state)
{
	(void)state;
	take(1, CALL);
	take(2, CALL);
	stamp(CALL, 7, "modules");
	settle();
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[0].audit.serial, 7);
	assert_int_equal(told.list[1].audit.serial, 7);
}

static void what_left_its_call_without_a_stamp_is_a_gap(void **state)
{
	(void)state;
	take(1, CALL);
	answer(CALL, 0);
	assert_int_equal(told.count, 0);
	answer(CALL + 1, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
	assert_int_equal(told.list[0].audit.match, AUDIT_MATCH_NONE);
}

static void what_came_after_the_question_waits_for_the_next(void **state)
{
	struct seq_set none = {};

	(void)state;
	audit_join_ask(join);
	take(1, CALL);
	audit_join_answer(join, &none);
	settle();
	assert_int_equal(told.count, 0);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
}

static void stamp_read_with_the_answer_is_no_gap(void **state)
{
	struct seq_set none = {};

	(void)state;
	take(1, CALL);
	audit_join_ask(join);
	stamp(CALL, 7, "modules");
	audit_join_answer(join, &none);
	settle();
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void without_any_rule_nothing_is_waited_for(void **state)
{
	(void)state;
	take(1, MW_CALL_UNAUDITED);
	assert_told(AUDIT_RECORDED_NO, 0);
	assert_int_equal(told.waits, 0);
}

static void without_stamps_nothing_is_a_gap(void **state)
{
	(void)state;
	take(1, MW_CALL_UNKNOWN);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void what_was_missed_is_no_gap(void **state)
{
	(void)state;
	take(1, CALL);
	audit_join_missed(join, BEGAN + 1);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void nothing_waits_for_ever(void **state)
{
	(void)state;
	take(1, CALL);
	settle_at(AUDIT_WAIT_NS - 1);
	assert_int_equal(told.count, 0);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

/* Two calls have the same place in the table. */
static void stamp_that_another_took_the_place_of_makes_no_gap(void **state)
{
	struct mw_audit_event event = stamp_of(CALL + AUDIT_STAMPS_MAX, 8, "modules");

	(void)state;
	event.event.time = BEGAN + 2;
	stamp(CALL, 7, "modules");
	audit_join_event(join, &event);
	take(1, CALL);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void what_began_behind_a_stamp_that_is_gone_may_be_a_gap(void **state)
{
	struct operation operation = operation_of(1, CALL + 1);

	(void)state;
	stamp(CALL, 7, "modules");
	stamp(CALL + AUDIT_STAMPS_MAX, 8, "modules");
	operation.time = BEGAN + 1;
	audit_join_take(join, &operation, 0);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
}

/* Or whoever causes enough of them would have the gaps of others not told. */
static void stamp_that_is_gone_makes_nothing_unknown_but_its_own_call(void **state)
{
	(void)state;
	take(1, CALL);
	stamp(CALL + 1, 7, "modules");
	stamp(CALL + 1 + AUDIT_STAMPS_MAX, 8, "modules");
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
}

static void stamp_that_comes_late_takes_no_place_of_a_later_call(void **state)
{
	(void)state;
	stamp(CALL + AUDIT_STAMPS_MAX, 8, "modules");
	stamp(CALL, 7, "modules");
	take(1, CALL + AUDIT_STAMPS_MAX);
	settle();
	assert_told(AUDIT_RECORDED_UNKNOWN, 8);
}

/* By a daemon that was ended while the operation waited for something else. */
static void what_was_judged_before_is_handed_on_as_it_is(void **state)
{
	struct operation operation = operation_of(1, CALL);

	(void)state;
	operation.repeated.count = 5;
	operation.audit = (struct operation_audit){
		.recorded = AUDIT_RECORDED_NO, .serial = 7, .stamped = 4, .is_counted = true
	};
	audit_join_begin(join, BEGAN + 1);
	assert_int_equal(audit_join_take(join, &operation, 0), 0);
	assert_told(AUDIT_RECORDED_NO, 7);
	assert_int_equal(told.list[0].audit.stamped, 4);
	assert_int_equal(told.waits, 0);
}

static void flood_of_operations_is_bounded(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		take(i, CALL + i);
	assert_int_equal(audit_join_waiting(join), 4);
	assert_int_equal(told.count, 96);
	audit_join_flush(join, 0);
	assert_int_equal(told.count, 100);
}

/* Anybody may cause those. */
static void flood_of_autoloads_drives_out_no_load(void **state)
{
	struct operation operation = operation_of(2, CALL + 1);

	(void)state;
	operation.facts.op = MW_OP_AUTOLOAD;
	take(1, CALL);
	for (int i = 0; i < 100; i++)
		audit_join_take(join, &operation, 0);
	assert_int_equal(audit_join_waiting(join), 4);
	assert_int_equal(told.count, 97);
	memset(&told, 0, sizeof(told));
	answer(CALL + 1, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
	assert_int_equal(told.list[0].seq, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stamp_after_the_outcome_is_the_operations),
		TEST(stamp_before_the_operation_is_not_lost),
		TEST(stamp_of_another_call_is_not_the_operations),
		TEST(operations_of_one_call_share_its_stamp),
		TEST(what_left_its_call_without_a_stamp_is_a_gap),
		TEST(what_came_after_the_question_waits_for_the_next),
		TEST(stamp_read_with_the_answer_is_no_gap),
		TEST(without_any_rule_nothing_is_waited_for),
		TEST(without_stamps_nothing_is_a_gap),
		TEST(what_was_missed_is_no_gap),
		TEST(nothing_waits_for_ever),
		TEST(stamp_that_another_took_the_place_of_makes_no_gap),
		TEST(what_began_behind_a_stamp_that_is_gone_may_be_a_gap),
		TEST(stamp_that_is_gone_makes_nothing_unknown_but_its_own_call),
		TEST(stamp_that_comes_late_takes_no_place_of_a_later_call),
		TEST(what_was_judged_before_is_handed_on_as_it_is),
		TEST(flood_of_operations_is_bounded),
		TEST(flood_of_autoloads_drives_out_no_load),
	};

	return cmocka_run_group_tests_name("audit_join", tests, NULL, NULL);
}
