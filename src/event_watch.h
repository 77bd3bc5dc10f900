/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a descriptor whenever there is something to read. One that stays readable although nothing
 * can be read, because what comes next is still being written, is looked at again after a pause.
 */
#ifndef MODWARDEN_EVENT_WATCH_H
#define MODWARDEN_EVENT_WATCH_H

#include <event2/event.h>
#include <stdbool.h>

#define EVENT_WATCH_PAUSE_MS 10

struct event_watch;

/* Reads a part of what there is. False: what comes next cannot be read yet. */
typedef bool event_watch_fn(void *arg);

/* 0 or a negative errno. */
int event_watch_new(struct event_watch **ret, struct event_base *loop, int fd,
		    unsigned int pause_ms, event_watch_fn *read, void *arg);

/* NULL is fine. */
void event_watch_free(struct event_watch *watch);

#endif
