/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP: real sockets, and clients of every bad kind. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http_address.h"
#include "http_server.h"

static struct event_base *loop;
static struct http_server *server;
static struct sockaddr_in place;
static unsigned int calls;

static unsigned int print_hello(FILE *out, void *arg)
{
	calls += arg == &calls;
	fputs("hello\n", out);
	return 200;
}

static unsigned int print_unready(FILE *out, void *arg)
{
	(void)arg;
	fputs("no\n", out);
	return 503;
}

static unsigned int print_much(FILE *out, void *arg)
{
	(void)arg;
	for (int i = 0; i < 8 << 20; i++)
		fputc('x', out);
	return 200;
}

static const struct http_page pages[] = {
	{ "/hello", "text/plain", print_hello },
	{ "/unready", "application/json", print_unready },
	{ "/much", "text/plain", print_much },
};

static void serve(unsigned int milliseconds)
{
	const struct http_options options = {
		.pages = pages,
		.page_count = sizeof(pages) / sizeof(pages[0]),
		.arg = &calls,
		.priority = 2,
		.send_time = { .tv_sec = milliseconds / 1000,
			       .tv_usec = milliseconds % 1000 * 1000 },
		.answer_time = { .tv_usec = 200000 },
	};
	socklen_t size = sizeof(place);
	struct http_address address;
	int fd;

	assert_int_equal(http_address_parse("127.0.0.1:1", &address), 0);
	((struct sockaddr_in *)&address.storage)->sin_port = 0; /* any */
	fd = http_address_listen(&address);
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&place, &size), 0);
	http_server_free(server);
	assert_int_equal(http_server_new(&server, loop, fd, &options), 0);
}

static int begin(void **state)
{
	(void)state;
	calls = 0;
	loop = event_base_new();
	event_base_priority_init(loop, 3);
	serve(600000);
	return 0;
}

static int end(void **state)
{
	(void)state;
	http_server_free(server);
	server = NULL;
	event_base_free(loop);
	return 0;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int join(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&place, sizeof(place)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* What comes until the end of the connection, within ten seconds. */
static char *heard(int fd)
{
	static char text[2048];
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int64_t limit = milliseconds() + 10000;
	size_t size = 0;
	ssize_t n = -1;

	while (n && milliseconds() < limit) {
		event_base_loop(loop, EVLOOP_NONBLOCK);
		if (!poll(&wait, 1, 1))
			continue;
		n = recv(fd, text + size, sizeof(text) - 1 - size, 0);
		if (n < 0)
			break; /* it was reset */
		size += n;
	}
	assert_true(milliseconds() < limit);
	text[size] = '\0';
	close(fd);
	return text;
}

static char *answer_to(const char *text)
{
	int fd = join();

	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	return heard(fd);
}

#define HELLO "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
#define HEADERS(code, type, length)                                                                \
	"HTTP/1.1 " code "\r\nContent-Type: " type "\r\nContent-Length: " length                   \
	"\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: "           \
	"close\r\n\r\n"
#define GREETING HEADERS("200 OK", "text/plain", "6") "hello\n"

static void serves_pages(void **state)
{
	(void)state;
	assert_string_equal(answer_to(HELLO), GREETING);
	assert_string_equal(answer_to("GET /hello?x=1 HTTP/1.0\n\n"), GREETING);
	assert_int_equal(calls, 2);
	assert_string_equal(answer_to("GET /unready HTTP/1.1\r\n\r\n"),
			    HEADERS("503 Service Unavailable", "application/json", "3") "no\n");
	assert_string_equal(answer_to("HEAD /hello HTTP/1.1\r\n\r\n"),
			    HEADERS("200 OK", "text/plain", "6"));
}

static void serves_one_request_a_connection(void **state)
{
	(void)state;
	assert_string_equal(answer_to(HELLO HELLO HELLO), GREETING);
	assert_int_equal(calls, 1);
}

static void takes_a_request_in_pieces(void **state)
{
	int fd = join();

	(void)state;
	for (const char *c = HELLO; *c; c++) {
		assert_int_equal(send(fd, c, 1, MSG_NOSIGNAL), 1);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_string_equal(heard(fd), GREETING);
}

static void refuses_what_it_does_not_serve(void **state)
{
	static const struct {
		const char *request, *status;
	} bad[] = {
		{ "GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found" },
		{ "GET / HTTP/1.1\r\n\r\n", "404 Not Found" },
		{ "GET /hello/ HTTP/1.1\r\n\r\n", "404 Not Found" },
		{ "GET /../hello HTTP/1.1\r\n\r\n", "404 Not Found" },
		{ "POST /hello HTTP/1.1\r\nContent-Length: 9\r\n\r\n", "405 Method Not Allowed" },
		{ "get /hello HTTP/1.1\r\n\r\n", "405 Method Not Allowed" },
		{ "CONNECT /hello HTTP/1.1\r\n\r\n", "405 Method Not Allowed" },
		{ "GET /hello HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported" },
		{ "GET /hello HTTP/1.10\r\n\r\n", "505 HTTP Version Not Supported" },
		{ "GET /hello\r\n\r\n", "400 Bad Request" },
		{ "GET  /hello HTTP/1.1\r\n\r\n", "400 Bad Request" },
		{ " /hello HTTP/1.1\r\n\r\n", "400 Bad Request" },
		{ "GET hello HTTP/1.1\r\n\r\n", "400 Bad Request" },
		{ "GET http://x/hello HTTP/1.1\r\n\r\n", "400 Bad Request" },
		{ "\r\n\r\n", "400 Bad Request" },
		{ "{\"verb\":\"status\"}\n\n", "400 Bad Request" },
		{ "\x16\x03\x01\x02\n\n", "400 Bad Request" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *answer = answer_to(bad[i].request);

		if (strncmp(answer, "HTTP/1.1 ", 9) ||
		    strncmp(answer + 9, bad[i].status, strlen(bad[i].status)))
			fail_msg("%s: %s", bad[i].request, answer);
	}
	assert_int_equal(calls, 0);
}

static void refuses_a_nul(void **state)
{
	int fd = join();

	(void)state;
	assert_int_equal(send(fd, "GET /hello\0 HTTP/1.1\r\n\r\n", 24, MSG_NOSIGNAL), 24);
	assert_non_null(strstr(heard(fd), "400 Bad Request"));
}

static void refuses_a_head_that_is_too_long(void **state)
{
	static char line[HTTP_REQUEST_MAX + 1];
	int fd = join();

	(void)state;
	memset(line, 'x', sizeof(line));
	assert_int_equal(send(fd, line, sizeof(line), MSG_NOSIGNAL), sizeof(line));
	assert_non_null(strstr(heard(fd), "431 Request Header Fields Too Large"));
}

/* Each byte that comes does not give it more time. */
static void ends_a_client_that_drips(void **state)
{
	int64_t limit = milliseconds() + 5000;
	struct pollfd wait;
	int fd;

	(void)state;
	serve(200);
	fd = join();
	wait = (struct pollfd){ .fd = fd, .events = POLLIN };
	while (milliseconds() < limit && !poll(&wait, 1, 20)) {
		send(fd, "x", 1, MSG_NOSIGNAL);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_true(milliseconds() < limit);
	close(fd);
	assert_non_null(strstr(heard(join()), "408 Request Timeout"));
}

static void serves_whoever_comes_to_a_full_house(void **state)
{
	int silent[5 * HTTP_CLIENTS_MAX];

	(void)state;
	for (int i = 0; i < 5 * HTTP_CLIENTS_MAX; i++) {
		silent[i] = join();
		send(silent[i], "GET /", 5, MSG_NOSIGNAL);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_string_equal(answer_to(HELLO), GREETING);
	for (int i = 0; i < 5 * HTTP_CLIENTS_MAX; i++)
		close(silent[i]);
}

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Each says almost as much as it may, and never ends: as many as there are places are kept of it.
 */
static void memory_is_bounded_whoever_comes(void **state)
{
	enum { CLIENTS = 256, SAID = HTTP_REQUEST_MAX - 100 };
	static char much[SAID];
	size_t before = mallinfo2().uordblks;
	int fds[CLIENTS];

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* its memory is not counted there */
#endif
	memset(much, 'x', sizeof(much));
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = join();
		assert_int_equal(send(fds[i], much, sizeof(much), MSG_NOSIGNAL), sizeof(much));
		for (int turn = 0; turn < 8; turn++)
			event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_true(mallinfo2().uordblks > before + HTTP_CLIENTS_MAX * SAID / 2);
	assert_true(mallinfo2().uordblks < before + HTTP_CLIENTS_MAX * HTTP_REQUEST_MAX * 3);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
}

static void ends_a_client_that_takes_no_answer(void **state)
{
	static const char much[] = "GET /much HTTP/1.1\r\n\r\n";
	int before = descriptors(), fd = join();
	int64_t limit = milliseconds() + 10000;

	(void)state;
	assert_int_equal(send(fd, much, strlen(much), MSG_NOSIGNAL), strlen(much));
	while (descriptors() < before + 2 && milliseconds() < limit)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	while (descriptors() > before + 1 && milliseconds() < limit)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_int_equal(descriptors(), before + 1); /* ours */
	close(fd);
	assert_string_equal(answer_to(HELLO), GREETING);
}

static void keeps_nothing_of_clients_that_have_gone(void **state)
{
	int before = descriptors();

	(void)state;
	for (int i = 0; i < 300; i++) {
		int fd = join();

		if (i % 3)
			send(fd, HELLO, i % 3 == 1 ? 3 : strlen(HELLO), MSG_NOSIGNAL);
		close(fd);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	for (int i = 0; i < 4; i++)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_int_equal(descriptors(), before);
}

static char said[8];

static struct event *other;

/* One page only, behind all else. */
static void serve_alone(const struct http_page *page)
{
	const struct http_options options = { .pages = page, .page_count = 1, .priority = 2 };
	struct http_address address;
	socklen_t size = sizeof(place);
	int fd;

	http_server_free(server);
	assert_int_equal(http_address_parse("127.0.0.1", &address), 0);
	((struct sockaddr_in *)&address.storage)->sin_port = 0;
	fd = http_address_listen(&address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&place, &size), 0);
	assert_int_equal(http_server_new(&server, loop, fd, &options), 0);
}

/* Three times in a row. */
static void on_other(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	strcat(said, "o");
	if (strlen(said) < 3)
		event_active(other, EV_READ, 0);
}

static unsigned int print_order(FILE *out, void *arg)
{
	(void)out;
	(void)arg;
	strcat(said, "h");
	return 200;
}

/* All at once: a request that is there, and an event of the loop's usual priority. */
static void comes_after_everything_else_in_the_loop(void **state)
{
	static const struct http_page order = { "/order", "text/plain", print_order };
	int client;

	(void)state;
	serve_alone(&order);
	client = join();
	event_base_loop(loop, EVLOOP_NONBLOCK); /* it is in */
	assert_int_equal(send(client, "GET /order HTTP/1.1\r\n\r\n", 23, MSG_NOSIGNAL), 23);
	other = event_new(loop, -1, 0, on_other, NULL);
	event_active(other, EV_READ, 0);
	heard(client);
	assert_string_equal(said, "oooh");
	event_free(other);
}

static unsigned int turns;

/* Without end; and every so often, spares a moment. */
static void on_work(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (++turns % 100 == 0)
		http_server_look(server);
	event_base_loopbreak(loop);
}

static void answers_while_the_loop_has_work_without_end(void **state)
{
	char answer[64] = "";
	int first, second, always[2];

	(void)state;
	serve_alone(&pages[0]);
	assert_int_equal(pipe(always), 0);
	assert_int_equal(write(always[1], "x", 1), 1);
	first = join();
	second = join();
	assert_int_equal(send(first, "GET /hello HTTP/1.1\r\n", 21, MSG_NOSIGNAL), 21);
	assert_int_equal(send(second, "GET /hello HTTP/1.1\r\n\r\n", 23, MSG_NOSIGNAL), 23);
	turns = 0;
	other = event_new(loop, always[0], EV_READ | EV_PERSIST, on_work, NULL);
	event_add(other, NULL);
	while (recv(second, answer, 12, MSG_DONTWAIT) < 0 && turns < 100000)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_string_equal(answer, "HTTP/1.1 200");
	*answer = '\0';
	assert_int_equal(send(first, "\r\n", 2, MSG_NOSIGNAL), 2);
	while (recv(first, answer, 12, MSG_DONTWAIT) < 0 && turns < 200000)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_string_equal(answer, "HTTP/1.1 200");
	event_free(other);
	close(first);
	close(second);
	close(always[0]);
	close(always[1]);
}

static void reads_numeric_addresses_only(void **state)
{
	static const struct {
		const char *text, *shown;
		bool is_loopback;
	} good[] = {
		{ "127.0.0.1", "127.0.0.1:19777", true },
		{ "127.1.2.3:80", "127.1.2.3:80", true },
		{ "0.0.0.0", "0.0.0.0:19777", false },
		{ "10.0.0.1:65535", "10.0.0.1:65535", false },
		{ "::1", "[::1]:19777", true },
		{ "[::1]:9", "[::1]:9", true },
		{ "[::]", "[::]:19777", false },
	};
	static const char *const bad[] = { "",
					   "localhost",
					   "127.0.0.1:",
					   "127.0.0.1:0",
					   "127.0.0.1:x",
					   "1.2.3",
					   "127.0.0.1:65536",
					   ":80",
					   "80",
					   "[::1",
					   "/run/socket",
					   "127.0.0.1 " };
	struct http_address address;
	char shown[HTTP_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(http_address_parse(good[i].text, &address), 0);
		http_address_format(&address, shown);
		assert_string_equal(shown, good[i].shown);
		assert_int_equal(http_address_is_loopback(&address), good[i].is_loopback);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_address_parse(bad[i], &address) != -EINVAL)
			fail_msg("'%s'", bad[i]);
}

static void says_what_helps_where_it_cannot_listen(void **state)
{
	struct http_address address;

	(void)state;
	assert_int_equal(http_address_parse("127.0.0.1:1", &address), 0);
	((struct sockaddr_in *)&address.storage)->sin_port = place.sin_port;
	assert_int_equal(http_address_listen(&address), -EADDRINUSE);
	assert_non_null(strstr(http_address_problem(-EADDRINUSE), "another program"));
	assert_int_equal(http_address_parse("203.0.113.7", &address), 0);
	assert_int_equal(http_address_listen(&address), -EADDRNOTAVAIL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serves_pages),
		TEST(serves_one_request_a_connection),
		TEST(takes_a_request_in_pieces),
		TEST(refuses_what_it_does_not_serve),
		TEST(refuses_a_nul),
		TEST(refuses_a_head_that_is_too_long),
		TEST(ends_a_client_that_drips),
		TEST(memory_is_bounded_whoever_comes),
		TEST(ends_a_client_that_takes_no_answer),
		TEST(serves_whoever_comes_to_a_full_house),
		TEST(keeps_nothing_of_clients_that_have_gone),
		TEST(comes_after_everything_else_in_the_loop),
		TEST(answers_while_the_loop_has_work_without_end),
		TEST(reads_numeric_addresses_only),
		TEST(says_what_helps_where_it_cannot_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
