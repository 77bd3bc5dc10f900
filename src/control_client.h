/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs' end of the control socket. */
#ifndef MODWARDEN_CONTROL_CLIENT_H
#define MODWARDEN_CONTROL_CLIENT_H

#include "control_socket.h"

#include <jansson.h>

#define CONTROL_REPLY_MAX (16U << 20)

/*
 * Asks the daemon at a path; takes the request's reference. Returns an exit code, EXIT_DONE with
 * the reply in *reply; what failed, there or here, has been logged.
 */
int control_ask(const char *path, json_t *request, json_t **reply);

/* How long it waits for the answer, in milliseconds: before it says so, and at all. */
struct control_patience {
	int quiet;
	int limit;
};

int control_ask_patiently(const char *path, json_t *request,
			  const struct control_patience *patience, json_t **reply);

#endif
