/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader of the audit trail confirms, tells as lost, and is guessed from. */
#include "audit_join_case.h"

static void reader_confirms_what_was_stamped(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	settle();
	assert_int_equal(told.count, 0);
	assert_false(audit_join_wants_answer(join));
	see(7);
	settle();
	assert_told(AUDIT_RECORDED_YES, 7);
}

static void seen_before_it_was_stamped_is_confirmed(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	see(7);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	settle();
	assert_told(AUDIT_RECORDED_YES, 7);
}

/* Records come out in the order in which they were stamped, or almost. */
static void passed_by_a_later_one_is_lost(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	see(8);
	settle();
	assert_int_equal(told.count, 0);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_LOST, 7);
}

static void what_may_still_be_queued_is_not_lost(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	see(6);
	settle();
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

/* It may have been seen, and its place be taken by a later one. */
static void what_is_too_far_back_to_be_remembered_is_not_lost(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	see(7);
	see_other(7 + 65536);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	settle_at(AUDIT_WAIT_NS);
	settle_at(2 * AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void large_serial_is_not_passed_by_the_one_before_it(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 3000000000, "modules");
	see(2999999999);
	settle();
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 3000000000);
}

static void large_serial_is_passed_by_the_one_behind_it(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 3000000000, "modules");
	see(3000000001);
	settle();
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_LOST, 3000000000);
}

static void reader_that_came_late_tells_of_no_loss(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN + 1);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	see(8);
	settle();
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void loss_that_the_kernel_tells_of_is_one(void **state)
{
	(void)state;
	take(1, CALL);
	lose(CALL);
	answer(CALL, 0);
	assert_int_equal(told.count, 0);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_LOST, 0);
}

static void part_of_an_event_that_is_lost_does_not_unsay_the_rest(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	stamp(CALL, 7, "modules");
	lose(CALL);
	take(1, CALL);
	see(7);
	settle();
	assert_told(AUDIT_RECORDED_YES, 7);
	assert_string_equal(told.list[0].audit.key, "modules");
	assert_true(told.list[0].audit.lost);
}

static void loss_behind_the_stamp_counts_where_it_was_not_seen(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	settle();
	lose(CALL);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_LOST, 7);
}

static void loss_before_the_stamp_is_not_forgotten(void **state)
{
	(void)state;
	lose(CALL);
	stamp(CALL, 7, "modules");
	take(1, CALL);
	settle();
	assert_told(AUDIT_RECORDED_LOST, 7);
}

static void take_autoload(void)
{
	struct operation operation = operation_of(1, CALL);

	operation.facts.op = MW_OP_AUTOLOAD;
	audit_join_take(join, &operation, 0);
}

static void autoload_is_confirmed_by_the_serial_of_its_call(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take_autoload();
	stamp(CALL, 7, "sockets");
	settle();
	assert_int_equal(told.count, 0);
	see_other(7);
	settle();
	assert_told(AUDIT_RECORDED_YES, 7);
}

static void autoload_without_a_rule_is_not_recorded(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take_autoload();
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 0);
}

/* A call goes on after it has asked for a module. */
static void what_was_stamped_late_is_given_time_to_come_out(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take_autoload();
	settle_at(AUDIT_WAIT_NS - 1);
	stamp(CALL, 7, "sockets");
	see_other(8);
	settle_at(AUDIT_WAIT_NS - 1);
	settle_at(AUDIT_WAIT_NS);
	assert_int_equal(told.count, 0);
	see_other(7);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_YES, 7);
}

static void what_was_stamped_late_and_passed_is_lost_in_the_end(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take_autoload();
	stamp(CALL, 7, "sockets");
	see_other(8);
	settle_at(AUDIT_WAIT_NS - 1);
	settle_at(2 * AUDIT_WAIT_NS - 2);
	assert_int_equal(told.count, 0);
	settle_at(2 * AUDIT_WAIT_NS - 1);
	assert_told(AUDIT_RECORDED_LOST, 7);
}

static void without_stamps_the_trail_is_guessed_from(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, MW_CALL_UNKNOWN);
	settle();
	assert_int_equal(told.count, 0);
	see(7);
	settle();
	assert_told(AUDIT_RECORDED_YES, 7);
	assert_int_equal(told.list[0].audit.match, AUDIT_MATCH_GUESS);
	assert_string_equal(told.list[0].audit.key, "guessed");
}

static void guess_waits_no_longer_than_a_second(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, MW_CALL_UNKNOWN);
	settle_at(AUDIT_GUESS_NS - 1);
	assert_int_equal(told.count, 0);
	settle_at(AUDIT_GUESS_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void guess_is_of_the_same_process_call_result_and_time(void **state)
{
	static const struct audit_seen others[] = {
		{ 1, BEGAN / 1000000, 4243, MW_SYSCALL_FINIT_MODULE, 0, NULL },
		{ 2, BEGAN / 1000000, 4242, MW_SYSCALL_INIT_MODULE, 0, NULL },
		{ 3, BEGAN / 1000000, 4242, MW_SYSCALL_FINIT_MODULE, -EPERM, NULL },
		{ 4, BEGAN / 1000000 + 1000, 4242, MW_SYSCALL_FINIT_MODULE, 0, NULL },
		{ 5, BEGAN / 1000000 - 20000, 4242, MW_SYSCALL_FINIT_MODULE, 0, NULL },
	};

	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, MW_CALL_UNKNOWN);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		audit_join_see(join, &others[i]);
	settle_at(AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
}

static void one_sighting_is_guessed_for_one_operation(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, MW_CALL_UNKNOWN);
	take(2, MW_CALL_UNKNOWN);
	see(7);
	settle_at(AUDIT_WAIT_NS);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[0].audit.serial, 7);
	assert_int_equal(told.list[1].audit.serial, 0);
}

static void loss_is_not_told_before_its_time(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	see(8);
	settle();
	audit_join_flush(join, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void loss_is_not_told_of_what_has_to_make_room(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	take(1, CALL);
	stamp(CALL, 7, "modules");
	lose(CALL);
	see(8);
	settle();
	for (uint64_t i = 1; i <= 4; i++)
		take(1 + i, CALL + i);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reader_confirms_what_was_stamped),
		TEST(seen_before_it_was_stamped_is_confirmed),
		TEST(passed_by_a_later_one_is_lost),
		TEST(what_may_still_be_queued_is_not_lost),
		TEST(what_is_too_far_back_to_be_remembered_is_not_lost),
		TEST(large_serial_is_not_passed_by_the_one_before_it),
		TEST(large_serial_is_passed_by_the_one_behind_it),
		TEST(reader_that_came_late_tells_of_no_loss),
		TEST(loss_that_the_kernel_tells_of_is_one),
		TEST(part_of_an_event_that_is_lost_does_not_unsay_the_rest),
		TEST(loss_behind_the_stamp_counts_where_it_was_not_seen),
		TEST(loss_before_the_stamp_is_not_forgotten),
		TEST(autoload_is_confirmed_by_the_serial_of_its_call),
		TEST(autoload_without_a_rule_is_not_recorded),
		TEST(what_was_stamped_late_is_given_time_to_come_out),
		TEST(what_was_stamped_late_and_passed_is_lost_in_the_end),
		TEST(without_stamps_the_trail_is_guessed_from),
		TEST(guess_waits_no_longer_than_a_second),
		TEST(guess_is_of_the_same_process_call_result_and_time),
		TEST(one_sighting_is_guessed_for_one_operation),
		TEST(loss_is_not_told_before_its_time),
		TEST(loss_is_not_told_of_what_has_to_make_room),
	};

	return cmocka_run_group_tests_name("audit_join_reader", tests, NULL, NULL);
}
