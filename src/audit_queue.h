/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The finished operations that wait for what the audit trail says of them, in the order in which
 * they came, and what of them the kernel may still stamp. Only audit_join.c includes this.
 */
#ifndef MODWARDEN_AUDIT_QUEUE_H
#define MODWARDEN_AUDIT_QUEUE_H

#include <sys/queue.h>

#include "operation.h"
#include "seq_set.h"

struct audit_waiting {
	struct operation operation;
	uint64_t since;
	uint64_t stamped; /* when it was heard of its last stamp */
	uint64_t stamps;  /* of what is counted beside it, by then */
	uint64_t round;   /* of questions, when it came */
	bool left;        /* no task is in its call any more */
	bool folds_left;
	TAILQ_ENTRY(audit_waiting) by_age;
};

TAILQ_HEAD(audit_waiting_list, audit_waiting);

struct audit_queue {
	struct audit_waiting_list autoloads; /* which anybody may cause: they make room first */
	struct audit_waiting_list others;
	struct seq_set firsts; /* that wait, of those whose rest comes by itself */
	size_t count;
	uint64_t round;
};

void audit_queue_begin(struct audit_queue *queue);
void audit_queue_clear(struct audit_queue *queue);

/* Takes it; it came in the round that goes on. */
void audit_queue_add(struct audit_queue *queue, struct audit_waiting *waiting);
/* Frees it. */
void audit_queue_drop(struct audit_queue *queue, struct audit_waiting *waiting);

/* What makes room first; NULL: nothing waits. */
struct audit_waiting *audit_queue_least_wanted(const struct audit_queue *queue);

/* The first part of an operation is told of before the rest of it. */
bool audit_queue_has_first(const struct audit_queue *queue, const struct audit_waiting *waiting);

/* As audit_join_ask() and the like. */
bool audit_queue_wants_answer(const struct audit_queue *queue);
void audit_queue_answer(struct audit_queue *queue, const struct seq_set *inside);

/* Only itself, not those counted beside it: they have stamps of their own. */
bool audit_is_rest(const struct operation *operation);

/* How many are counted beside it. */
uint64_t audit_counted(const struct operation *operation);

/* A call of its own whose event the kernel stamps. */
bool audit_has_call(const struct operation *operation);

/* Which event it is can only be guessed. */
bool audit_is_guessed(const struct operation *operation);

/* Nothing of it, nor of what is counted beside it, is still to be stamped. */
bool audit_is_stamped_out(const struct audit_waiting *waiting);

/* It has waited long enough; what was stamped late is given the time to come out, once. */
bool audit_is_due(const struct audit_waiting *waiting, uint64_t now);

#endif
