// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit_queue.h"
#include "audit_sightings.h"
#include "audit_stamps.h"
#include "cleanup.h"
#include "operations.h"

struct audit_join {
	struct audit_join_calls calls;
	struct audit_queue queue;
	size_t max;
	uint64_t begun;        /* what began before is known in part only */
	uint64_t reader_since; /* UINT64_MAX: none */
	const char *const *keys;
	size_t key_count;
	struct audit_sightings *sightings;
	struct audit_stamps *stamps;
};

int audit_join_new(struct audit_join **ret, size_t wait_max, const struct audit_join_calls *calls)
{
	auto_free struct audit_join *join = calloc(1, sizeof(*join));

	if (!join)
		return -ENOMEM;
	audit_queue_begin(&join->queue);
	if (audit_sightings_new(&join->sightings) || audit_stamps_new(&join->stamps)) {
		audit_join_free(take_pointer(join));
		return -ENOMEM;
	}
	join->calls = *calls;
	join->max = wait_max ?: OPERATIONS_OPEN_MAX;
	join->reader_since = UINT64_MAX;
	*ret = take_pointer(join);
	return 0;
}

void audit_join_free(struct audit_join *join)
{
	if (!join)
		return;
	audit_queue_clear(&join->queue);
	audit_stamps_free(join->stamps);
	audit_sightings_free(join->sightings);
	free(join);
}

void audit_join_begin(struct audit_join *join, uint64_t now)
{
	join->begun = now;
}

void audit_join_missed(struct audit_join *join, uint64_t now)
{
	join->begun = now;
}

void audit_join_set_reader(struct audit_join *join, uint64_t since)
{
	join->reader_since = since;
}

void audit_join_set_keys(struct audit_join *join, const char *const *keys, size_t count)
{
	join->keys = keys;
	join->key_count = count;
}

static bool is_key(const struct audit_join *join, const char *text, size_t length)
{
	for (size_t i = 0; i < join->key_count; i++)
		if (strlen(join->keys[i]) == length && !memcmp(join->keys[i], text, length))
			return true;
	return false;
}

static bool has_key(const struct audit_join *join, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\001");

		if (is_key(join, text, length))
			return true;
		text += length + (text[length] != '\0');
	}
	return false;
}

static void set_key(const struct audit_join *join, struct operation_audit *audit, const char *key)
{
	size_t length = strnlen(key, sizeof(audit->key) - 1);

	memcpy(audit->key, key, length);
	audit->key[length] = '\0';
	audit->key_known = has_key(join, audit->key);
}

static void take_stamp(struct audit_join *join, struct audit_waiting *waiting, uint64_t now)
{
	struct operation *operation = &waiting->operation;
	struct operation_audit *audit = &operation->audit;
	const struct mw_audit_event *stamp;

	if (!audit_has_call(operation))
		return;
	stamp = audit_stamps_find(join->stamps, operation->call);
	if (!stamp || (audit->lost == stamp->lost && audit->serial == stamp->serial))
		return;
	if (audit->serial != stamp->serial)
		waiting->stamped = now;
	audit->lost = stamp->lost;
	audit->serial = stamp->serial;
	audit->seconds = stamp->seconds;
	audit->milliseconds = stamp->milliseconds;
	set_key(join, audit, stamp->key);
	if (stamp->serial)
		audit->match = AUDIT_MATCH_EXACT;
	if (join->calls.wait)
		join->calls.wait(operation, join->calls.arg);
}

/* Whose it was is not known then: of what began before it, it may have been. */
void audit_join_event(struct audit_join *join, const struct mw_audit_event *event)
{
	if (audit_stamps_add(join->stamps, event) && join->begun <= event->event.time)
		join->begun = event->event.time + 1;
}

void audit_join_see(struct audit_join *join, const struct audit_seen *seen)
{
	audit_sightings_add(join->sightings, seen);
}

static bool is_read(const struct audit_join *join)
{
	return join->reader_since != UINT64_MAX;
}

static bool is_seen(const struct audit_join *join, const struct operation *operation)
{
	const struct operation_audit *audit = &operation->audit;

	if (audit->serial && !audit_sightings_has(join->sightings, audit->serial))
		return false;
	if (!audit->stamped)
		return true;
	return audit_sightings_has(join->sightings, audit->first) &&
	       audit_sightings_has(join->sightings, audit->last);
}

/* What is behind it in the kernel's queue has come out. */
static bool is_passed(const struct audit_join *join, const struct operation *operation)
{
	const struct operation_audit *audit = &operation->audit;
	uint32_t serial = audit->last ?: audit->serial;

	return serial && audit_sightings_passed(join->sightings, serial);
}

/* Where the kernel does not say which event it is: the one that looks like it, seen in the trail.
 */
static void guess(struct audit_join *join, struct operation *operation, int64_t offset)
{
	const struct audit_seen like = {
		.time_ms = (operation->time + offset) / 1000000,
		.pid = operation->caller.pid,
		.syscall = operation->caller.syscall,
		.exit = operation->exit,
	};
	struct operation_audit *audit = &operation->audit;
	const struct audit_sighting_kept *found = NULL;

	if (audit_is_guessed(operation) && operation->has & OPERATION_HAS_OUTCOME)
		found = audit_sightings_like(join->sightings, &like);
	if (!found)
		return;
	audit->match = AUDIT_MATCH_GUESS;
	audit->recorded = AUDIT_RECORDED_YES;
	audit->serial = found->serial;
	audit->seconds = found->time_ms / 1000;
	audit->milliseconds = found->time_ms % 1000;
	set_key(join, audit, found->key);
}

static void take_folds(struct audit_join *join, struct operation *operation)
{
	struct operation_audit *audit = &operation->audit;
	struct mw_fold_stamps stamps = {};

	if (!audit_counted(operation) ||
	    !join->calls.folds(operation->seq, &stamps, join->calls.arg))
		return;
	audit->stamped = stamps.count;
	audit->missed = stamps.missed;
	audit->lost = audit->lost || stamps.lost;
	audit->first = stamps.first;
	audit->last = stamps.last;
}

/* Was everything read that the kernel may have said of it? */
static bool is_known_whole(const struct audit_join *join, const struct operation *operation)
{
	if (audit_has_call(operation) && audit_stamps_may_have_had(join->stamps, operation->call))
		return false;
	return operation->time >= join->begun && operation->call != MW_CALL_UNKNOWN;
}

/* What was stamped has not come out, although what was stamped later has, for long enough. */
static bool is_overdue(const struct audit_join *join, const struct audit_waiting *waiting,
		       uint64_t now)
{
	const struct operation *operation = &waiting->operation;

	if (!is_read(join) || operation->time < join->reader_since ||
	    !audit_is_stamped_out(waiting))
		return false;
	return now - waiting->stamped >= AUDIT_WAIT_NS && !is_seen(join, operation) &&
	       is_passed(join, operation);
}

/* Of none that has no stamp could that have been missed. */
static bool is_gap(const struct audit_join *join, const struct audit_waiting *waiting,
		   uint64_t without_stamp)
{
	return without_stamp > waiting->operation.audit.missed &&
	       is_known_whole(join, &waiting->operation) && audit_is_stamped_out(waiting);
}

/* settled: it has waited long enough, or there is nothing more to wait for. */
static enum audit_recorded judge(const struct audit_join *join, const struct audit_waiting *waiting,
				 bool settled, uint64_t now)
{
	const struct operation *operation = &waiting->operation;
	const struct operation_audit *audit = &operation->audit;
	uint64_t stamped = audit->stamped + (audit->serial != 0);
	uint64_t count = audit_counted(operation) + !audit_is_rest(operation);

	if (audit->match == AUDIT_MATCH_GUESS)
		return AUDIT_RECORDED_YES;
	if (stamped && is_read(join) && is_seen(join, operation) && stamped == count)
		return AUDIT_RECORDED_YES;
	if (audit->lost)
		return settled ? AUDIT_RECORDED_LOST : AUDIT_RECORDED_UNKNOWN;
	if (stamped < count)
		return is_gap(join, waiting, count - stamped) ? AUDIT_RECORDED_NO
							      : AUDIT_RECORDED_UNKNOWN;
	return settled && is_overdue(join, waiting, now) ? AUDIT_RECORDED_LOST
							 : AUDIT_RECORDED_UNKNOWN;
}

/* What is counted beside it counts from its own stamp on. */
static void complete(struct operation *operation)
{
	struct operation_audit *audit = &operation->audit;

	if (!audit_counted(operation))
		return;
	if (audit->serial) {
		audit->stamped++;
		audit->first = audit->serial;
		audit->last = audit->last ?: audit->serial;
	} else {
		audit->serial = audit_is_rest(operation) ? 0 : audit->serial;
	}
}

/* All that there will be to know. */
static bool is_answered(struct audit_join *join, struct audit_waiting *waiting, uint64_t now)
{
	struct operation *operation = &waiting->operation;
	struct operation seen;

	if (audit_is_guessed(operation))
		return !is_read(join);
	if (!audit_is_stamped_out(waiting))
		return false;
	if (!is_read(join))
		return true;
	seen = *operation;
	take_folds(join, &seen);
	if (waiting->stamps != seen.audit.stamped)
		waiting->stamped = now;
	waiting->stamps = seen.audit.stamped;
	return is_seen(join, &seen);
}

static void finish(struct audit_join *join, struct audit_waiting *waiting, uint64_t now,
		   int64_t offset, bool is_due)
{
	struct operation *operation = &waiting->operation;
	bool settled;

	take_stamp(join, waiting, now);
	settled = is_due || is_answered(join, waiting, now);
	take_folds(join, operation);
	if (!operation->audit.serial)
		guess(join, operation, offset);
	operation->audit.recorded = judge(join, waiting, settled, now);
	complete(operation);
	join->calls.done(operation, join->calls.arg);
	audit_queue_drop(&join->queue, waiting);
}

static bool may_finish(struct audit_join *join, struct audit_waiting *waiting, uint64_t now,
		       int64_t offset)
{
	if (is_answered(join, waiting, now) || audit_is_due(waiting, now))
		return true;
	if (!audit_is_guessed(&waiting->operation))
		return false;
	guess(join, &waiting->operation, offset);
	return waiting->operation.audit.serial;
}

static void settle_list(struct audit_join *join, struct audit_waiting_list *list, uint64_t now,
			int64_t offset)
{
	struct audit_waiting *waiting, *next;

	for (waiting = TAILQ_FIRST(list); waiting; waiting = next) {
		next = TAILQ_NEXT(waiting, by_age);
		take_stamp(join, waiting, now);
		if (may_finish(join, waiting, now, offset) &&
		    !audit_queue_has_first(&join->queue, waiting))
			finish(join, waiting, now, offset, audit_is_due(waiting, now));
	}
}

void audit_join_settle(struct audit_join *join, uint64_t now, int64_t offset)
{
	settle_list(join, &join->queue.autoloads, now, offset);
	settle_list(join, &join->queue.others, now, offset);
}

void audit_join_flush(struct audit_join *join, int64_t offset)
{
	while (join->queue.count)
		finish(join, audit_queue_least_wanted(&join->queue), 0, offset, false);
}

/*
 * Nothing will ever be said of it: no rule is there, and nothing is counted beside it. What is
 * counted may be of others, who are still in their calls.
 */
static bool needs_no_wait(const struct audit_join *join, const struct operation *operation)
{
	if (audit_has_call(operation) || audit_counted(operation))
		return false;
	return !audit_is_guessed(operation) || !is_read(join);
}

static int begin_to_wait(struct audit_join *join, const struct operation *operation, uint64_t now)
{
	struct audit_waiting *waiting = malloc(sizeof(*waiting));

	if (!waiting) {
		join->calls.done(operation, join->calls.arg);
		return -ENOMEM;
	}
	while (join->queue.count >= join->max)
		finish(join, audit_queue_least_wanted(&join->queue), now, 0, false);
	*waiting = (struct audit_waiting){ .operation = *operation, .since = now, .stamped = now };
	audit_queue_add(&join->queue, waiting);
	if (needs_no_wait(join, operation) && !audit_queue_has_first(&join->queue, waiting)) {
		waiting->left = true;
		waiting->folds_left = true;
		finish(join, waiting, now, 0, false);
	} else if (join->calls.wait) {
		join->calls.wait(operation, join->calls.arg);
	}
	return 0;
}

int audit_join_take(struct audit_join *join, const struct operation *operation, uint64_t now)
{
	if (!operation->audit.is_counted)
		return begin_to_wait(join, operation, now);
	join->calls.done(operation, join->calls.arg);
	return 0;
}

bool audit_join_wants_answer(const struct audit_join *join)
{
	return audit_queue_wants_answer(&join->queue);
}

void audit_join_ask(struct audit_join *join)
{
	join->queue.round++;
}

void audit_join_answer(struct audit_join *join, const struct seq_set *inside)
{
	audit_queue_answer(&join->queue, inside);
}

size_t audit_join_waiting(const struct audit_join *join)
{
	return join->queue.count;
}
