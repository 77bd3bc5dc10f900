// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_server.h"

#include "cleanup.h"
#include "log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdarg.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

static const struct timeval usual_time = { .tv_sec = 5 };

struct client {
	struct control_server *server;
	struct control_peer peer;
	int fd;
	struct event *readable; /* with all the time that it has to send */
	struct event *writable;
	struct event *late;
	struct evbuffer *in;
	struct evbuffer *out;
	TAILQ_ENTRY(client) link;
};

TAILQ_HEAD(client_list, client);

struct control_server {
	struct control_options options;
	struct event_base *loop;
	struct event *acceptable;
	struct stat file;
	int fd;
	struct client_list clients;
	size_t count;
	const struct control_peer *asking;
};

int control_refuse(json_t *reply, enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_object_set_new(reply, "error", json_vsprintf(format, args));
	va_end(args);
	return code;
}

/* Requests. */

static const struct control_verb *verb_find(const struct control_server *server, const char *name)
{
	for (size_t i = 0; name && i < server->options.verb_count; i++)
		if (!strcmp(server->options.verbs[i].name, name))
			return &server->options.verbs[i];
	return NULL;
}

static bool verb_takes(const struct control_verb *verb, const char *key)
{
	if (!strcmp(key, "verb"))
		return true;
	for (const char *const *k = verb->keys; k && *k; k++)
		if (!strcmp(*k, key))
			return true;
	return false;
}

static int request_answer(struct control_server *server, const json_t *request, json_t *reply)
{
	const char *name = json_string_value(json_object_get(request, "verb"));
	const struct control_verb *verb = verb_find(server, name);
	const char *key;
	json_t *value;

	if (!json_is_object(request))
		return control_refuse(reply, EXIT_USAGE, "the request is no JSON object");
	if (!verb)
		return control_refuse(reply, EXIT_USAGE, "unknown verb");
	json_object_foreach ((json_t *)request, key, value)
		if (!verb_takes(verb, key))
			return control_refuse(reply, EXIT_USAGE, "unknown key for '%s'",
					      verb->name);
	return verb->call(server->options.arg, request, reply);
}

/* Clients. */

static void client_free(struct client *client)
{
	struct control_server *server = client->server;

	TAILQ_REMOVE(&server->clients, client, link);
	server->count--;
	if (client->readable)
		event_free(client->readable);
	if (client->writable)
		event_free(client->writable);
	if (client->late)
		event_free(client->late);
	if (client->in)
		evbuffer_free(client->in);
	if (client->out)
		evbuffer_free(client->out);
	close(client->fd);
	free(client);
}

static void client_send(struct client *client)
{
	size_t size = evbuffer_get_contiguous_space(client->out);
	ssize_t sent = send(client->fd, evbuffer_pullup(client->out, size), size, MSG_NOSIGNAL);

	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		sent = 0;
	if (sent > 0)
		evbuffer_drain(client->out, sent);
	if (sent < 0 || !evbuffer_get_length(client->out) || event_add(client->writable, NULL))
		client_free(client);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_send(arg);
}

/* Takes the reply's reference. The client may be gone afterwards. */
static void client_reply(struct client *client, int code, json_t *reply)
{
	const struct timeval *time = &client->server->options.answer_time;
	auto_free char *text = NULL;

	json_object_set_new(reply, "ok", json_boolean(code == EXIT_DONE));
	if (code != EXIT_DONE)
		json_object_set_new(reply, "exit", json_integer(code));
	text = json_dumps(reply, JSON_COMPACT);
	json_decref(reply);
	event_del(client->readable);
	if (!text || evbuffer_add_printf(client->out, "%s\n", text) < 0 ||
	    event_add(client->late, time))
		client_free(client);
	else
		client_send(client);
}

__attribute__((format(printf, 3, 4))) static void
client_refuse(struct client *client, enum exit_code code, const char *format, ...)
{
	json_t *reply = json_object();
	va_list args;

	va_start(args, format);
	json_object_set_new(reply, "error", json_vsprintf(format, args));
	va_end(args);
	client_reply(client, code, reply);
}

static void client_ask(struct client *client, const char *line, size_t size)
{
	struct control_server *server = client->server;
	json_t *request = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	json_t *reply = json_object();
	int code;

	if (!request) {
		json_decref(reply);
		client_refuse(client, EXIT_USAGE, "the request is not JSON");
		return;
	}
	server->asking = &client->peer;
	code = request_answer(server, request, reply);
	server->asking = NULL;
	json_decref(request);
	client_reply(client, code, reply);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;
	size_t room = CONTROL_REQUEST_MAX + 1 - evbuffer_get_length(client->in);
	int got = evbuffer_read(client->in, fd, (int)room);
	auto_free char *line = NULL;
	size_t size;

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	line = evbuffer_readln(client->in, &size, EVBUFFER_EOL_LF);
	if (line)
		client_ask(client, line, size);
	else if (got <= 0)
		client_free(client);
	else if (evbuffer_get_length(client->in) > CONTROL_REQUEST_MAX)
		client_refuse(client, EXIT_USAGE, "the request is longer than %u bytes",
			      CONTROL_REQUEST_MAX);
}

/* What it has not sent by now is refused; what it has not taken, it does without. */
static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	if (evbuffer_get_length(client->out))
		client_free(client);
	else
		client_refuse(client, EXIT_FAILED, "the request took too long");
}

static struct client *client_new(struct control_server *server, int fd)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return NULL;
	}
	client->server = server;
	client->fd = fd;
	TAILQ_INSERT_TAIL(&server->clients, client, link);
	server->count++;
	client->readable = event_new(server->loop, fd, EV_READ | EV_PERSIST, on_readable, client);
	client->writable = event_new(server->loop, fd, EV_WRITE, on_writable, client);
	client->late = evtimer_new(server->loop, on_late, client);
	client->in = evbuffer_new();
	client->out = evbuffer_new();
	if (client->readable && client->writable && client->late && client->in && client->out &&
	    !control_socket_peer(fd, &client->peer))
		return client;
	client_free(client);
	return NULL;
}

/*
 * One at a time: whoever connects without end has the loop no more than everybody else. A request
 * is answered as soon as it is there, so that the one who has been there longest, without, is who
 * makes room.
 */
static void on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	struct control_server *server = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *client = fd < 0 ? NULL : client_new(server, fd);

	(void)what;
	if (!client)
		return;
	if (server->count > CONTROL_CLIENTS_MAX)
		client_free(TAILQ_FIRST(&server->clients));
	if (client->peer.uid != server->options.uid)
		client_refuse(client, EXIT_NOT_PERMITTED, "only root may ask");
	else if (event_add(client->readable, NULL) ||
		 event_add(client->late, &server->options.send_time))
		client_free(client);
}

int control_server_new(struct control_server **ret, struct event_base *loop,
		       const struct control_options *options)
{
	struct control_server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	TAILQ_INIT(&server->clients);
	server->options = *options;
	if (!timerisset(&options->send_time))
		server->options.send_time = usual_time;
	if (!timerisset(&options->answer_time))
		server->options.answer_time = usual_time;
	server->loop = loop;
	server->fd = control_socket_listen(options->path, &server->file);
	if (server->fd < 0) {
		int error = server->fd;

		free(server);
		return error;
	}
	server->acceptable =
		event_new(loop, server->fd, EV_READ | EV_PERSIST, on_acceptable, server);
	if (!server->acceptable || event_add(server->acceptable, NULL)) {
		control_server_free(server);
		return -ENOMEM;
	}
	*ret = server;
	return 0;
}

void control_server_close(struct control_server *server)
{
	if (server->fd < 0)
		return;
	if (server->acceptable)
		event_del(server->acceptable);
	control_socket_remove(server->options.path, &server->file);
	cleanup_close(&server->fd);
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	while (!TAILQ_EMPTY(&server->clients))
		client_free(TAILQ_FIRST(&server->clients));
	control_server_close(server);
	if (server->acceptable)
		event_free(server->acceptable);
	free(server);
}

const struct control_peer *control_server_peer(const struct control_server *server)
{
	return server->asking;
}
