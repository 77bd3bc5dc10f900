/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of auditd's log: files, and what they were rotated to, compressed or not, from the oldest
 * to the youngest. The records of an event are kept together. Whoever asks for events asks in the
 * order of time, or almost, and only those around the time asked for are in memory.
 */
#ifndef MODWARDEN_AUDIT_EVENTS_H
#define MODWARDEN_AUDIT_EVENTS_H

#include "audit_sighting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_EVENTS_SPAN_MS (60 * 1000)  /* before and after the time asked for */
#define AUDIT_EVENTS_MAX     (64U << 20)  /* bytes; then the oldest are forgotten */
#define AUDIT_EVENT_MAX      (256U << 10) /* bytes of the records of one event; the rest is cut */
#define AUDIT_GUESS_MS       1000         /* that two times of one system call can be apart */

struct audit_event {
	uint64_t serial;
	uint64_t time_ms;
	const char *text;           /* its records as they stand in the log, a line each */
	struct audit_sighting call; /* is_call: the system call that it is about is a module's */
};

struct audit_events;

/* 0 or -ENOMEM. */
int audit_events_new(struct audit_events **ret);

/* NULL is fine. */
void audit_events_free(struct audit_events *events);

/* Reads that, too; what it was rotated to (FILE.1 and so on) comes first. 0 or -ENOMEM. */
int audit_events_add(struct audit_events *events, const char *path, bool rotated);

/*
 * The event of a serial and a time, or NULL; until the next call. What cannot be read has been told
 * of.
 */
const struct audit_event *audit_events_find(struct audit_events *events, uint64_t time_ms,
					    uint64_t serial);

/* What is known of a system call from elsewhere. */
struct audit_event_guess {
	uint64_t time_ms;
	uint32_t pid;
	const char *syscall; /* its name */
	bool has_exit;
	long exit;
};

/* The event that is nearest in time, of the same process, system call and result. As above. */
const struct audit_event *audit_events_guess(struct audit_events *events,
					     const struct audit_event_guess *guess);

/* All was read, and there was no event in it. */
bool audit_events_are_none(const struct audit_events *events);

/* False: some of it could not be read. */
bool audit_events_are_whole(const struct audit_events *events);

#endif
