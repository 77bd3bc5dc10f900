/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: from events and fold windows to finished operations, each told once. At random:
 * test_operations_random.c.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "recent.h"
#include "sample_events.h"

#define TOLD_MAX 64

/* What was told, in order; 'attempts' also where it does not fit. */
struct told {
	struct operation list[TOLD_MAX];
	size_t count;
	uint64_t attempts;
};

static void tell(const struct operation *operation, void *arg)
{
	struct told *told = arg;

	if (told->count < TOLD_MAX)
		told->list[told->count] = *operation;
	told->count++;
	told->attempts += operation->repeated.count ?: 1;
}

static struct told told;
static struct operations *operations;

static int begin(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	return operations_new(&operations, 0, tell, &told);
}

static int end(void **state)
{
	(void)state;
	operations_free(operations);
	return 0;
}

/* In memory of exactly that size: reading more is seen by the sanitizers. */
static void add(const void *event, uint64_t now)
{
	struct mw_event head;
	void *copy;

	memcpy(&head, event, sizeof(head));
	copy = malloc(head.size);
	memcpy(copy, event, head.size);
	assert_int_equal(operations_add_event(operations, copy, head.size, now), 0);
	free(copy);
}

/* An enforced denial of the sample's kind, with its outcome. */
static struct mw_fold_key add_denial(uint64_t seq)
{
	struct mw_decision_event decision = sample_decision(seq, MW_VERDICT_DENY, true);
	struct mw_outcome outcome = sample_outcome(&decision, -EPERM);

	add(&decision, 0);
	add(&outcome, 0);
	return decision_fold_key(&decision);
}

static void add_fold(const struct mw_fold_key *key, uint64_t seq, uint64_t beside)
{
	struct mw_fold fold = { seq, beside, 1000, 2000 };

	assert_true(operations_add_fold(operations, key, &fold, 0) >= 0);
}

static void decision_and_outcome_are_one(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);

	(void)state;
	add(&decision, 0);
	assert_int_equal(told.count, 0);
	add(&outcome, 1);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].seq, 7);
	assert_int_equal(told.list[0].has, OPERATION_HAS_DECISION | OPERATION_HAS_OUTCOME);
	assert_string_equal(told.list[0].facts.path, "/tmp/evil.ko");
	assert_int_equal(told.list[0].exit, 0);
	assert_true(told.list[0].loaded);
	assert_int_equal(operations_deadline(operations), UINT64_MAX);
}

static void later_decision_replaces_ruling_and_facts(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);

	(void)state;
	add(&decision, 0);
	decision.ruling.verdict = MW_VERDICT_DENY;
	decision.ruling.gate = MW_GATE_NAME;
	SET_TEXT(decision.facts.module, "renamed");
	add(&decision, 1);
	operations_flush(operations);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].ruling.verdict, MW_VERDICT_DENY);
	assert_int_equal(told.list[0].ruling.gate, MW_GATE_NAME);
	assert_string_equal(told.list[0].facts.module, "renamed");
}

static void call_is_that_of_whichever_part_knows_it(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);

	(void)state;
	decision.call = 70;
	outcome.call = MW_CALL_UNKNOWN;
	add(&decision, 0);
	add(&outcome, 1);
	assert_int_equal(told.list[0].call, 70);
	decision.event.seq = outcome.event.seq = 8;
	decision.call = MW_CALL_UNAUDITED;
	outcome.call = 71;
	add(&decision, 0);
	add(&outcome, 1);
	assert_int_equal(told.list[1].call, 71);
}

static void outcome_has_the_last_word_on_ruling_and_identity(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, -ENOEXEC);

	(void)state;
	outcome.ruling.reason = MW_REASON_KERNEL;
	outcome.signature = MW_SIGNATURE_VALID;
	outcome.name_source = MW_NAME_KERNEL;
	add(&decision, 0);
	add(&outcome, 1);
	assert_int_equal(told.list[0].ruling.reason, MW_REASON_KERNEL);
	assert_int_equal(told.list[0].facts.signature, MW_SIGNATURE_VALID);
	assert_int_equal(told.list[0].facts.name_source, MW_NAME_KERNEL);
}

static void outcome_without_verdict_unsays_nothing(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, false);
	struct mw_outcome outcome = { .event = { MW_EVENT_OUTCOME, sizeof(outcome), 7, 0 } };

	(void)state;
	add(&decision, 0);
	add(&outcome, 1);
	assert_int_equal(told.list[0].ruling.verdict, MW_VERDICT_DENY);
	assert_string_equal(told.list[0].facts.module, "evil");
	assert_int_equal(told.list[0].facts.digest_count, 1);
}

static void missing_outcome_is_waited_for_ten_seconds(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);

	(void)state;
	add(&decision, 5);
	assert_int_equal(operations_deadline(operations), 5 + OPERATION_WAIT_NS);
	operations_expire(operations, 4 + OPERATION_WAIT_NS);
	assert_int_equal(told.count, 0);
	operations_expire(operations, 5 + OPERATION_WAIT_NS);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].has, OPERATION_HAS_DECISION);
	assert_int_equal(operations_counters(operations)->expired, 1);
}

static void late_outcome_tells_nothing_twice(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);

	(void)state;
	add(&decision, 0);
	operations_expire(operations, OPERATION_WAIT_NS);
	add(&outcome, OPERATION_WAIT_NS + 1);
	assert_int_equal(told.count, 1);
	assert_int_equal(operations_counters(operations)->late, 1);
}

static void lost_decision_leaves_the_identity(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);

	(void)state;
	add(&outcome, 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].has, OPERATION_HAS_OUTCOME);
	assert_string_equal(told.list[0].facts.module, "evil");
	assert_string_equal(told.list[0].facts.path, "");
	assert_int_equal(told.list[0].caller.pid, 0);
}

static void autoload_has_no_outcome_to_wait_for(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, false);

	(void)state;
	decision.facts.op = MW_OP_AUTOLOAD;
	add(&decision, 0);
	assert_int_equal(told.count, 1);
}

static void refusal_whose_end_was_not_seen_has_its_errno(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, true);

	(void)state;
	decision.ruling.gate = MW_GATE_CONTENT;
	add(&decision, 0);
	decision.event.seq = 8;
	decision.ruling.gate = MW_GATE_NAME;
	add(&decision, 0);
	decision.event.seq = 9;
	decision.ruling.enforced = false;
	add(&decision, 0);
	operations_expire(operations, OPERATION_WAIT_NS);
	assert_int_equal(told.count, 3);
	assert_int_equal(told.list[0].exit, -EPERM);
	assert_int_equal(told.list[1].exit, -ENOMEM);
	/* What was only watched may have ended in any way. */
	assert_false(told.list[2].has & OPERATION_HAS_OUTCOME);
}

static void unload_whose_end_was_not_seen_has_ended_well_where_its_module_went(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);

	(void)state;
	decision.facts.op = MW_OP_UNLOAD;
	decision.facts.name_source = MW_NAME_KERNEL;
	add(&decision, 0);
	decision.event.seq = 8;
	decision.facts.name_source = MW_NAME_CALLER;
	add(&decision, 0);
	operations_expire(operations, OPERATION_WAIT_NS);
	assert_int_equal(told.count, 2);
	assert_true(told.list[0].has & OPERATION_HAS_OUTCOME);
	assert_int_equal(told.list[0].exit, 0);
	assert_false(told.list[1].has & OPERATION_HAS_OUTCOME);
}

static void autoloads_are_counted_whatever_the_verdict(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_fold_key key;

	(void)state;
	decision.facts.op = MW_OP_AUTOLOAD;
	strcpy(decision.facts.alias, "net-pf-14");
	key = decision_fold_key(&decision);
	assert_string_equal(key.module, "net-pf-14");
	add(&decision, 0);
	add_fold(&key, 7, 4);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[1].repeated.count, 4);
	assert_int_equal(told.list[1].ruling.verdict, MW_VERDICT_ALLOW);
	/* Its first event was lost: the key tells the rest. */
	add_fold(&key, 8, 2);
	operations_end_window(operations);
	operations_end_window(operations);
	assert_int_equal(told.count, 3);
	assert_int_equal(told.list[2].facts.op, MW_OP_AUTOLOAD);
	assert_string_equal(told.list[2].facts.alias, "net-pf-14");
	assert_string_equal(told.list[2].facts.module, "");
	assert_int_equal(told.list[2].ruling.verdict, MW_VERDICT_ALLOW);
	assert_false(told.list[2].ruling.enforced);
}

static void denial_of_a_gate_without_ticket_is_told_at_once(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, false);
	struct mw_outcome outcome;

	(void)state;
	memset(&decision.facts, 0, sizeof(decision.facts));
	decision.facts.op = MW_OP_LOAD;
	decision.ruling.reason = MW_REASON_NO_TICKET;
	for (uint64_t seq = 0; seq < 3; seq++) {
		decision.event.seq = seq;
		add(&decision, 0);
		assert_int_equal(told.count, seq + 1);
	}
	/* One that was carried out has its end told with it: one record of both. */
	decision.event.seq = 3;
	decision.ruling.enforced = true;
	outcome = sample_outcome(&decision, -EPERM);
	add(&decision, 0);
	assert_int_equal(told.count, 3);
	add(&outcome, 0);
	assert_int_equal(told.count, 4);
	assert_int_equal(told.list[3].exit, -EPERM);
}

static void malformed_events_are_counted_and_not_read(void **state)
{
	const struct mw_decision_event good = sample_decision(7, MW_VERDICT_ALLOW, false);
	const struct {
		uint32_t type, size;
		size_t given;
	} cases[] = {
		{ MW_EVENT_DECISION, sizeof(good), 0 },
		{ MW_EVENT_DECISION, sizeof(good), sizeof(struct mw_event) - 1 },
		{ MW_EVENT_DECISION, sizeof(good), sizeof(good) - 1 },
		{ MW_EVENT_DECISION, sizeof(good) - 1, sizeof(good) },
		{ MW_EVENT_DECISION, UINT32_MAX, sizeof(good) },
		{ MW_EVENT_OUTCOME, sizeof(struct mw_outcome) - 1, sizeof(good) },
		{ MW_EVENT_NONE, sizeof(good), sizeof(good) },
		{ MW_EVENT_TAMPER, sizeof(good), sizeof(good) },
		{ MW_EVENTS, sizeof(good), sizeof(good) },
		{ UINT32_MAX, sizeof(good), sizeof(good) },
	};
	size_t count = sizeof(cases) / sizeof(*cases);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		/* Memory of exactly that size: reading more is seen. */
		struct mw_decision_event event = good;
		char *given = malloc(cases[i].given);

		event.event.type = cases[i].type;
		event.event.size = cases[i].size;
		memcpy(given, &event, cases[i].given);
		assert_int_equal(operations_add_event(operations, given, cases[i].given, 0),
				 -EBADMSG);
		free(given);
	}
	assert_int_equal(operations_counters(operations)->malformed, count);
	assert_int_equal(told.count, 0);
}

static void unaligned_and_longer_events_are_read(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_outcome outcome = sample_outcome(&decision, 0);
	char buffer[sizeof(decision) + 32];

	(void)state;
	decision.event.size += 8;
	memcpy(buffer + 1, &decision, sizeof(decision));
	assert_int_equal(operations_add_event(operations, buffer + 1, sizeof(decision) + 8, 0), 0);
	add(&outcome, 0);
	assert_int_equal(told.count, 1);
}

static void texts_and_counts_are_bounded(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_ALLOW, false);
	struct mw_event head = decision.event;
	const struct operation *operation = &told.list[0];

	(void)state;
	memset(&decision, 0xff, sizeof(decision));
	decision.event = head;
	add(&decision, 0);
	operations_flush(operations);
	assert_int_equal(told.count, 1);
	assert_int_equal(strlen(operation->facts.path), MW_PATH_SIZE - 1);
	assert_int_equal(strlen(operation->facts.module), MW_NAME_SIZE - 1);
	assert_int_equal(strlen(operation->caller.params), MW_PARAMS_SIZE - 1);
	assert_int_equal(operation->facts.digest_count, MW_DIGESTS);
	assert_int_equal(operation->caller.ancestor_count, MW_ANCESTORS);
	assert_int_equal(operation->caller.cmdline_size, MW_CMDLINE_SIZE);
}

static void first_denial_is_told_at_once_and_the_rest_with_its_window(void **state)
{
	struct mw_fold_key key = add_denial(7);

	(void)state;
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].repeated.count, 0);
	add_fold(&key, 7, 41);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[1].part, 1);
	assert_int_equal(told.list[1].repeated.count, 41);
	assert_int_equal(told.list[1].repeated.first, 1000);
	assert_int_equal(told.list[1].repeated.last, 2000);
	assert_string_equal(told.list[1].facts.path, "/tmp/evil.ko");
	assert_int_equal(told.list[1].exit, -EPERM);
}

static void lone_denial_is_told_once(void **state)
{
	struct mw_fold_key key = add_denial(7);

	(void)state;
	add_fold(&key, 7, 0);
	operations_end_window(operations);
	operations_end_window(operations);
	assert_int_equal(told.count, 1);
}

static void denial_that_keeps_coming_is_told_once_a_window(void **state)
{
	struct mw_fold_key key = add_denial(100);

	(void)state;
	add_fold(&key, 100, 9);
	operations_end_window(operations);
	assert_int_equal(told.count, 2);
	for (uint64_t seq = 101; seq < 110; seq++) {
		size_t before = told.count;

		add_denial(seq);
		assert_int_equal(told.count, before);
		add_fold(&key, seq, 9);
		assert_int_equal(told.count, before + 1);
		assert_int_equal(told.list[before].repeated.count, 10);
		assert_int_equal(told.list[before].part, 0);
		operations_end_window(operations);
		assert_int_equal(told.count, before + 1);
	}
	assert_int_equal(told.attempts, 100);
}

static void quiet_window_makes_the_next_denial_new(void **state)
{
	struct mw_fold_key key = add_denial(7);

	(void)state;
	add_fold(&key, 7, 3);
	operations_end_window(operations);
	operations_end_window(operations);
	told.count = 0;
	add_denial(8);
	assert_int_equal(told.count, 1);
}

static void denials_that_differ_are_not_held_back_for_each_other(void **state)
{
	struct mw_decision_event decision = sample_decision(8, MW_VERDICT_DENY, true);
	struct mw_outcome outcome;

	(void)state;
	add_denial(7);
	decision.caller.cgroup_id++;
	outcome = sample_outcome(&decision, -EPERM);
	add(&decision, 0);
	add(&outcome, 0);
	assert_int_equal(told.count, 2);
}

static void monitor_denials_are_never_held_back(void **state)
{
	(void)state;
	for (uint64_t seq = 0; seq < 3; seq++) {
		struct mw_decision_event decision = sample_decision(seq, MW_VERDICT_DENY, false);
		struct mw_outcome outcome = sample_outcome(&decision, 0);

		add(&decision, 0);
		add(&outcome, 0);
		assert_int_equal(told.count, seq + 1);
	}
}

static void lost_first_event_leaves_the_key(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, true);
	struct mw_fold_key key = decision_fold_key(&decision);

	(void)state;
	add_fold(&key, 7, 4);
	operations_end_window(operations);
	operations_end_window(operations);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].has, OPERATION_HAS_FOLD | OPERATION_HAS_OUTCOME);
	assert_int_equal(told.list[0].exit, -EPERM);
	assert_int_equal(told.list[0].repeated.count, 5);
	assert_string_equal(told.list[0].facts.module, "evil");
	assert_int_equal(told.list[0].ruling.verdict, MW_VERDICT_DENY);
	assert_true(told.list[0].ruling.enforced);
	assert_int_equal(told.list[0].facts.digest_count, 1);
}

static void window_without_its_first_event_still_makes_the_next_wait(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, true);
	struct mw_fold_key key = decision_fold_key(&decision);

	(void)state;
	add_fold(&key, 7, 4);
	operations_end_window(operations);
	add_denial(8);
	assert_int_equal(told.count, 0);
	add_fold(&key, 8, 4);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].seq, 8);
}

/* Between the swap of the map and its handing over the ring already has the next window's first. */
static void next_windows_first_waits_for_its_own_window(void **state)
{
	struct mw_fold_key key = add_denial(7);

	(void)state;
	add_denial(8);
	add_fold(&key, 7, 4);
	operations_end_window(operations);
	assert_int_equal(told.count, 2);
	add_fold(&key, 8, 4);
	assert_int_equal(told.count, 3);
	assert_int_equal(told.list[2].repeated.count, 5);
}

static void first_event_that_comes_after_its_fold_still_counts(void **state)
{
	struct mw_decision_event decision = sample_decision(7, MW_VERDICT_DENY, true);
	struct mw_fold_key key = decision_fold_key(&decision);

	(void)state;
	add_fold(&key, 7, 4);
	assert_int_equal(told.count, 0);
	add_denial(7);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].repeated.count, 5);
	assert_string_equal(told.list[0].facts.path, "/tmp/evil.ko");
}

static void denial_whose_fold_never_comes_is_let_go(void **state)
{
	(void)state;
	add_denial(7);
	add_denial(8);
	assert_int_equal(told.count, 1);
	operations_end_window(operations);
	operations_end_window(operations);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.list[1].repeated.count, 0);
}

static void flush_tells_all_that_is_open(void **state)
{
	(void)state;
	for (uint64_t seq = 0; seq < 5; seq++) {
		struct mw_decision_event decision = sample_decision(seq, MW_VERDICT_ALLOW, false);

		add(&decision, 0);
	}
	operations_flush(operations);
	assert_int_equal(told.count, 5);
}

static void full_table_finishes_the_oldest(void **state)
{
	struct operations *small;

	(void)state;
	assert_int_equal(operations_new(&small, 4, tell, &told), 0);
	for (uint64_t seq = 0; seq < 10; seq++) {
		struct mw_decision_event decision = sample_decision(seq, MW_VERDICT_ALLOW, false);

		operations_add_event(small, &decision, sizeof(decision), seq);
		assert_int_equal(told.count, seq < 4 ? 0 : seq - 3);
	}
	assert_int_equal(told.list[0].seq, 0);
	assert_int_equal(told.list[5].seq, 5);
	operations_free(small);
}

static void bytes_behind_a_name_make_no_other_kind(void **state)
{
	struct mw_fold_key key = { .module = "evil" };
	struct recent *recent;

	(void)state;
	assert_int_equal(recent_new(&recent, 3), 0);
	assert_false(recent_touch(recent, &key));
	key.module[10] = 'x';
	assert_true(recent_touch(recent, &key));
	recent_free(recent);
}

static void recent_keys_are_bounded(void **state)
{
	struct mw_fold_key key = {};
	struct recent *recent;

	(void)state;
	assert_int_equal(recent_new(&recent, 3), 0);
	for (key.uid = 0; key.uid < 4; key.uid++)
		assert_false(recent_touch(recent, &key));
	key.uid = 0;
	assert_false(recent_touch(recent, &key));
	key.uid = 3;
	assert_true(recent_touch(recent, &key));
	recent_free(recent);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(decision_and_outcome_are_one),
		TEST(later_decision_replaces_ruling_and_facts),
		TEST(call_is_that_of_whichever_part_knows_it),
		TEST(outcome_has_the_last_word_on_ruling_and_identity),
		TEST(outcome_without_verdict_unsays_nothing),
		TEST(missing_outcome_is_waited_for_ten_seconds),
		TEST(late_outcome_tells_nothing_twice),
		TEST(lost_decision_leaves_the_identity),
		TEST(autoload_has_no_outcome_to_wait_for),
		TEST(refusal_whose_end_was_not_seen_has_its_errno),
		TEST(unload_whose_end_was_not_seen_has_ended_well_where_its_module_went),
		TEST(autoloads_are_counted_whatever_the_verdict),
		TEST(denial_of_a_gate_without_ticket_is_told_at_once),
		TEST(malformed_events_are_counted_and_not_read),
		TEST(unaligned_and_longer_events_are_read),
		TEST(texts_and_counts_are_bounded),
		TEST(first_denial_is_told_at_once_and_the_rest_with_its_window),
		TEST(lone_denial_is_told_once),
		TEST(denial_that_keeps_coming_is_told_once_a_window),
		TEST(quiet_window_makes_the_next_denial_new),
		TEST(denials_that_differ_are_not_held_back_for_each_other),
		TEST(monitor_denials_are_never_held_back),
		TEST(lost_first_event_leaves_the_key),
		TEST(window_without_its_first_event_still_makes_the_next_wait),
		TEST(next_windows_first_waits_for_its_own_window),
		TEST(first_event_that_comes_after_its_fold_still_counts),
		TEST(denial_whose_fold_never_comes_is_let_go),
		TEST(flush_tells_all_that_is_open),
		TEST(full_table_finishes_the_oldest),
		TEST(bytes_behind_a_name_make_no_other_kind),
		TEST(recent_keys_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
