// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_server.h"

#include "cleanup.h"
#include "connections.h"
#include "json_memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct control_server {
	struct control_options options;
	struct connections *connections; /* each has a struct control_peer */
	struct stat file;
	bool is_closed;
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

/* Takes the reply's reference. The client may be gone afterwards. */
static void client_reply(struct connection *client, int code, json_t *reply)
{
	auto_free char *text = NULL;
	size_t length;

	json_object_set_new(reply, "ok", json_boolean(code == EXIT_DONE));
	if (code != EXIT_DONE)
		json_object_set_new(reply, "exit", json_integer(code));
	text = json_text(reply, JSON_COMPACT);
	json_decref(reply);
	if (!text) {
		connection_end(client);
		return;
	}
	length = strlen(text);
	text[length] = '\n'; /* in the place of the NUL */
	connection_answer(client, text, length + 1);
}

__attribute__((format(printf, 3, 4))) static void
client_refuse(struct connection *client, enum exit_code code, const char *format, ...)
{
	json_t *reply = json_object();
	va_list args;

	va_start(args, format);
	json_object_set_new(reply, "error", json_vsprintf(format, args));
	va_end(args);
	client_reply(client, code, reply);
}

static void client_ask(struct control_server *server, struct connection *client, const char *line,
		       size_t size)
{
	json_t *request = json_read(line, size, JSON_REJECT_DUPLICATES, NULL);
	bool is_full = !request && errno == ENOMEM;
	json_t *reply = json_object();
	int code;

	if (!request) {
		json_decref(reply);
		client_refuse(client, is_full ? EXIT_FAILED : EXIT_USAGE, "%s",
			      is_full ? "out of memory" : "the request is not JSON");
		return;
	}
	server->asking = connection_data(client);
	code = request_answer(server, request, reply);
	server->asking = NULL;
	json_decref(request);
	client_reply(client, code, reply);
}

static int on_come(struct connection *client, void *arg)
{
	const struct control_server *server = arg;
	struct control_peer *peer = connection_data(client);

	if (control_socket_peer(connection_fd(client), peer))
		return -1;
	if (peer->uid != server->options.uid)
		client_refuse(client, EXIT_NOT_PERMITTED, "only root may ask");
	else if (!control_socket_peer_has_power(connection_fd(client), peer))
		client_refuse(client, EXIT_NOT_PERMITTED,
			      "only who has CAP_SYS_ADMIN or CAP_SYS_MODULE may ask");
	else
		return 0;
	return 1;
}

static bool on_hear(struct connection *client, struct evbuffer *in, void *arg)
{
	size_t size;
	auto_free char *line = evbuffer_readln(in, &size, EVBUFFER_EOL_LF);

	if (line)
		client_ask(arg, client, line, size);
	return line;
}

static void on_problem(struct connection *client, enum connection_problem problem, void *arg)
{
	(void)arg;
	if (problem == CONNECTION_LATE)
		client_refuse(client, EXIT_FAILED, "the request took too long");
	else
		client_refuse(client, EXIT_USAGE, "the request is longer than %u bytes",
			      CONTROL_REQUEST_MAX);
}

static int server_open(struct control_server *server, struct event_base *loop)
{
	const struct connections_options options = {
		.max = CONTROL_CLIENTS_MAX,
		.request_max = CONTROL_REQUEST_MAX,
		.send_time = server->options.send_time,
		.answer_time = server->options.answer_time,
		.priority = -1,
		.data_size = sizeof(struct control_peer),
		.come = on_come,
		.hear = on_hear,
		.refuse = on_problem,
		.arg = server,
	};
	int fd = control_socket_listen(server->options.path, &server->file), error;

	if (fd < 0)
		return fd;
	error = connections_new(&server->connections, loop, fd, &options);
	if (error)
		control_socket_remove(server->options.path, &server->file);
	return error;
}

int control_server_new(struct control_server **ret, struct event_base *loop,
		       const struct control_options *options)
{
	auto_free struct control_server *server = calloc(1, sizeof(*server));
	int error;

	if (!server)
		return -ENOMEM;
	server->options = *options;
	error = server_open(server, loop);
	if (!error)
		*ret = take_pointer(server);
	return error;
}

void control_server_close(struct control_server *server)
{
	if (server->is_closed)
		return;
	server->is_closed = true;
	control_socket_remove(server->options.path, &server->file);
	connections_close(server->connections);
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	control_server_close(server);
	connections_free(server->connections);
	free(server);
}

const struct control_peer *control_server_peer(const struct control_server *server)
{
	return server->asking;
}
