/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A few pages over HTTP, to be read only, in the daemon's one loop, behind everything else in it:
 * whoever comes, however many, slow or hostile they are, is served when nothing else is to be done,
 * or where who is at work spares a moment for it. GET and HEAD, one request a connection; headers
 * are not heeded.
 */
#ifndef MODWARDEN_HTTP_SERVER_H
#define MODWARDEN_HTTP_SERVER_H

#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>

#define HTTP_CLIENTS_MAX 16
#define HTTP_REQUEST_MAX (8U << 10)

struct http_page {
	const char *path;
	const char *type;
	/* Returns the status, 200 or 503. */
	unsigned int (*print)(FILE *out, void *arg);
};

struct http_options {
	const struct http_page *pages;
	size_t page_count;
	void *arg;                /* handed to the pages */
	int priority;             /* of libevent; -1: the usual one */
	struct timeval send_time; /* see connections.h */
	struct timeval answer_time;
};

struct http_server;

/* Takes the listening socket. Options are copied, pages are not. 0 or a negative errno. */
int http_server_new(struct http_server **ret, struct event_base *loop, int fd,
		    const struct http_options *options);

/* Serves who is there, once: for whoever keeps the loop busy. See connections_look(). */
void http_server_look(struct http_server *server);

/* NULL is fine. */
void http_server_free(struct http_server *server);

#endif
