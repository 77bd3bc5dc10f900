/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of command line options that more than one verb takes. A bad one ends in a usage error. */
#ifndef MODWARDEN_OPTION_H
#define MODWARDEN_OPTION_H

#include "control_socket.h"
#include "plan.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTION_MECHANISM_HELP "auto (default), lsm, fmod_ret or tracepoint"

/* All of them, or the end: a verb must not go on without what it was told. */
void options_parse(const struct argp *argp, int argc, char **argv, void *options);

/* Not empty, or a usage error. */
const char *option_text(const char *name, const char *word, struct argp_state *state);

/* A number from 1 to max. */
unsigned int option_number(const char *name, const char *word, unsigned int max,
			   struct argp_state *state);

/* As below, without the usage error: false for what is none. */
bool size_parse(const char *word, uint64_t *size);

/* Bytes: a number that is not 0, and perhaps K, M, G or T behind it, powers of 1024. */
uint64_t option_size(const char *name, const char *word, struct argp_state *state);
/* What the verbs that ask the daemon take. */
enum {
	OPTION_SOCKET = 0x200,
	OPTION_FOR,
};

#define OPTION_SOCKET_ROW                                                                          \
	{                                                                                          \
		"socket", OPTION_SOCKET, "PATH", 0, "The daemon's socket; default " CONTROL_PATH,  \
			0                                                                          \
	}
#define OPTION_FOR_ROW                                                                             \
	{                                                                                          \
		"for", OPTION_FOR, "TIME", 0, "For so long, as 90s, 30m, 12h, 7d; at most 30d", 0  \
	}

uint32_t option_duration(const char *text, struct argp_state *state);

/* A point in time, see moment.h. */
int64_t option_moment(const char *name, const char *word, struct argp_state *state);

enum mechanism option_mechanism(const char *word, struct argp_state *state);

#endif
