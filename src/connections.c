// SPDX-License-Identifier: GPL-2.0-or-later
#include "connections.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_MAX 4 /* that come in one connections_look(): their answers take time */

static const struct timeval usual_time = { .tv_sec = 5 };

struct connection {
	struct connections *connections;
	int fd;
	struct event *readable; /* with all the time that it has to send */
	struct event *writable;
	struct event *late;
	struct evbuffer *in;
	struct evbuffer *out;
	TAILQ_ENTRY(connection) link;
	max_align_t data[];
};

TAILQ_HEAD(connection_list, connection);

struct connections {
	struct connections_options options;
	struct event_base *loop;
	struct event *acceptable;
	int fd;
	struct connection_list list;
	size_t count;
};

int connection_fd(const struct connection *connection)
{
	return connection->fd;
}

void *connection_data(struct connection *connection)
{
	return connection->data;
}

void connection_end(struct connection *connection)
{
	struct connections *connections = connection->connections;

	TAILQ_REMOVE(&connections->list, connection, link);
	connections->count--;
	if (connection->readable)
		event_free(connection->readable);
	if (connection->writable)
		event_free(connection->writable);
	if (connection->late)
		event_free(connection->late);
	if (connection->in)
		evbuffer_free(connection->in);
	if (connection->out)
		evbuffer_free(connection->out);
	close(connection->fd);
	free(connection);
}

static void send_some(struct connection *connection)
{
	size_t size = evbuffer_get_contiguous_space(connection->out);
	ssize_t sent =
		send(connection->fd, evbuffer_pullup(connection->out, size), size, MSG_NOSIGNAL);

	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		sent = 0;
	if (sent > 0)
		evbuffer_drain(connection->out, sent);
	if (sent < 0 || !evbuffer_get_length(connection->out) ||
	    event_add(connection->writable, NULL))
		connection_end(connection);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_some(arg);
}

void connection_answer(struct connection *connection, const void *answer, size_t size)
{
	const struct timeval *time = &connection->connections->options.answer_time;

	event_del(connection->readable);
	if (evbuffer_add(connection->out, answer, size) || event_add(connection->late, time))
		connection_end(connection);
	else
		send_some(connection);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;
	const struct connections_options *options = &connection->connections->options;
	size_t room = options->request_max + 1 - evbuffer_get_length(connection->in);
	int got = evbuffer_read(connection->in, fd, (int)room);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (options->hear(connection, connection->in, options->arg))
		return;
	if (got <= 0)
		connection_end(connection);
	else if (evbuffer_get_length(connection->in) > options->request_max)
		options->refuse(connection, CONNECTION_LONG, options->arg);
}

/* What it has not sent by now is refused; what it has not taken, it does without. */
static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;
	const struct connections_options *options = &connection->connections->options;

	(void)fd;
	(void)what;
	if (evbuffer_get_length(connection->out))
		connection_end(connection);
	else
		options->refuse(connection, CONNECTION_LATE, options->arg);
}

/* The priority that is asked for, of each of its events; the usual one cannot fail. */
static int set_priority(const struct connections *connections, struct event *event)
{
	return connections->options.priority < 0
		       ? 0
		       : event_priority_set(event, connections->options.priority);
}

static struct connection *connection_new(struct connections *connections, int fd)
{
	struct connection *connection =
		calloc(1, sizeof(*connection) + connections->options.data_size);

	if (!connection) {
		close(fd);
		return NULL;
	}
	connection->connections = connections;
	connection->fd = fd;
	TAILQ_INSERT_TAIL(&connections->list, connection, link);
	connections->count++;
	connection->readable =
		event_new(connections->loop, fd, EV_READ | EV_PERSIST, on_readable, connection);
	connection->writable = event_new(connections->loop, fd, EV_WRITE, on_writable, connection);
	connection->late = evtimer_new(connections->loop, on_late, connection);
	connection->in = evbuffer_new();
	connection->out = evbuffer_new();
	if (connection->readable && connection->writable && connection->late && connection->in &&
	    connection->out && !set_priority(connections, connection->readable) &&
	    !set_priority(connections, connection->writable) &&
	    !set_priority(connections, connection->late))
		return connection;
	connection_end(connection);
	return NULL;
}

/*
 * One at a time: whoever connects without end has the loop no more than everybody else. A request
 * is answered as soon as it is there, so that the one who has been there longest, without, is who
 * makes room.
 */
static bool take_one(struct connections *connections)
{
	const struct connections_options *options = &connections->options;
	int fd = accept4(connections->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *connection = fd < 0 ? NULL : connection_new(connections, fd);
	int answered;

	if (!connection)
		return false;
	if (connections->count > options->max)
		connection_end(TAILQ_FIRST(&connections->list));
	answered = options->come ? options->come(connection, options->arg) : 0;
	if (answered < 0 || (!answered && (event_add(connection->readable, NULL) ||
					   event_add(connection->late, &options->send_time))))
		connection_end(connection);
	return true;
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	take_one(arg);
}

static void look_at_all(struct connections *connections)
{
	struct connection *connection, *next;

	for (connection = TAILQ_FIRST(&connections->list); connection; connection = next) {
		next = TAILQ_NEXT(connection, link);
		if (evbuffer_get_length(connection->out))
			send_some(connection);
		else
			on_readable(connection->fd, EV_READ, connection);
	}
}

void connections_look(struct connections *connections)
{
	if (connections->fd < 0)
		return;
	look_at_all(connections);
	for (int i = 0; i < LOOK_MAX && take_one(connections); i++)
		;
	look_at_all(connections);
}

int connections_new(struct connections **ret, struct event_base *loop, int fd,
		    const struct connections_options *options)
{
	struct connections *connections = calloc(1, sizeof(*connections));

	if (!connections) {
		close(fd);
		return -ENOMEM;
	}
	TAILQ_INIT(&connections->list);
	connections->options = *options;
	if (!timerisset(&options->send_time))
		connections->options.send_time = usual_time;
	if (!timerisset(&options->answer_time))
		connections->options.answer_time = usual_time;
	connections->loop = loop;
	connections->fd = fd;
	connections->acceptable =
		event_new(loop, fd, EV_READ | EV_PERSIST, on_acceptable, connections);
	if (!connections->acceptable || set_priority(connections, connections->acceptable) ||
	    event_add(connections->acceptable, NULL)) {
		connections_free(connections);
		return -ENOMEM;
	}
	*ret = connections;
	return 0;
}

void connections_close(struct connections *connections)
{
	if (connections->fd < 0)
		return;
	if (connections->acceptable)
		event_del(connections->acceptable);
	cleanup_close(&connections->fd);
	connections->fd = -1;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	while (!TAILQ_EMPTY(&connections->list))
		connection_end(TAILQ_FIRST(&connections->list));
	connections_close(connections);
	if (connections->acceptable)
		event_free(connections->acceptable);
	free(connections);
}
