/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the control socket, in its one loop. A client sends one line of JSON,
 * {"verb": NAME, ...}, and is answered with one line, {"ok": true, ...} or {"ok": false, "error":
 * TEXT, "exit": NUMBER}. Clients are few, and neither their time nor their memory is theirs: what
 * is too slow, too long or too much ends with an error or a closed connection.
 */
#ifndef MODWARDEN_CONTROL_SERVER_H
#define MODWARDEN_CONTROL_SERVER_H

#include "control_socket.h"
#include "exit_code.h"

#include <event2/event.h>
#include <jansson.h>

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_REQUEST_MAX (64U << 10)

struct control_verb {
	const char *name;
	/* Fills the reply. Returns an exit code: EXIT_DONE, or what control_refuse() returned. */
	int (*call)(void *arg, const json_t *request, json_t *reply);
	const char *const *keys; /* it takes beside "verb", ending with NULL; NULL: none */
};

struct control_options {
	const char *path;
	const struct control_verb *verbs;
	size_t verb_count;
	void *arg;                  /* handed to the verbs */
	struct timeval send_time;   /* for a client to send; zero: 5 s */
	struct timeval answer_time; /* and to take the answer */
	uid_t uid;                  /* whom the other end must belong to */
};

struct control_server;

/* Options are copied, what they point to is not. 0 or a negative errno of control_socket.h. */
int control_server_new(struct control_server **ret, struct event_base *loop,
		       const struct control_options *options);

/* Closes what is open and takes the socket's file away. NULL is fine. */
void control_server_free(struct control_server *server);

/* Nobody can connect any more; who has, is answered. */
void control_server_close(struct control_server *server);

/* While a verb is being called: who asks. */
const struct control_peer *control_server_peer(const struct control_server *server);

/* Says why not; returns the code. */
__attribute__((format(printf, 3, 4))) int control_refuse(json_t *reply, enum exit_code code,
							 const char *format, ...);

#endif
