/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations joined to their events in the audit trail, by stamps, answers and sightings. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "audit_join.h"
#include "audit_stamps.h"
#include "sample_events.h"

#define TOLD_MAX 8
#define SECOND   1000000000ULL
#define CALL     100 /* of the operation under test */
#define BEGAN    83917261533123ULL

static struct told {
	struct operation list[TOLD_MAX];
	size_t count;
	size_t waits;
	bool has_folds;
	struct mw_fold_stamps folds;
} told;

static struct audit_join *join;

static void tell(const struct operation *operation, void *arg)
{
	(void)arg;
	if (told.count < TOLD_MAX)
		told.list[told.count] = *operation;
	told.count++;
}

static void wait(const struct operation *operation, void *arg)
{
	(void)operation;
	(void)arg;
	told.waits++;
}

static bool folds(uint64_t seq, struct mw_fold_stamps *ret, void *arg)
{
	(void)seq;
	(void)arg;
	*ret = told.folds;
	return told.has_folds;
}

static int begin(void **state)
{
	static const char *const keys[] = { "module_load", "modules" };
	const struct audit_join_calls calls = { tell, wait, folds, NULL };

	(void)state;
	memset(&told, 0, sizeof(told));
	if (audit_join_new(&join, 4, &calls))
		return -1;
	audit_join_set_keys(join, keys, 2);
	return 0;
}

static int end(void **state)
{
	(void)state;
	audit_join_free(join);
	return 0;
}

static struct operation operation_of(uint64_t seq, uint64_t call)
{
	struct mw_decision_event decision = sample_decision(seq, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);
	struct operation operation = { .seq = seq };

	decision.call = call;
	outcome.call = call;
	operation_take_decision(&operation, &decision);
	operation_take_outcome(&operation, &outcome);
	return operation;
}

static void take(uint64_t seq, uint64_t call)
{
	struct operation operation = operation_of(seq, call);

	assert_int_equal(audit_join_take(join, &operation, 0), 0);
}

static struct mw_audit_event stamp_of(uint64_t call, uint32_t serial, const char *key)
{
	struct mw_audit_event event = {
		.event = { MW_EVENT_AUDIT, sizeof(event), call, BEGAN },
		.seconds = 1700000000,
		.milliseconds = 7,
		.serial = serial,
	};

	SET_TEXT(event.key, key);
	return event;
}

static void stamp(uint64_t call, uint32_t serial, const char *key)
{
	struct mw_audit_event event = stamp_of(call, serial, key);

	audit_join_event(join, &event);
}

static void lose(uint64_t call)
{
	struct mw_audit_event event = stamp_of(call, 0, "");

	event.lost = true;
	audit_join_event(join, &event);
}

static void see(uint32_t serial)
{
	const struct audit_seen seen = { .serial = serial,
					 .syscall = MW_SYSCALL_FINIT_MODULE,
					 .pid = 4242,
					 .time_ms = BEGAN / 1000000,
					 .key = "guessed" };

	audit_join_see(join, &seen);
}

/* Of the system call, which may be any, a reader tells no more. */
static void see_other(uint32_t serial)
{
	const struct audit_seen seen = { .serial = serial };

	audit_join_see(join, &seen);
}

static void settle_at(uint64_t now)
{
	audit_join_settle(join, now, 0);
}

static void settle(void)
{
	settle_at(0);
}

/* A question and its answer: these two calls are still being made. */
static void answer(uint64_t inside, uint64_t another)
{
	struct seq_set set = {};

	audit_join_ask(join);
	seq_set_add(&set, inside);
	seq_set_add(&set, another);
	audit_join_answer(join, &set);
	seq_set_clear(&set);
	settle();
}

static void assert_told(enum audit_recorded recorded, uint32_t serial)
{
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].audit.recorded, recorded);
	assert_int_equal(told.list[0].audit.serial, serial);
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		TEST(counts_have_first_and_last_serial),
		TEST(counts_that_go_on_being_stamped_wait_no_longer_than_twice),
		TEST(counts_that_were_not_all_stamped_are_gaps),
		TEST(counts_whose_stamps_were_missed_are_no_gaps),
		TEST(counts_are_gaps_where_more_lack_a_stamp_than_were_missed),
		TEST(counts_that_were_seen_and_not_all_stamped_are_gaps),
		TEST(rest_has_no_serial_of_its_own),
		TEST(counts_wait_for_their_likes_to_leave_their_calls),
		TEST(first_is_told_before_its_rest),
		TEST(without_stamps_the_trail_is_guessed_from),
		TEST(guess_waits_no_longer_than_a_second),
		TEST(guess_is_of_the_same_process_call_result_and_time),
		TEST(one_sighting_is_guessed_for_one_operation),
		TEST(stamp_that_another_took_the_place_of_makes_no_gap),
		TEST(what_began_behind_a_stamp_that_is_gone_may_be_a_gap),
		TEST(stamp_that_is_gone_makes_nothing_unknown_but_its_own_call),
		TEST(stamp_that_comes_late_takes_no_place_of_a_later_call),
		TEST(loss_is_not_told_before_its_time),
		TEST(loss_is_not_told_of_what_has_to_make_room),
		TEST(what_was_judged_before_is_handed_on_as_it_is),
		TEST(flood_of_operations_is_bounded),
		TEST(flood_of_autoloads_drives_out_no_load),
	};

	return cmocka_run_group_tests_name("audit_join", tests, NULL, NULL);
}
