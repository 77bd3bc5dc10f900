/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who connects to a listening socket, asks once and is answered once, in the daemon's one loop.
 * Clients are few, and neither their time nor their memory is theirs: what is too slow, too long or
 * too much ends with a refusal or a closed connection. What they say is for others to understand.
 */
#ifndef MODWARDEN_CONNECTIONS_H
#define MODWARDEN_CONNECTIONS_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

struct connection;
struct connections;

enum connection_problem {
	CONNECTION_LATE, /* the request has not come in its time */
	CONNECTION_LONG, /* it is longer than it may be */
};

struct connections_options {
	unsigned int max;           /* clients at a time */
	size_t request_max;         /* bytes */
	struct timeval send_time;   /* for a client to send, all in all; zero: 5 s */
	struct timeval answer_time; /* and to take the answer */
	int priority;               /* of libevent; -1: the loop's usual one */
	size_t data_size;           /* of what is kept for each connection */

	/* Somebody has come: 0, or 1: it has been answered, or -1: it is sent away. May be NULL. */
	int (*come)(struct connection *connection, void *arg);
	/* More of the request has come. Returns whether it has been answered. */
	bool (*hear)(struct connection *connection, struct evbuffer *in, void *arg);
	/* Answers. */
	void (*refuse)(struct connection *connection, enum connection_problem problem, void *arg);
	void *arg;
};

/* Takes the listening socket, which must not block. Options are copied. 0 or a negative errno. */
int connections_new(struct connections **ret, struct event_base *loop, int fd,
		    const struct connections_options *options);

/* Closes all. NULL is fine. */
void connections_free(struct connections *connections);

/* Nobody can connect any more; who has, is answered. */
void connections_close(struct connections *connections);

/*
 * Does now what its events would, once, and takes a few who want to connect: for a loop in which
 * events of a higher priority never end.
 */
void connections_look(struct connections *connections);

int connection_fd(const struct connection *connection);
void *connection_data(struct connection *connection);

/* Sends this and closes; what else comes is not read. The connection may be gone afterwards. */
void connection_answer(struct connection *connection, const void *answer, size_t size);

/* Without an answer. */
void connection_end(struct connection *connection);

#endif
