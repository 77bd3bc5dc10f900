/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations that are counted, joined to the stamps of their likes. */
#include "audit_join_case.h"

static void take_repeated(uint64_t count, unsigned int part)
{
	struct operation operation = operation_of(1, CALL);

	operation.part = part;
	operation.repeated = (struct operation_repeat){ count, 0, 1 };
	audit_join_take(join, &operation, 0);
}

static void counts_have_first_and_last_serial(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 4, .first = 8, .last = 15 };
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	settle();
	assert_int_equal(told.count, 0);
	answer(1, 0); /* one that is counted with it is still in its call */
	assert_int_equal(told.count, 0);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
	assert_int_equal(told.list[0].audit.stamped, 5);
	assert_int_equal(told.list[0].audit.first, 7);
	assert_int_equal(told.list[0].audit.last, 15);
}

static void counts_that_go_on_being_stamped_wait_no_longer_than_twice(void **state)
{
	(void)state;
	audit_join_set_reader(join, BEGAN);
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 1, .first = 8, .last = 8 };
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	answer(0, 0);
	for (uint64_t at = 1; at < 4; at++) {
		told.folds.count++;
		settle_at(at * AUDIT_WAIT_NS / 2 + 1);
		assert_int_equal(told.count, 0);
	}
	told.folds.count++;
	settle_at(2 * AUDIT_WAIT_NS);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void counts_that_were_not_all_stamped_are_gaps(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 3, .first = 8, .last = 15 };
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 7);
	assert_int_equal(told.list[0].audit.stamped, 4);
}

static void counts_whose_stamps_were_missed_are_no_gaps(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 3, .missed = 1, .first = 8, .last = 15 };
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 7);
}

static void counts_are_gaps_where_more_lack_a_stamp_than_were_missed(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 2, .missed = 1, .first = 8, .last = 15 };
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 7);
}

static void counts_that_were_seen_and_not_all_stamped_are_gaps(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 3, .first = 8, .last = 15 };
	audit_join_set_reader(join, BEGAN);
	take_repeated(5, 0);
	stamp(CALL, 7, "modules");
	see(7);
	see(8);
	see(15);
	answer(0, 0);
	assert_told(AUDIT_RECORDED_NO, 7);
}

static void rest_has_no_serial_of_its_own(void **state)
{
	(void)state;
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 4, .first = 8, .last = 15 };
	take_repeated(4, 1);
	stamp(CALL, 7, "modules");
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
	assert_int_equal(told.list[0].audit.stamped, 4);
	assert_int_equal(told.list[0].audit.first, 8);
	assert_int_equal(told.list[0].audit.last, 15);
}

/* Their first may have left its call long before them, stamped or not. */
static void counts_wait_for_their_likes_to_leave_their_calls(void **state)
{
	(void)state;
	take_repeated(4, 1);
	settle();
	assert_int_equal(told.count, 0);
	answer(1, 0);
	assert_int_equal(told.count, 0);
	told.has_folds = true;
	told.folds = (struct mw_fold_stamps){ .count = 4, .first = 8, .last = 15 };
	answer(0, 0);
	assert_told(AUDIT_RECORDED_UNKNOWN, 0);
	assert_int_equal(told.list[0].audit.stamped, 4);
}

static void first_is_told_before_its_rest(void **state)
{
	(void)state;
	take(1, CALL);
	take_repeated(4, 1);
	answer(CALL, 0);
	assert_int_equal(told.count, 0);
	stamp(CALL, 7, "modules");
	settle();
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[0].part, 0);
	assert_int_equal(told.list[1].part, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_have_first_and_last_serial),
		TEST(counts_that_go_on_being_stamped_wait_no_longer_than_twice),
		TEST(counts_that_were_not_all_stamped_are_gaps),
		TEST(counts_whose_stamps_were_missed_are_no_gaps),
		TEST(counts_are_gaps_where_more_lack_a_stamp_than_were_missed),
		TEST(counts_that_were_seen_and_not_all_stamped_are_gaps),
		TEST(rest_has_no_serial_of_its_own),
		TEST(counts_wait_for_their_likes_to_leave_their_calls),
		TEST(first_is_told_before_its_rest),
	};

	return cmocka_run_group_tests_name("audit_join_counts", tests, NULL, NULL);
}
