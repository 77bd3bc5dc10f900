// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Not libevent's evhttp: in 2.1 it takes any number of connections, and gives a client that sends a
 * byte now and then all the time that it wants. What is needed of HTTP here is one line.
 */
#include "http_server.h"

#include "cleanup.h"
#include "connections.h"
#include "memory_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct http_server {
	struct http_options options;
	struct connections *connections;
};

struct status {
	unsigned int code;
	const char *text;
};

static const struct status statuses[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

static const char *status_text(unsigned int code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == code)
			return statuses[i].text;
	return "Unknown";
}

/* with_body false: HEAD, which is told of the body's length and not of the body. */
static void answer(struct connection *client, unsigned int code, const char *type, const char *body,
		   size_t size, bool with_body)
{
	auto_free char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out) {
		connection_end(client);
		return;
	}
	fprintf(out,
		"HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s"
		"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
		"Connection: close\r\n\r\n",
		code, status_text(code), type, size, code == 405 ? "Allow: GET, HEAD\r\n" : "");
	if (with_body)
		fwrite(body, 1, size, out);
	if (memory_stream_close(out, &text))
		connection_end(client);
	else
		connection_answer(client, text, length);
}

static void answer_status(struct connection *client, unsigned int code, bool with_body)
{
	char body[64];
	int size = snprintf(body, sizeof(body), "%u %s\n", code, status_text(code));

	answer(client, code, "text/plain; charset=utf-8", body, size, with_body);
}

static void answer_page(struct http_server *server, struct connection *client,
			const struct http_page *page, bool with_body)
{
	auto_free char *body = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&body, &size);
	unsigned int code = out ? page->print(out, server->options.arg) : 500;

	if (!out || memory_stream_close(out, &body))
		answer_status(client, 500, with_body);
	else
		answer(client, code, page->type, body, size, with_body);
}

static const struct http_page *page_find(const struct http_server *server, const char *path)
{
	for (size_t i = 0; i < server->options.page_count; i++)
		if (!strcmp(server->options.pages[i].path, path))
			return &server->options.pages[i];
	return NULL;
}

/* The word in front of the next blank, or NULL: there is none. */
static char *take_word(char **line)
{
	char *word = *line, *blank = strchr(word, ' ');

	if (!blank || blank == word)
		return NULL;
	*blank = '\0';
	*line = blank + 1;
	return word;
}

/* METHOD PATH[?QUERY] HTTP/1.x */
static void answer_request(struct http_server *server, struct connection *client, char *line,
			   size_t size)
{
	bool is_text = strlen(line) == size;
	const char *method = take_word(&line);
	char *path = method ? take_word(&line) : NULL;
	bool is_head = method && !strcmp(method, "HEAD");
	const struct http_page *page;

	if (!is_text || !path || *path != '/' || strncmp(line, "HTTP/", 5)) {
		answer_status(client, 400, true);
		return;
	}
	if (strcmp(line, "HTTP/1.1") && strcmp(line, "HTTP/1.0")) {
		answer_status(client, 505, !is_head);
		return;
	}
	if (!is_head && strcmp(method, "GET")) {
		answer_status(client, 405, true);
		return;
	}
	path[strcspn(path, "?")] = '\0';
	page = page_find(server, path);
	if (page)
		answer_page(server, client, page, !is_head);
	else
		answer_status(client, 404, !is_head);
}

/* The head is whole with an empty line. */
static bool on_hear(struct connection *client, struct evbuffer *in, void *arg)
{
	auto_free char *line = NULL;
	size_t size;

	if (evbuffer_search(in, "\r\n\r\n", 4, NULL).pos < 0 &&
	    evbuffer_search(in, "\n\n", 2, NULL).pos < 0)
		return false;
	line = evbuffer_readln(in, &size, EVBUFFER_EOL_CRLF);
	if (line)
		answer_request(arg, client, line, size);
	else
		connection_end(client);
	return true;
}

static void on_problem(struct connection *client, enum connection_problem problem, void *arg)
{
	(void)arg;
	answer_status(client, problem == CONNECTION_LATE ? 408 : 431, true);
}

int http_server_new(struct http_server **ret, struct event_base *loop, int fd,
		    const struct http_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));
	const struct connections_options connections = {
		.max = HTTP_CLIENTS_MAX,
		.request_max = HTTP_REQUEST_MAX,
		.send_time = options->send_time,
		.answer_time = options->answer_time,
		.priority = options->priority,
		.hear = on_hear,
		.refuse = on_problem,
		.arg = server,
	};
	int error;

	if (!server) {
		cleanup_close(&fd);
		return -ENOMEM;
	}
	server->options = *options;
	error = connections_new(&server->connections, loop, fd, &connections);
	if (error)
		free(server);
	else
		*ret = server;
	return error;
}

void http_server_look(struct http_server *server)
{
	connections_look(server->connections);
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	connections_free(server->connections);
	free(server);
}
