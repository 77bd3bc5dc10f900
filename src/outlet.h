/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A descriptor that leads to a reader: a pipe, a socket or a terminal, or also a file. A reader
 * that is slow gets a moment; one that has stopped reading has had it, and holds nothing up until
 * it reads again. Nothing here raises SIGPIPE.
 */
#ifndef MODWARDEN_OUTLET_H
#define MODWARDEN_OUTLET_H

#include <stdbool.h>
#include <sys/types.h>

struct outlet {
	int fd;
	bool is_socket;
	bool has_reader; /* who may stop */
	bool can_wait;   /* a write can, for want of O_NONBLOCK */
	bool is_stalled; /* there was no room for the last thing, which is lost */
};

/*
 * What was handed over, for writing without waiting. Others hold it, too, and would find it
 * non-blocking, so that a pipe or terminal is opened anew: the descriptor is another one then.
 */
int outlet_open(int fd);

/* fd stays the caller's. */
void outlet_use(struct outlet *outlet, int fd);

/* As write(2), but short or -1 with EAGAIN where the rest found no room within a moment. */
ssize_t outlet_write(struct outlet *outlet, const char *data, size_t size);

#endif
