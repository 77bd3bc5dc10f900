/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers that stop reading hold nobody up; a test that waited would be ended by its alarm. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "outlet.h"

#define PATIENCE 300 /* seconds; a test takes a fraction of one, and some of them on a machine with much else to do */
#define LINES    20000

static char much[3 * 4096];

static int begin(void **state)
{
	(void)state;
	memset(much, 'x', sizeof(much));
	alarm(PATIENCE);
	return 0;
}

static int end(void **state)
{
	(void)state;
	alarm(0);
	return 0;
}

/* Until there is no room; then some is made, and it goes on. */
static void fill_and_go_on(int fd, int reader)
{
	struct outlet outlet;
	ssize_t written = 1;

	outlet_use(&outlet, fd);
	for (int i = 0; i < 100000 && written > 0; i++)
		written = outlet_write(&outlet, much, sizeof(much));
	assert_int_equal(written, -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(outlet.is_stalled);
	while (written < (ssize_t)sizeof(much)) {
		static char taken[1 << 16];

		assert_true(read(reader, taken, sizeof(taken)) > 0);
		written = outlet_write(&outlet, much, sizeof(much));
	}
	assert_false(outlet.is_stalled);
}

static void a_pipe_that_would_block_is_not_waited_for(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fill_and_go_on(ends[1], ends[0]);
	close(ends[0]);
	close(ends[1]);
}

static void a_socket_that_would_block_is_not_waited_for(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	fill_and_go_on(ends[1], ends[0]);
	close(ends[0]);
	close(ends[1]);
}

static void a_terminal_that_is_stopped_is_not_waited_for(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), terminal, own;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(terminal >= 0);
	own = outlet_open(terminal);
	assert_int_not_equal(own, terminal);
	fill_and_go_on(own, master);
	assert_false(fcntl(terminal, F_GETFL) & O_NONBLOCK);
	close(own);
	close(terminal);
	close(master);
}

static void what_was_handed_over_stays_as_it_was(void **state)
{
	int ends[2], own;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	own = outlet_open(ends[1]);
	assert_int_not_equal(own, ends[1]);
	assert_true(fcntl(own, F_GETFL) & O_NONBLOCK);
	assert_false(fcntl(ends[1], F_GETFL) & O_NONBLOCK);
	close(own);
	close(ends[0]);
	close(ends[1]);
}

static bool has_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	return at && (at == text || at[-1] == '\n');
}

/* All that is in the pipe. */
static void take(int reader, char *text, size_t size)
{
	ssize_t got = read(reader, text, size - 1);

	text[got > 0 ? got : 0] = '\0';
}

static void messages_that_nobody_reads_are_counted_and_hold_nothing_up(void **state)
{
	static char text[1 << 20];
	int ends[2], saved = dup(STDERR_FILENO);
	FILE *before = stderr;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	log_never_wait();
	for (int i = 0; i < LINES; i++)
		log_warning("line %d", i);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	take(ends[0], text, sizeof(text));
	assert_true(has_line(text, "modwarden: warning: line 0\n"));
	assert_null(strstr(text, "line 19999\n"));
	fprintf(stderr, "and not through the log\n");
	take(ends[0], text, sizeof(text));
	dup2(saved, STDERR_FILENO);
	stderr = before;
	close(saved);
	close(ends[0]);
	assert_true(has_line(text, "modwarden: warning: messages that nobody read, and that are lost: "));
	assert_true(has_line(text, "and not through the log\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pipe_that_would_block_is_not_waited_for),
		TEST(a_socket_that_would_block_is_not_waited_for),
		TEST(a_terminal_that_is_stopped_is_not_waited_for),
		TEST(what_was_handed_over_stays_as_it_was),
		TEST(messages_that_nobody_reads_are_counted_and_hold_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
