/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The multicast group that the kernel sends all audit records to, beside auditd: best effort, for
 * readers with CAP_AUDIT_READ, and only in the first network namespace, although it can be joined
 * in all of them.
 */
#ifndef MODWARDEN_AUDIT_NETLINK_H
#define MODWARDEN_AUDIT_NETLINK_H

#include "audit_sighting.h"

#include <event2/event.h>

struct audit_netlink;

struct audit_netlink_calls {
	/* The payload of a record of type SYSCALL. */
	void (*record)(const char *payload, size_t size, void *arg);
	/* Messages were lost on the way here, maybe of that type. */
	void (*lost)(void *arg);
	void *arg;
};

/*
 * Joins the group. 0 or a negative errno: -EPERM without the capability, -EPROTONOSUPPORT or
 * -ECONNREFUSED where the kernel has no audit.
 */
int audit_netlink_new(struct audit_netlink **ret, struct event_base *base,
		      const struct audit_netlink_calls *calls);

/* NULL is fine. */
void audit_netlink_free(struct audit_netlink *netlink);

/* Reads what there is, a bounded part of it, as a turn of the loop does. */
void audit_netlink_read(struct audit_netlink *netlink);

/* A record has come: the group is fed. (The kernel records that somebody joins it.) */
bool audit_netlink_is_fed(const struct audit_netlink *netlink);

enum audit_namespace {
	AUDIT_NAMESPACE_UNKNOWN, /* pid 1 is not the machine's */
	AUDIT_NAMESPACE_FIRST,
	AUDIT_NAMESPACE_OTHER,
};

/* Whether this process is in the network namespace that the group is fed in. */
enum audit_namespace audit_namespace(void);

#endif
