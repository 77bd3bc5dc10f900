// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_client.h"

#include "cleanup.h"
#include "escape.h"
#include "exit_code.h"
#include "log.h"
#include "pins.h"

#include <errno.h>
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
	log_error("control: cannot connect to '%s': %s", path, strerror(-error));
	return error == -EACCES || error == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

/* Whoever else has put a socket there is not believed. */
static int open_connection(const char *path, int *ret)
{
	const struct timeval patience = { .tv_sec = CONTROL_REPLY_TIME };
	auto_close int fd = control_socket_connect(path);
	struct control_peer peer;

	if (fd < 0)
		return no_connection(path, take_fd(fd));
	if (control_socket_peer(fd, &peer) || peer.uid != geteuid()) {
		log_error("control: '%s' is another user's", path);
		return EXIT_NOT_PERMITTED;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	*ret = take_fd(fd);
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

/* Up to the end of the line, or an error; what the daemon says when it closes early counts. */
static int receive_line(int fd, FILE *out)
{
	size_t total = 0;
	char bytes[16384];
	ssize_t n;

	do {
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			fwrite(bytes, 1, n, out);
		total += n > 0 ? (size_t)n : 0;
		if (n > 0 && bytes[n - 1] == '\n')
			return 0;
	} while (n && total < CONTROL_REPLY_MAX);
	return -EPROTO;
}

static int exchange(int fd, const json_t *request, json_t **reply)
{
	auto_free char *line = NULL, *answer = NULL, *text = json_dumps(request, JSON_COMPACT);
	FILE *out;
	size_t size;
	int error, sent;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return -ENOMEM;
	out = open_memstream(&answer, &size);
	if (!out)
		return -ENOMEM;
	sent = send_all(fd, line, strlen(line));
	error = receive_line(fd, out);
	if (fclose(out))
		return -ENOMEM;
	if (error)
		return sent ?: error;
	*reply = json_loadb(answer, size, JSON_REJECT_DUPLICATES, NULL);
	return json_is_object(*reply) ? 0 : -EPROTO;
}

static int code_of(json_t **reply)
{
	const char *error = json_string_value(json_object_get(*reply, "error"));
	auto_free char *shown = text_sanitize(error ?: "refused, without a reason");
	int code = (int)json_integer_value(json_object_get(*reply, "exit"));

	if (json_is_true(json_object_get(*reply, "ok")))
		return EXIT_DONE;
	log_error("%s", shown ?: "out of memory");
	json_decref(*reply);
	*reply = NULL;
	return code > 0 && code < 256 ? code : EXIT_FAILED;
}

int control_ask(const char *path, json_t *request, json_t **reply)
{
	auto_close int fd = -1;
	int code = open_connection(path, &fd), error;

	*reply = NULL;
	error = code ? 0 : exchange(fd, request, reply);
	json_decref(request);
	if (code)
		return code;
	if (!error)
		return code_of(reply);
	json_decref(*reply);
	*reply = NULL;
	log_error("control: no answer from the daemon (%s): %s", path, strerror(-error));
	return EXIT_FAILED;
}
