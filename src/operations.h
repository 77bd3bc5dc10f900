/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: what the ring buffer and the fold windows say of one load, unload or autoload, put
 * together and handed over once, when it is finished.
 *
 * An operation begins with its first event and is finished by its outcome, or without one after
 * OPERATION_WAIT_NS. Nothing here asks for the time, reads a map or writes a record.
 *
 * Enforced denials that are identical are counted in the kernel: the first of a window (a second)
 * is an event, the others only raise a count that arrives with the window. Each attempt is in
 * exactly one finished operation, either as itself or in its 'repeated' count:
 *
 *   - a denial whose like was not seen in this window or the last one is finished at once; those
 *     that were counted beside it follow when its window arrives, as one operation of their own
 *     (part 1);
 *   - while its like keeps coming, each window gives one operation, when the window arrives;
 *   - a window whose first event was lost gives an operation from the key alone.
 *
 * For this to be exact, at the end of a window: swap the map, read the ring buffer empty, hand over
 * each entry with operations_add_fold(), then call operations_end_window().
 */
#ifndef MODWARDEN_OPERATIONS_H
#define MODWARDEN_OPERATIONS_H

#include "operation.h"

#define OPERATION_WAIT_NS   (10ULL * 1000 * 1000 * 1000)
#define OPERATIONS_OPEN_MAX 16384 /* about 4 KiB each */

typedef void operation_done_fn(const struct operation *operation, void *arg);

struct operation_counters {
	uint64_t malformed; /* events too short for their type, or of none */
	uint64_t expired;   /* finished without an outcome */
	uint64_t evicted; /* finished early, or a count left without its facts, for want of room */
	uint64_t late;    /* events of an operation that had been finished without them; dropped */
	uint64_t failed;  /* events dropped: no memory */
};

struct operations;

/*
 * done is called for each finished operation, from within the functions below; it must not call
 * back. open_max bounds the operations held at a time, 0 is OPERATIONS_OPEN_MAX. 0 or -ENOMEM.
 */
int operations_new(struct operations **ret, size_t open_max, operation_done_fn *done, void *arg);

/* Forgets what is not finished; call operations_flush() first. NULL is fine. */
void operations_free(struct operations *operations);

/*
 * Takes an event of the ring buffer. 0; -EBADMSG: neither a decision nor an outcome, or malformed
 * (counted, nothing was read); -ENOMEM (counted).
 */
int operations_add_event(struct operations *operations, const void *data, size_t size,
			 uint64_t now);

/* What a record that was written by a former daemon told of an operation. */
enum operation_told {
	OPERATION_TOLD,       /* by itself, maybe without those that were counted beside it */
	OPERATION_TOLD_WHOLE, /* with them */
};

/*
 * A former daemon has told of it: events of it that come again are dropped, and of its window only
 * what was not told yet. Before any event is taken. 0 or -ENOMEM.
 */
int operations_recall(struct operations *operations, uint64_t seq, enum operation_told told);

/*
 * Takes one entry of the window that is being handed over. 0: it has been told of, or need not be;
 * 1: it will be; -ENOMEM (counted).
 */
int operations_add_fold(struct operations *operations, const struct mw_fold_key *key,
			const struct mw_fold *fold, uint64_t now);

/* The window has been handed over; denials held back for a count that did not come are finished. */
void operations_end_window(struct operations *operations);

/* Finishes what has waited for its outcome long enough. */
void operations_expire(struct operations *operations, uint64_t now);

/* Finishes everything: the daemon is going. */
void operations_flush(struct operations *operations);

/* When operations_expire() has something to do, in ns as given; UINT64_MAX: nothing is waiting. */
uint64_t operations_deadline(const struct operations *operations);

const struct operation_counters *operations_counters(const struct operations *operations);

#endif
