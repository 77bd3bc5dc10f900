// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_queue.h"

#include <stdlib.h>

#include "audit_join.h"

void audit_queue_begin(struct audit_queue *queue)
{
	TAILQ_INIT(&queue->autoloads);
	TAILQ_INIT(&queue->others);
}

bool audit_is_rest(const struct operation *operation)
{
	return operation->part;
}

uint64_t audit_counted(const struct operation *operation)
{
	uint64_t count = operation->repeated.count;

	return count && !audit_is_rest(operation) ? count - 1 : count;
}

bool audit_has_call(const struct operation *operation)
{
	return operation->call != MW_CALL_UNKNOWN && operation->call != MW_CALL_UNAUDITED &&
	       !audit_is_rest(operation);
}

bool audit_is_guessed(const struct operation *operation)
{
	return operation->call == MW_CALL_UNKNOWN && !audit_is_rest(operation) &&
	       operation->facts.op != MW_OP_AUTOLOAD;
}

static struct audit_waiting_list *list_of(struct audit_queue *queue,
					  const struct operation *operation)
{
	return operation->facts.op == MW_OP_AUTOLOAD ? &queue->autoloads : &queue->others;
}

struct audit_waiting *audit_queue_least_wanted(const struct audit_queue *queue)
{
	return TAILQ_FIRST(&queue->autoloads) ?: TAILQ_FIRST(&queue->others);
}

void audit_queue_add(struct audit_queue *queue, struct audit_waiting *waiting)
{
	waiting->round = queue->round;
	TAILQ_INSERT_TAIL(list_of(queue, &waiting->operation), waiting, by_age);
	if (!audit_is_rest(&waiting->operation))
		seq_set_add(&queue->firsts, waiting->operation.seq);
	queue->count++;
}

void audit_queue_drop(struct audit_queue *queue, struct audit_waiting *waiting)
{
	TAILQ_REMOVE(list_of(queue, &waiting->operation), waiting, by_age);
	if (!audit_is_rest(&waiting->operation))
		seq_set_remove(&queue->firsts, waiting->operation.seq);
	queue->count--;
	free(waiting);
}

void audit_queue_clear(struct audit_queue *queue)
{
	while (queue->count)
		audit_queue_drop(queue, audit_queue_least_wanted(queue));
	seq_set_clear(&queue->firsts);
}

bool audit_queue_has_first(const struct audit_queue *queue, const struct audit_waiting *waiting)
{
	return audit_is_rest(&waiting->operation) &&
	       seq_set_has(&queue->firsts, waiting->operation.seq);
}

bool audit_is_stamped_out(const struct audit_waiting *waiting)
{
	const struct operation *operation = &waiting->operation;

	if (audit_has_call(operation) && !operation->audit.serial && !waiting->left)
		return false;
	if (!audit_counted(operation))
		return true;
	return waiting->folds_left;
}

bool audit_is_due(const struct audit_waiting *waiting, uint64_t now)
{
	uint64_t patience = audit_is_guessed(&waiting->operation) ? AUDIT_GUESS_NS : AUDIT_WAIT_NS;

	return now - waiting->since >= 2 * patience ||
	       (now - waiting->since >= patience && now - waiting->stamped >= patience);
}

static bool wants_answer(const struct audit_waiting_list *list)
{
	const struct audit_waiting *waiting;

	TAILQ_FOREACH(waiting, list, by_age)
	if (!audit_is_guessed(&waiting->operation) && !audit_is_stamped_out(waiting))
		return true;
	return false;
}

bool audit_queue_wants_answer(const struct audit_queue *queue)
{
	return wants_answer(&queue->autoloads) || wants_answer(&queue->others);
}

static void answer(struct audit_waiting_list *list, uint64_t round, const struct seq_set *inside)
{
	struct audit_waiting *waiting;

	/* What came after the question may have begun after it. */
	TAILQ_FOREACH(waiting, list, by_age)
	{
		if (waiting->round >= round)
			continue;
		waiting->left = waiting->left || !seq_set_has(inside, waiting->operation.call);
		waiting->folds_left =
			waiting->folds_left || !seq_set_has(inside, waiting->operation.seq);
	}
}

void audit_queue_answer(struct audit_queue *queue, const struct seq_set *inside)
{
	answer(&queue->autoloads, queue->round, inside);
	answer(&queue->others, queue->round, inside);
}
