/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reader of the audit trail beside auditd: what came out of the kernel's audit. It reads the
 * netlink multicast group, or, where that is not fed or may not be joined, auditd's log file.
 */
#ifndef MODWARDEN_AUDIT_TRAIL_H
#define MODWARDEN_AUDIT_TRAIL_H

#include "audit_sighting.h"

#include <event2/event.h>

struct audit_trail;

enum audit_trail_source {
	AUDIT_TRAIL_NONE, /* what is not seen may still have been recorded */
	AUDIT_TRAIL_MULTICAST,
	AUDIT_TRAIL_FILE,
};

struct audit_trail_settings {
	const char *log_file; /* NULL: the one that auditd's configuration names */
	const char *config;   /* auditd's; NULL: the usual one */
	bool only_file;
};

/* One call per SYSCALL record; the same one may come twice. */
typedef void audit_sighting_fn(const struct audit_sighting *sighting, void *arg);

/* 0 also where there is nothing to read, and then tells why; or -ENOMEM. */
int audit_trail_new(struct audit_trail **ret, struct event_base *base,
		    const struct audit_trail_settings *settings, audit_sighting_fn *sighted,
		    void *arg);

/* NULL is fine. */
void audit_trail_free(struct audit_trail *trail);

/* Reads what there is, a bounded part of it, as a turn of the loop does. */
void audit_trail_read(struct audit_trail *trail);

/* What is being read now: it can change with any turn of the loop. */
enum audit_trail_source audit_trail_source(const struct audit_trail *trail);

/* Why it is not the multicast group, for people; "" where it is. Valid until the next call. */
const char *audit_trail_why(const struct audit_trail *trail);

/*
 * How often this reader itself has lost records, and nobody knows which: what was not seen while
 * this changed may have come out all the same.
 */
uint64_t audit_trail_overruns(const struct audit_trail *trail);

#endif
