/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The join of operations to the kernel's audit trail: holds each finished operation until it is
 * known what became of its audit event, then hands it on, each once.
 *
 * The kernel stamps an event after the last that the gates see of the operation; that it will not
 * can only be told once the task has left the system call. So there are questions: audit_join_ask()
 * before the tasks are gone through, then the ring buffer is read empty, then
 * audit_join_answer() with the calls that tasks were still in.
 *
 * A stamped event is confirmed by whoever reads the trail itself. Nothing here asks for the time,
 * reads a map or writes a record, and nothing waits longer than AUDIT_WAIT_NS, or, where it is
 * guessed at, AUDIT_GUESS_NS; and once more as long for what was stamped meanwhile to come out.
 */
#ifndef MODWARDEN_AUDIT_JOIN_H
#define MODWARDEN_AUDIT_JOIN_H

#include "operation.h"
#include "seq_set.h"

#define AUDIT_WAIT_NS  (5ULL * 1000 * 1000 * 1000)
#define AUDIT_GUESS_NS (1ULL * 1000 * 1000 * 1000) /* where it may be that nothing comes */

struct audit_join;

struct audit_join_calls {
	/* A finished operation, with its audit part; it must not call back. */
	void (*done)(const struct operation *operation, void *arg);
	/* The operation has to wait, or what is known of it has changed; may be NULL. */
	void (*wait)(const struct operation *operation, void *arg);
	/* The stamps of what is counted under a sequence number. False: there are none. */
	bool (*folds)(uint64_t seq, struct mw_fold_stamps *ret, void *arg);
	void *arg;
};

/* What a reader of the trail has seen of a system call. */
struct audit_seen {
	uint32_t serial;
	uint64_t time_ms; /* CLOCK_REALTIME */
	uint32_t pid;
	enum mw_syscall syscall; /* MW_SYSCALL_NONE: another one, of which no more is known */
	int64_t exit;
	const char *key; /* may be NULL */
};

/* Times are CLOCK_BOOTTIME ns. wait_max bounds those that wait, 0: as many as operations.h. */
int audit_join_new(struct audit_join **ret, size_t wait_max, const struct audit_join_calls *calls);

/* Forgets what waits; call audit_join_flush() first. NULL is fine. */
void audit_join_free(struct audit_join *join);

/* Of operations that began before, not all has been read here: of them no gap is told. */
void audit_join_begin(struct audit_join *join, uint64_t now);

/* Without an answer nothing is a gap: no stamps can be had, or they were missed until now. */
void audit_join_missed(struct audit_join *join, uint64_t now);

/*
 * A reader confirms what it sees, all of it from 'since' on; UINT64_MAX: there is none. What it
 * does not see that began after that is lost.
 */
void audit_join_set_reader(struct audit_join *join, uint64_t since);

/* The keys that count as keys for modules; not copied. */
void audit_join_set_keys(struct audit_join *join, const char *const *keys, size_t count);

/*
 * A finished operation; -ENOMEM: it was handed on without its audit part. One that another daemon
 * has counted is handed on as it is.
 */
int audit_join_take(struct audit_join *join, const struct operation *operation, uint64_t now);

/* An event of the ring buffer (event_type() said MW_EVENT_AUDIT). */
void audit_join_event(struct audit_join *join, const struct mw_audit_event *event);

void audit_join_see(struct audit_join *join, const struct audit_seen *seen);

/* Does anything wait for an answer? */
bool audit_join_wants_answer(const struct audit_join *join);
void audit_join_ask(struct audit_join *join);
void audit_join_answer(struct audit_join *join, const struct seq_set *inside);

/* Hands on what is known, and what has waited long enough. offset: see boottime_offset(). */
void audit_join_settle(struct audit_join *join, uint64_t now, int64_t offset);

/* Hands on everything: the daemon is going. */
void audit_join_flush(struct audit_join *join, int64_t offset);

/* How many wait. */
size_t audit_join_waiting(const struct audit_join *join);

#endif
