// SPDX-License-Identifier: GPL-2.0-or-later
#include "operations.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "cleanup.h"
#include "recent.h"

/*
 * One sequence number. It is there from its first event until nothing more of it can come: that it
 * was finished has to be remembered for as long as a count or a late outcome may follow, or the
 * attempt would be told twice.
 */
struct slot {
	uint64_t seq;                /* first: the tree's nodes compare as sequence numbers */
	struct operation *operation; /* NULL: only the mark of a finished one */
	uint64_t since;              /* when it was first heard of */
	uint64_t window;             /* in which its last denial was heard of */
	bool finished;
	bool awaits_first; /* so far it is a count whose first event may still be in the ring */
	bool awaits_outcome;
	bool awaits_fold;
	bool held;       /* its like came before: it is told together with its count */
	bool recalled;   /* a former daemon told of it */
	bool told_whole; /* and of its count */
	struct slot_list *list;
	TAILQ_ENTRY(slot) by_age;
};

TAILQ_HEAD(slot_list, slot);

struct operations {
	void *tree;
	struct slot_list open;  /* not finished */
	struct slot_list kept;  /* finished, the operation is kept for those counted beside it */
	struct slot_list marks; /* finished, nothing is kept */
	size_t operation_count;
	size_t operation_max;
	size_t mark_count;
	size_t mark_max;
	uint64_t window;
	struct recent *recent;
	struct operation_counters counters;
	operation_done_fn *done;
	void *arg;
};

/* Marks and keys are small: there is room for many more of them than of operations. */
#define MARKS_PER_OPERATION  16
#define RECENT_PER_OPERATION 4

int operations_new(struct operations **ret, size_t open_max, operation_done_fn *done, void *arg)
{
	auto_free struct operations *operations = calloc(1, sizeof(*operations));

	if (!operations)
		return -ENOMEM;
	TAILQ_INIT(&operations->open);
	TAILQ_INIT(&operations->kept);
	TAILQ_INIT(&operations->marks);
	operations->operation_max = open_max ?: OPERATIONS_OPEN_MAX;
	operations->mark_max = operations->operation_max * MARKS_PER_OPERATION;
	operations->done = done;
	operations->arg = arg;
	if (recent_new(&operations->recent, operations->operation_max * RECENT_PER_OPERATION))
		return -ENOMEM;
	*ret = take_pointer(operations);
	return 0;
}

static int slot_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static struct slot *slot_find(struct operations *operations, uint64_t seq)
{
	struct slot **found = tfind(&seq, &operations->tree, slot_compare);

	return found ? *found : NULL;
}

static void slot_move(struct operations *operations, struct slot *slot, struct slot_list *to)
{
	if (slot->list == to)
		return;
	if (slot->list)
		TAILQ_REMOVE(slot->list, slot, by_age);
	operations->mark_count -= slot->list == &operations->marks;
	operations->mark_count += to == &operations->marks;
	slot->list = to;
	if (to)
		TAILQ_INSERT_TAIL(to, slot, by_age);
}

static void slot_drop_operation(struct operations *operations, struct slot *slot)
{
	if (!slot->operation)
		return;
	free(slot->operation);
	slot->operation = NULL;
	operations->operation_count--;
}

static void slot_drop(struct operations *operations, struct slot *slot)
{
	tdelete(slot, &operations->tree, slot_compare);
	slot_move(operations, slot, NULL);
	slot_drop_operation(operations, slot);
	free(slot);
}

static void slot_finish(struct operations *operations, struct slot *slot)
{
	if (!(slot->operation->has & OPERATION_HAS_OUTCOME) && slot->awaits_outcome)
		operations->counters.expired++;
	slot->finished = true;
	slot->awaits_first = false;
	operation_conclude(slot->operation);
	operations->done(slot->operation, operations->arg);
}

static void operations_bound_marks(struct operations *operations)
{
	while (operations->mark_count > operations->mark_max) {
		operations->counters.evicted++;
		slot_drop(operations, TAILQ_FIRST(&operations->marks));
	}
}

/* A finished slot keeps no more than what may still come asks for. */
static void slot_retire(struct operations *operations, struct slot *slot)
{
	if (!slot->awaits_fold && !slot->awaits_outcome) {
		slot_drop(operations, slot);
		return;
	}
	if (!slot->awaits_fold)
		slot_drop_operation(operations, slot);
	slot_move(operations, slot, slot->operation ? &operations->kept : &operations->marks);
	operations_bound_marks(operations);
}

/* After each change: finishes what waits for nothing, drops what nothing can follow. */
static void slot_settle(struct operations *operations, struct slot *slot)
{
	if (!slot->finished) {
		if (slot->awaits_first || slot->awaits_outcome)
			return;
		if (slot->held && slot->awaits_fold)
			return;
		slot_finish(operations, slot);
	}
	slot_retire(operations, slot);
}

static void slot_finish_now(struct operations *operations, struct slot *slot)
{
	slot_finish(operations, slot);
	slot_retire(operations, slot);
}

static void operations_make_room(struct operations *operations)
{
	struct slot *slot = TAILQ_FIRST(&operations->kept);

	if (operations->operation_count < operations->operation_max)
		return;
	operations->counters.evicted++;
	if (slot) {
		slot_drop_operation(operations, slot);
		slot_retire(operations, slot);
		return;
	}
	slot = TAILQ_FIRST(&operations->open);
	slot_finish_now(operations, slot);
	if (operations->operation_count >= operations->operation_max)
		operations_make_room(operations);
}

static struct slot *slot_new(struct operations *operations, uint64_t seq, uint64_t now)
{
	auto_free struct slot *slot = calloc(1, sizeof(*slot));
	auto_free struct operation *operation = calloc(1, sizeof(*operation));

	if (!slot || !operation)
		return NULL;
	operations_make_room(operations);
	operation->seq = seq;
	slot->seq = seq;
	slot->since = now;
	slot->window = operations->window;
	slot->awaits_outcome = true;
	if (!tsearch(slot, &operations->tree, slot_compare))
		return NULL;
	slot_move(operations, slot, &operations->open);
	slot->operation = take_pointer(operation);
	operations->operation_count++;
	return take_pointer(slot);
}

/*
 * An autoload has no end of a system call to be told of, and neither has what a gate without a
 * ticket let pass; what such a gate refused has its end told together with it.
 */
static bool has_outcome(const struct mw_decision_event *event)
{
	return event->facts.op != MW_OP_AUTOLOAD && (event->facts.known || event->ruling.enforced);
}

static void slot_take_decision(struct operations *operations, struct slot *slot,
			       const struct mw_decision_event *event)
{
	operation_take_decision(slot->operation, event);
	slot->awaits_first = false;
	slot->awaits_outcome =
		has_outcome(event) && !(slot->operation->has & OPERATION_HAS_OUTCOME);
	slot->awaits_fold = false;
	if (ruling_is_folded(&event->ruling, &event->facts)) {
		struct mw_fold_key key = decision_fold_key(event);

		slot->held = recent_touch(operations->recent, &key);
		slot->awaits_fold = !(slot->operation->has & OPERATION_HAS_FOLD);
		slot->window = operations->window;
	}
}

static void slot_take_outcome(struct operations *operations, struct slot *slot,
			      const struct mw_outcome *event)
{
	struct operation *operation = slot->operation;
	bool is_first = !operation->has;

	operation_take_outcome(operation, event);
	slot->awaits_first = false;
	slot->awaits_outcome = false;
	if (is_first && ruling_is_folded(&operation->ruling, &operation->facts)) {
		/* Too little is known to tell whether its like came before. */
		slot->awaits_fold = true;
		slot->held = true;
		slot->window = operations->window;
	}
}

static void slot_take_late(struct operations *operations, struct slot *slot,
			   enum mw_event_type type)
{
	operations->counters.late += !slot->recalled;
	if (type == MW_EVENT_OUTCOME)
		slot->awaits_outcome = false;
}

union any_event {
	struct mw_event event;
	struct mw_decision_event decision;
	struct mw_outcome outcome;
};

int operations_add_event(struct operations *operations, const void *data, size_t size, uint64_t now)
{
	enum mw_event_type type = event_type(data, size);
	union any_event any;
	struct slot *slot;

	if (type != MW_EVENT_DECISION && type != MW_EVENT_OUTCOME) {
		operations->counters.malformed++;
		return -EBADMSG;
	}
	memcpy(&any, data, size < sizeof(any) ? size : sizeof(any));
	slot = slot_find(operations, any.event.seq);
	if (!slot)
		slot = slot_new(operations, any.event.seq, now);
	if (!slot) {
		operations->counters.failed++;
		return -ENOMEM;
	}
	if (slot->finished)
		slot_take_late(operations, slot, type);
	else if (type == MW_EVENT_DECISION)
		slot_take_decision(operations, slot, &any.decision);
	else
		slot_take_outcome(operations, slot, &any.outcome);
	slot_settle(operations, slot);
	return 0;
}

int operations_recall(struct operations *operations, uint64_t seq, enum operation_told told)
{
	struct slot *slot = slot_find(operations, seq);

	if (!slot)
		slot = slot_new(operations, seq, 0);
	if (!slot)
		return -ENOMEM;
	slot->finished = true;
	slot->recalled = true;
	slot->awaits_fold = true;
	slot->told_whole = slot->told_whole || told == OPERATION_TOLD_WHOLE;
	slot_drop_operation(operations, slot);
	slot_move(operations, slot, &operations->marks);
	operations_bound_marks(operations);
	return 0;
}

/* The first of the window was finished before its count came: the count is told by itself. */
static int finish_rest(struct operations *operations, struct slot *slot,
		       const struct mw_fold_key *key, const struct mw_fold *fold)
{
	auto_free struct operation *rest = calloc(1, sizeof(*rest));

	if (!rest)
		return -ENOMEM;
	if (slot->operation)
		*rest = *slot->operation;
	else
		operation_take_key(rest, key);
	rest->seq = fold->seq;
	rest->time = fold->first;
	rest->part = 1;
	rest->has |= OPERATION_HAS_FOLD;
	rest->repeated = (struct operation_repeat){ fold->count, fold->first, fold->last };
	operation_conclude(rest);
	operations->done(rest, operations->arg);
	return 0;
}

static void slot_take_fold(struct slot *slot, const struct mw_fold_key *key,
			   const struct mw_fold *fold)
{
	struct operation *operation = slot->operation;

	operation_take_key(operation, key);
	if (!operation->has) {
		operation->time = fold->first;
		slot->awaits_first = true;
	}
	operation->has |= OPERATION_HAS_FOLD;
	if (fold->count)
		operation->repeated =
			(struct operation_repeat){ fold->count + 1, fold->first, fold->last };
}

int operations_add_fold(struct operations *operations, const struct mw_fold_key *key,
			const struct mw_fold *fold, uint64_t now)
{
	struct slot *slot = slot_find(operations, fold->seq);
	bool waits;
	int error = 0;

	recent_touch(operations->recent, key);
	if (!slot)
		slot = slot_new(operations, fold->seq, now);
	if (!slot) {
		operations->counters.failed++;
		return -ENOMEM;
	}
	if (!slot->finished)
		slot_take_fold(slot, key, fold);
	else if (fold->count && !slot->told_whole)
		error = finish_rest(operations, slot, key, fold);
	operations->counters.failed += !!error;
	slot->awaits_fold = false;
	waits = !slot->finished && (slot->awaits_first || slot->awaits_outcome);
	slot_settle(operations, slot);
	return error ?: waits;
}

/* A whole window lies between: neither a count nor the first event of one comes any more. */
static void list_end_window(struct operations *operations, struct slot_list *list)
{
	struct slot *next;

	for (struct slot *slot = TAILQ_FIRST(list); slot; slot = next) {
		next = TAILQ_NEXT(slot, by_age);
		if (slot->window >= operations->window)
			continue;
		if (!slot->awaits_fold && !slot->awaits_first)
			continue;
		slot->awaits_fold = false;
		if (slot->awaits_first)
			slot_finish(operations, slot);
		slot_settle(operations, slot);
	}
}

void operations_end_window(struct operations *operations)
{
	list_end_window(operations, &operations->open);
	list_end_window(operations, &operations->kept);
	list_end_window(operations, &operations->marks);
	recent_end_window(operations->recent);
	operations->window++;
}

uint64_t operations_deadline(const struct operations *operations)
{
	const struct slot *oldest = TAILQ_FIRST(&operations->open);
	uint64_t deadline;

	if (!oldest || __builtin_add_overflow(oldest->since, OPERATION_WAIT_NS, &deadline))
		return UINT64_MAX;
	return deadline;
}

void operations_expire(struct operations *operations, uint64_t now)
{
	while (operations_deadline(operations) <= now && !TAILQ_EMPTY(&operations->open))
		slot_finish_now(operations, TAILQ_FIRST(&operations->open));
}

void operations_flush(struct operations *operations)
{
	while (!TAILQ_EMPTY(&operations->open))
		slot_finish_now(operations, TAILQ_FIRST(&operations->open));
}

const struct operation_counters *operations_counters(const struct operations *operations)
{
	return &operations->counters;
}

static void list_drop(struct operations *operations, struct slot_list *list)
{
	while (!TAILQ_EMPTY(list))
		slot_drop(operations, TAILQ_FIRST(list));
}

void operations_free(struct operations *operations)
{
	if (!operations)
		return;
	list_drop(operations, &operations->open);
	list_drop(operations, &operations->kept);
	list_drop(operations, &operations->marks);
	recent_free(operations->recent);
	free(operations);
}
