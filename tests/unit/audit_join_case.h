/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the join of operations to audit events begin with: a join, and what it told. */
#ifndef TEST_AUDIT_JOIN_CASE_H
#define TEST_AUDIT_JOIN_CASE_H

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

static inline void tell(const struct operation *operation, void *arg)
{
	(void)arg;
	if (told.count < TOLD_MAX)
		told.list[told.count] = *operation;
	told.count++;
}

static inline void wait(const struct operation *operation, void *arg)
{
	(void)operation;
	(void)arg;
	told.waits++;
}

static inline bool folds(uint64_t seq, struct mw_fold_stamps *ret, void *arg)
{
	(void)seq;
	(void)arg;
	*ret = told.folds;
	return told.has_folds;
}

static inline int begin(void **state)
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

static inline int end(void **state)
{
	(void)state;
	audit_join_free(join);
	return 0;
}

static inline struct operation operation_of(uint64_t seq, uint64_t call)
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

static inline void take(uint64_t seq, uint64_t call)
{
	struct operation operation = operation_of(seq, call);

	assert_int_equal(audit_join_take(join, &operation, 0), 0);
}

static inline struct mw_audit_event stamp_of(uint64_t call, uint32_t serial, const char *key)
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

static inline void stamp(uint64_t call, uint32_t serial, const char *key)
{
	struct mw_audit_event event = stamp_of(call, serial, key);

	audit_join_event(join, &event);
}

static inline void lose(uint64_t call)
{
	struct mw_audit_event event = stamp_of(call, 0, "");

	event.lost = true;
	audit_join_event(join, &event);
}

static inline void see(uint32_t serial)
{
	const struct audit_seen seen = { .serial = serial,
					 .syscall = MW_SYSCALL_FINIT_MODULE,
					 .pid = 4242,
					 .time_ms = BEGAN / 1000000,
					 .key = "guessed" };

	audit_join_see(join, &seen);
}

/* Of the system call, which may be any, a reader tells no more. */
static inline void see_other(uint32_t serial)
{
	const struct audit_seen seen = { .serial = serial };

	audit_join_see(join, &seen);
}

static inline void settle_at(uint64_t now)
{
	audit_join_settle(join, now, 0);
}

static inline void settle(void)
{
	settle_at(0);
}

/* A question and its answer: these two calls are still being made. */
static inline void answer(uint64_t inside, uint64_t another)
{
	struct seq_set set = {};

	audit_join_ask(join);
	seq_set_add(&set, inside);
	seq_set_add(&set, another);
	audit_join_answer(join, &set);
	seq_set_clear(&set);
	settle();
}

static inline void assert_told(enum audit_recorded recorded, uint32_t serial)
{
	assert_int_equal(told.count, 1);
	assert_int_equal(told.list[0].audit.recorded, recorded);
	assert_int_equal(told.list[0].audit.serial, serial);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
