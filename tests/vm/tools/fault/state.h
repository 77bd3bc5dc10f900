/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a daemon leaves in the kernel and beside it, counted: links, programs, pins, the socket. */
#ifndef FAULT_STATE_H
#define FAULT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#define SOCKET "/run/modwarden/control.sock"

enum {
	STATE_IDS_MAX = 512,
	STATE_PINS_MAX = 16384,
};

struct state {
	unsigned int links[STATE_IDS_MAX], programs[STATE_IDS_MAX];
	size_t link_count, program_count;
	char pins[STATE_PINS_MAX]; /* their paths */
	bool has_socket;
	int outcome; /* of the module: 0 or an errno */
};

/* As it is now, but for the outcome; where there is no daemon, nothing. */
void state_read(struct state *state);

/* How many links have come. */
size_t state_new_links(const struct state *before, const struct state *after);

/* A takeover without a fault has left what is there now: one that failed may do so, too. */
void state_accept_takeover(const struct state *before);

/* What is not as it was, also after a while, or NULL. Until the next one is asked for. */
const char *state_difference(const struct state *before);

/* All of them. */
void pins_remove(void);

#endif
