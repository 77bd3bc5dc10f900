/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a ring buffer a bounded part at a time: what was written before it was asked to. Whoever
 * writes as fast as it reads does not keep it reading for ever.
 */
#ifndef MODWARDEN_EVENT_READER_H
#define MODWARDEN_EVENT_READER_H

#include <stdbool.h>
#include <stddef.h>

struct event_reader;

/* Returns 0. */
typedef int event_fn(void *arg, void *data, size_t size);

/* Of the map with this descriptor, which stays the caller's. 0 or a negative errno. */
int event_reader_new(struct event_reader **ret, int map, event_fn *event, void *arg);

/* NULL is fine. */
void event_reader_free(struct event_reader *reader);

/* To poll: readable while there is something to read. */
int event_reader_fd(const struct event_reader *reader);

/*
 * True: what had been written when this was called has been read, all of it. False: a program has
 * begun to write an event and is not done with it; that one, and what is behind it, stays for a
 * later call.
 */
bool event_reader_read(struct event_reader *reader);

#endif
