/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a ring buffer a part at a time, so that whoever writes as fast as it reads keeps nobody
 * waiting. What was written by a moment has been read when the position of that moment was passed.
 */
#ifndef MODWARDEN_EVENT_READER_H
#define MODWARDEN_EVENT_READER_H

#include <stdbool.h>
#include <stddef.h>

#define EVENT_READER_PART 256

struct event_reader;

/* Returns 0. */
typedef int event_fn(void *arg, void *data, size_t size);

/* Of the map with this descriptor, which stays the caller's. 0 or a negative errno. */
int event_reader_new(struct event_reader **ret, int map, event_fn *event, void *arg);

/* NULL is fine. */
void event_reader_free(struct event_reader *reader);

/* To poll: readable while there is something to read. */
int event_reader_fd(const struct event_reader *reader);

/* At most EVENT_READER_PART of what there is. Returns how many. */
size_t event_reader_read(struct event_reader *reader);

/* How far it is written by now, with what programs have begun to write and are not done with. */
unsigned long event_reader_end(const struct event_reader *reader);

/* All that is before this position was read. */
bool event_reader_has_read(const struct event_reader *reader, unsigned long end);

/*
 * What comes next is still being written. What is behind it cannot be read either, and the
 * descriptor may stay readable.
 */
bool event_reader_is_held_up(const struct event_reader *reader);

/* How many events are there that were not read. */
size_t event_reader_left(const struct event_reader *reader);

#endif
