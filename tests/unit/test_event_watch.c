/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A descriptor that stays readable, with and without something to be read. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "event_watch.h"

#define HOUR_MS 3600000

static struct {
	struct event_base *loop;
	struct event_watch *watch;
	int pipe[2];
	bool can_read;
	unsigned int count;
} at;

static bool look(void *arg)
{
	assert_ptr_equal(arg, &at);
	at.count++;
	return at.can_read;
}

static int begin(void **state)
{
	(void)state;
	at.can_read = true;
	at.count = 0;
	at.loop = event_base_new();
	return at.loop && !pipe(at.pipe) && write(at.pipe[1], "x", 1) == 1 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	event_watch_free(at.watch);
	event_base_free(at.loop);
	close(at.pipe[0]);
	close(at.pipe[1]);
	return 0;
}

static void watch(unsigned int pause_ms)
{
	assert_int_equal(event_watch_new(&at.watch, at.loop, at.pipe[0], pause_ms, look, &at), 0);
}

static void turn(void)
{
	assert_int_not_equal(event_base_loop(at.loop, EVLOOP_ONCE | EVLOOP_NONBLOCK), -1);
}

static void reads_in_each_turn_while_there_is_something(void **state)
{
	(void)state;
	watch(HOUR_MS);
	for (int i = 0; i < 3; i++)
		turn();
	assert_int_equal(at.count, 3);
}

static void what_cannot_be_read_yet_does_not_make_it_spin(void **state)
{
	(void)state;
	watch(HOUR_MS);
	at.can_read = false;
	for (int i = 0; i < 3; i++)
		turn();
	assert_int_equal(at.count, 1);
}

static void after_the_pause_it_reads_again(void **state)
{
	(void)state;
	watch(1);
	at.can_read = false;
	turn();
	at.can_read = true;
	while (at.count < 3)
		assert_int_equal(event_base_loop(at.loop, EVLOOP_ONCE), 0);
	assert_int_equal(at.count, 3);
}

static void nothing_is_freed_without_complaint(void **state)
{
	(void)state;
	event_watch_free(NULL);
	at.watch = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_freed_without_complaint),
		TEST(reads_in_each_turn_while_there_is_something),
		TEST(what_cannot_be_read_yet_does_not_make_it_spin),
		TEST(after_the_pause_it_reads_again),
	};

	return cmocka_run_group_tests_name("event_watch", tests, NULL, NULL);
}
