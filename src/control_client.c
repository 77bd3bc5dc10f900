// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_client.h"

#include "boottime.h"
#include "cleanup.h"
#include "escape.h"
#include "exit_code.h"
#include "json_memory.h"
#include "log.h"
#include "memory_stream.h"
#include "pins.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static int no_connection(const char *path, int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED) {
		struct pins *pins = NULL;
		bool are_left = !pins_find(&pins);

		pins_free(pins);
		log_error("no daemon is running (%s)%s", path,
			  are_left ? "; the gates that one has left in " PINS_ROOT
				     " go on: `modwarden run --persist` takes them over, "
				     "`modwarden stop` takes them away"
				   : "");
		return EXIT_NO_DAEMON;
	}
	if (error == -EACCES || error == -EPERM) {
		log_error("not permitted to ask the daemon at '%s': run as root, with sudo", path);
		return EXIT_NOT_PERMITTED;
	}
	if (error == -EAGAIN)
		log_error("control: the daemon does not take connections at '%s'; where it was "
			  "stopped, SIGCONT lets it go on",
			  path);
	else
		log_error("control: cannot connect to '%s': %s", path, strerror(-error));
	return EXIT_FAILED;
}

struct connection {
	const char *path;
	const struct control_patience *patience;
	struct control_peer peer;
	int fd;
	int64_t began; /* to wait; milliseconds of CLOCK_BOOTTIME */
	bool has_told; /* that it waits */
};

/* Whoever else has put a socket there is not believed. */
static int open_connection(struct connection *connection)
{
	auto_close int fd = control_socket_connect(connection->path);

	if (fd < 0)
		return no_connection(connection->path, take_fd(fd));
	if (control_socket_peer(fd, &connection->peer) || connection->peer.uid != geteuid()) {
		log_error("control: '%s' is another user's", connection->path);
		return EXIT_NOT_PERMITTED;
	}
	connection->fd = take_fd(fd);
	return EXIT_DONE;
}

static int send_all(int fd, const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = send(fd, text + at, size - at, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int64_t now_ms(void)
{
	return (int64_t)(boottime_now() / 1000000);
}

/* Who waits long is told so. */
static int wait_for_bytes(struct connection *connection)
{
	const struct control_patience *patience = connection->patience;
	struct pollfd wait = { .fd = connection->fd, .events = POLLIN };

	for (;;) {
		int64_t end = connection->began +
			      (connection->has_told ? patience->limit : patience->quiet);
		int64_t left = end - now_ms();
		int n = poll(&wait, 1, left > 0 ? (int)left : 0);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		if (connection->has_told)
			return -ETIMEDOUT;
		log_warning("control: waiting for the daemon (pid %d) to answer, up to %d s",
			    connection->peer.pid, patience->limit / 1000);
		connection->has_told = true;
	}
}

/* Up to the end of the line, or an error; what the daemon says when it closes early counts. */
static int receive_line(struct connection *connection, FILE *out)
{
	size_t total = 0;
	char bytes[16384];

	connection->began = now_ms();
	while (total < CONTROL_REPLY_MAX) {
		int error = wait_for_bytes(connection);
		ssize_t n = error ? 0 : recv(connection->fd, bytes, sizeof(bytes), 0);

		if (error)
			return error;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ECONNRESET;
		fwrite(bytes, 1, n, out);
		total += (size_t)n;
		if (bytes[n - 1] == '\n')
			return 0;
	}
	return -EMSGSIZE;
}

static int exchange(struct connection *connection, const json_t *request, json_t **reply)
{
	auto_free char *line = NULL, *answer = NULL, *text = json_text(request, JSON_COMPACT);
	FILE *out;
	size_t size;
	int error, sent;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return -ENOMEM;
	out = open_memstream(&answer, &size);
	if (!out)
		return -ENOMEM;
	sent = send_all(connection->fd, line, strlen(line));
	error = receive_line(connection, out);
	if (memory_stream_close(out, &answer))
		return -ENOMEM;
	if (error)
		return sent ?: error;
	*reply = json_read(answer, size, JSON_REJECT_DUPLICATES, NULL);
	if (!*reply && errno == ENOMEM)
		return -ENOMEM;
	return json_is_object(*reply) ? 0 : -EPROTO;
}

static int code_of(json_t **reply)
{
	const char *error = json_string_value(json_object_get(*reply, "error"));
	auto_free char *shown = text_sanitize(error ?: "refused, without a reason");
	int code = (int)json_integer_value(json_object_get(*reply, "exit"));

	if (json_is_true(json_object_get(*reply, "ok"))) {
		json_object_del(*reply, "ok"); /* it is between the two of us */
		return EXIT_DONE;
	}
	log_error("%s", shown ?: "out of memory");
	json_decref(*reply);
	*reply = NULL;
	return code > 0 && code < 256 ? code : EXIT_FAILED;
}

static void no_answer(const struct connection *connection, int error)
{
	if (error == -ECONNRESET || error == -EPIPE)
		log_error("control: the daemon (pid %d) ended or closed the connection before it "
			  "answered: `modwarden status` tells whether one is running",
			  connection->peer.pid);
	else if (error == -ETIMEDOUT)
		log_error("control: the daemon (pid %d) has not answered for %d s, and may still "
			  "do what "
			  "it was asked; the gates go on; where it was stopped, `kill -CONT "
			  "%d` lets it go on",
			  connection->peer.pid, connection->patience->limit / 1000,
			  connection->peer.pid);
	else
		log_error("control: no answer from the daemon (%s): %s", connection->path,
			  strerror(-error));
}

int control_ask_patiently(const char *path, json_t *request,
			  const struct control_patience *patience, json_t **reply)
{
	struct connection connection = { .path = path, .patience = patience, .fd = -1 };
	int code = open_connection(&connection), error;

	*reply = NULL;
	error = code ? 0 : exchange(&connection, request, reply);
	json_decref(request);
	cleanup_close(&connection.fd);
	if (code)
		return code;
	if (!error)
		return code_of(reply);
	json_decref(*reply);
	*reply = NULL;
	no_answer(&connection, error);
	return EXIT_FAILED;
}

int control_ask(const char *path, json_t *request, json_t **reply)
{
	static const struct control_patience usual = { .quiet = 2000, .limit = 30000 };

	return control_ask_patiently(path, request, &usual, reply);
}
