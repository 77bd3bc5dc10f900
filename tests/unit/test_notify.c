/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager hears, on a socket of the kind that it has. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"

static char directory[] = "/tmp/modwarden-notify-XXXXXX";
static char path[64];
static int listener;

/* Listens by a name as $NOTIFY_SOCKET has it. */
static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(name);

	strcpy(address.sun_path, name);
	if (*name == '@')
		address.sun_path[0] = '\0';
	listener = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static int begin(void **state)
{
	(void)state;
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/notify", directory);
	listener = -1;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static int end(void **state)
{
	(void)state;
	notify_close();
	close(listener);
	unlink(path);
	return rmdir(directory);
}

/* The next message, or "" where there is none. */
static const char *heard(void)
{
	static char text[4096];
	ssize_t size = recv(listener, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[size > 0 ? size : 0] = '\0';
	return text;
}

static void each_step_is_told(void **state)
{
	(void)state;
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	notify_ready();
	assert_string_equal(heard(), "READY=1");
	notify_watchdog();
	assert_string_equal(heard(), "WATCHDOG=1");
	notify_status("%s mode, rules %d", "enforce", 3);
	assert_string_equal(heard(), "STATUS=enforce mode, rules 3");
	notify_stopping();
	assert_string_equal(heard(), "STOPPING=1");
	assert_string_equal(heard(), "");
}

static void reloading_has_the_time(void **state)
{
	struct timespec now;
	unsigned long long told, before;

	(void)state;
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	before = now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
	notify_reloading();
	assert_int_equal(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%llu", &told), 1);
	assert_in_range(told, before, before + 60000000);
}

static void status_is_one_assignment_whatever_is_in_it(void **state)
{
	(void)state;
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	notify_status("policy %s", "a\nMAINPID=1");
	assert_string_equal(heard(), "STATUS=policy a\\x0aMAINPID=1");
}

static void abstract_sockets_are_reached(void **state)
{
	char name[80];

	(void)state;
	snprintf(name, sizeof(name), "@%s", path);
	listen_at(name);
	assert_int_equal(notify_open(), 0);
	notify_ready();
	assert_string_equal(heard(), "READY=1");
}

static void no_manager_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(notify_open(), 0);
	notify_ready();
	assert_int_equal(notify_watchdog_period(), 0);
}

static void manager_that_is_not_there_is_an_error(void **state)
{
	char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(notify_open(), -ENOENT);
	setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	assert_int_equal(notify_open(), -EAFNOSUPPORT);
	setenv("NOTIFY_SOCKET", "/", 1);
	assert_int_equal(notify_open(), -EINVAL);
	memset(longest, 'a', sizeof(longest));
	longest[0] = '@';
	longest[sizeof(longest) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	assert_int_equal(notify_open(), -EINVAL);
	notify_ready();
}

static void manager_that_goes_and_comes_back_is_told_on(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_DFL);
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	close(listener);
	listener = -1;
	notify_ready();
	unlink(path);
	listen_at(path);
	notify_ready();
	assert_string_equal(heard(), "READY=1");
}

/* Its queue is full and it does not read: the gates' records must not wait for that. */
static void manager_that_does_not_read_is_not_waited_for_long(void **state)
{
	struct timespec before, after;

	(void)state;
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	alarm(60);
	while (1) {
		clock_gettime(CLOCK_MONOTONIC, &before);
		notify_watchdog();
		clock_gettime(CLOCK_MONOTONIC, &after);
		if (after.tv_sec > before.tv_sec + 1)
			break;
	}
	alarm(0);
}

static void watchdog_is_for_the_process_that_it_names(void **state)
{
	char pid[16];

	(void)state;
	listen_at(path);
	assert_int_equal(notify_open(), 0);
	assert_int_equal(notify_watchdog_period(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_period(), 15000000);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_period(), 15000000);
	snprintf(pid, sizeof(pid), "%d", getpid() + 1);
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_period(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_step_is_told),
		TEST(reloading_has_the_time),
		TEST(status_is_one_assignment_whatever_is_in_it),
		TEST(abstract_sockets_are_reached),
		TEST(no_manager_is_no_error),
		TEST(manager_that_is_not_there_is_an_error),
		TEST(manager_that_goes_and_comes_back_is_told_on),
		TEST(manager_that_does_not_read_is_not_waited_for_long),
		TEST(watchdog_is_for_the_process_that_it_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
