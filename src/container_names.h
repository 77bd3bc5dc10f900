/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of containers, and the finished operations that wait for them: each is handed on once,
 * when the names of its container are known, or cannot be had, or it has waited CONTAINER_WAIT_NS.
 * Who does ask is elsewhere; nothing here asks for the time. Times are CLOCK_BOOTTIME ns.
 */
#ifndef MODWARDEN_CONTAINER_NAMES_H
#define MODWARDEN_CONTAINER_NAMES_H

#include "operation.h"
#include "pod_names.h"

#define CONTAINER_WAIT_NS  (1000ULL * 1000 * 1000)
#define CONTAINER_AGAIN_NS (5 * CONTAINER_WAIT_NS) /* until what was not known is asked again */
#define CONTAINERS_MAX     256                     /* that are known */
#define CONTAINER_WAIT_MAX 64                      /* operations that wait; the oldest makes room */

struct container_names;

struct container_names_calls {
	/* Begins to ask about an id. False: it cannot, now. */
	bool (*ask)(const char *id, void *arg);
	/* An operation that is to wait; may be NULL. */
	void (*wait)(const struct operation *operation, void *arg);
	/* One that has waited, or need not; it must not call back. */
	void (*done)(const struct operation *operation, void *arg);
	void *arg;
};

struct container_names_counts {
	uint64_t known;   /* answers */
	uint64_t unknown; /* no runtime knows it */
	uint64_t failed;  /* could not be asked, or not in time */
};

/* 0 or -ENOMEM. */
int container_names_new(struct container_names **ret, const struct container_names_calls *calls);

/* Forgets what waits; call container_names_flush() first. NULL is fine. */
void container_names_free(struct container_names *names);

/* An operation from this container has begun: its names will be wanted. */
void container_names_expect(struct container_names *names, const char *id, uint64_t now);

/* A finished operation. */
void container_names_take(struct container_names *names, const struct operation *operation,
			  uint64_t now);

/* 'error' is 0, ENOENT, or why nobody could be asked. */
void container_names_answer(struct container_names *names, const char *id, int error,
			    const struct pod_names *answer, uint64_t now);

/* Hands on what has waited long enough, or all. */
void container_names_settle(struct container_names *names, uint64_t now);
void container_names_flush(struct container_names *names);

/* Does anything wait? */
bool container_names_wait(const struct container_names *names);

/* NULL: they are not known. */
const struct pod_names *container_names_find(const struct container_names *names, const char *id);

const struct container_names_counts *container_names_counts(const struct container_names *names);

#endif
