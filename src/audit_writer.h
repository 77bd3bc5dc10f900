/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes messages into the audit trail, by a process of its own: the kernel lets who sends to its
 * audit wait where the queue to auditd is full, for a minute each time. What that process has no
 * time for is dropped here, and counted. It has no descriptor but the one to talk to it, and no
 * capability but CAP_AUDIT_WRITE; it ends with the one that began it.
 */
#ifndef MODWARDEN_AUDIT_WRITER_H
#define MODWARDEN_AUDIT_WRITER_H

#include "audit_note.h"
#include "helper_process.h"

#include <stdint.h>

#define AUDIT_WRITER_START_MS 1000 /* that the first message is waited for */

struct audit_writer;

/* How the process sends: opens once, then 0 or a negative errno for each message. */
struct audit_writer_calls {
	int (*open)(void *arg);
	int (*send)(const struct audit_note *note, void *arg);
	void *arg;
};

/* Into the kernel's audit. */
extern const struct audit_writer_calls audit_writer_kernel;

enum audit_writer_start {
	AUDIT_WRITER_WRITES,
	AUDIT_WRITER_WAITS, /* the first message has not been taken yet */
	AUDIT_WRITER_OFF,   /* audit is not enabled: what is sent is not recorded */
};

/*
 * To be called before anything is opened that the process should not have. first is written at
 * once, and how that went is told: 0 and *start, or a negative errno: -EPERM; -EPROTONOSUPPORT and
 * the like: this kernel has no audit.
 */
int audit_writer_new(struct audit_writer **ret, const struct audit_writer_calls *calls,
		     const struct audit_note *first, enum audit_writer_start *start);

/* Waits for what is still to be written, no longer than HELPER_END_MS. NULL is fine. */
void audit_writer_free(struct audit_writer *writer);

/* Never waits. */
void audit_writer_take(struct audit_writer *writer, const struct audit_note *note);

/* A message that could not even be made. */
void audit_writer_drop(struct audit_writer *writer);

/*
 * Messages that did not get into the trail: dropped here, or refused there. *why is the errno of
 * the last one that the kernel refused, or ESRCH where the process is gone; 0: neither.
 */
uint64_t audit_writer_lost(struct audit_writer *writer, int *why);

#endif
