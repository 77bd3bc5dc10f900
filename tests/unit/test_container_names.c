/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which operations wait for names of containers, for how long, and who is asked how often. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "container_names.h"

static unsigned int asked, waited, done;
static uint64_t last_done;
static char last_asked[MW_CONTAINER_SIZE];
static bool cannot_ask;

static bool ask(const char *id, void *arg)
{
	(void)arg;
	asked++;
	snprintf(last_asked, sizeof(last_asked), "%s", id);
	return !cannot_ask;
}

static void on_wait(const struct operation *operation, void *arg)
{
	(void)operation;
	(void)arg;
	waited++;
}

static void on_done(const struct operation *operation, void *arg)
{
	(void)arg;
	done++;
	last_done = operation->seq;
}

static const struct container_names_calls calls = { ask, on_wait, on_done, NULL };

static int set_up(void **state)
{
	struct container_names *names = NULL;

	asked = waited = done = 0;
	cannot_ask = false;
	assert_int_equal(container_names_new(&names, &calls), 0);
	*state = names;
	return 0;
}

static int tear_down(void **state)
{
	container_names_flush(*state);
	container_names_free(*state);
	return 0;
}

static void take(struct container_names *names, uint64_t seq, const char *id, uint64_t now)
{
	struct operation operation = { .seq = seq };

	snprintf(operation.facts.container, sizeof(operation.facts.container), "%s", id);
	container_names_take(names, &operation, now);
}

static void answer(struct container_names *names, const char *id, int error, const char *pod)
{
	struct pod_names found = {};

	snprintf(found.pod, sizeof(found.pod), "%s", pod);
	container_names_answer(names, id, error, &found, 1);
}

static void the_host_waits_for_nobody(void **state)
{
	take(*state, 1, "", 0);
	assert_int_equal(done, 1);
	assert_int_equal(asked, 0);
}

static void an_operation_waits_for_the_answer(void **state)
{
	take(*state, 1, "a", 0);
	assert_int_equal(asked, 1);
	assert_int_equal(waited, 1);
	assert_int_equal(done, 0);
	assert_true(container_names_wait(*state));
	assert_null(container_names_find(*state, "a"));
	answer(*state, "a", 0, "web");
	assert_int_equal(done, 1);
	assert_false(container_names_wait(*state));
	assert_string_equal(container_names_find(*state, "a")->pod, "web");
}

static void what_is_known_is_not_asked_again(void **state)
{
	container_names_expect(*state, "a", 0);
	answer(*state, "a", 0, "web");
	take(*state, 1, "a", 1000 * CONTAINER_AGAIN_NS);
	assert_int_equal(asked, 1);
	assert_int_equal(waited, 0);
	assert_int_equal(done, 1);
}

static void an_answer_is_for_its_own_container(void **state)
{
	take(*state, 1, "a", 0);
	take(*state, 2, "b", 0);
	answer(*state, "b", 0, "other");
	assert_int_equal(done, 1);
	assert_int_equal(last_done, 2);
	assert_null(container_names_find(*state, "a"));
	answer(*state, "c", 0, "nobody asked");
	assert_null(container_names_find(*state, "c"));
	assert_int_equal(done, 1);
}

static void an_unknown_container_is_told_of_without_names(void **state)
{
	take(*state, 1, "a", 0);
	answer(*state, "a", ENOENT, "");
	assert_int_equal(done, 1);
	assert_null(container_names_find(*state, "a"));
	assert_int_equal(container_names_counts(*state)->unknown, 1);
	/* And not asked for each time. */
	take(*state, 2, "a", CONTAINER_AGAIN_NS / 2);
	assert_int_equal(done, 2);
	assert_int_equal(asked, 1);
	take(*state, 3, "a", 2 * CONTAINER_AGAIN_NS);
	assert_int_equal(done, 2);
	assert_int_equal(asked, 2);
}

static void nobody_waits_longer_than_the_bound(void **state)
{
	take(*state, 1, "a", 0);
	take(*state, 2, "a", 10);
	container_names_settle(*state, CONTAINER_WAIT_NS - 1);
	assert_int_equal(done, 0);
	container_names_settle(*state, CONTAINER_WAIT_NS);
	assert_int_equal(done, 1);
	assert_int_equal(last_done, 1);
	container_names_settle(*state, CONTAINER_WAIT_NS + 10);
	assert_int_equal(done, 2);
	assert_int_equal(container_names_counts(*state)->failed, 2);
	/* A late answer is good for the next. */
	answer(*state, "a", 0, "web");
	assert_int_equal(done, 2);
	assert_string_equal(container_names_find(*state, "a")->pod, "web");
}

static void nobody_waits_for_one_that_cannot_be_asked(void **state)
{
	cannot_ask = true;
	take(*state, 1, "a", 0);
	assert_int_equal(done, 1);
	assert_int_equal(container_names_counts(*state)->failed, 1);
}

/* And the rest of an operation never overtakes its beginning. */
static void no_more_wait_than_there_is_room_for(void **state)
{
	for (uint64_t seq = 1; seq <= CONTAINER_WAIT_MAX; seq++)
		take(*state, seq, "a", 0);
	assert_int_equal(done, 0);
	take(*state, CONTAINER_WAIT_MAX, "a", 0);
	assert_int_equal(done, 1);
	assert_int_equal(last_done, 1);
	assert_int_equal(waited, CONTAINER_WAIT_MAX + 1);
	container_names_flush(*state);
	assert_int_equal(done, CONTAINER_WAIT_MAX + 1);
	assert_int_equal(last_done, CONTAINER_WAIT_MAX);
}

static void what_need_not_wait_comes_behind_its_beginning(void **state)
{
	take(*state, 1, "a", 0);
	take(*state, 2, "a", 0);
	cannot_ask = true;
	take(*state, 2, "b", 0);
	assert_int_equal(done, 2);
	take(*state, 3, "b", 0);
	assert_int_equal(done, 3);
	assert_true(container_names_wait(*state));
}

static void the_one_not_used_for_longest_is_forgotten(void **state)
{
	char id[16];

	for (int i = 0; i < CONTAINERS_MAX; i++) {
		snprintf(id, sizeof(id), "%d", i);
		container_names_expect(*state, id, 0);
		answer(*state, id, 0, id);
	}
	container_names_expect(*state, "0", 0);
	container_names_expect(*state, "new", 0);
	assert_string_equal(last_asked, "new");
	assert_non_null(container_names_find(*state, "0"));
	assert_null(container_names_find(*state, "1"));
	assert_non_null(container_names_find(*state, "2"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_host_waits_for_nobody),
		TEST(an_operation_waits_for_the_answer),
		TEST(what_is_known_is_not_asked_again),
		TEST(an_answer_is_for_its_own_container),
		TEST(an_unknown_container_is_told_of_without_names),
		TEST(nobody_waits_longer_than_the_bound),
		TEST(nobody_waits_for_one_that_cannot_be_asked),
		TEST(no_more_wait_than_there_is_room_for),
		TEST(what_need_not_wait_comes_behind_its_beginning),
		TEST(the_one_not_used_for_longest_is_forgotten),
	};

	return cmocka_run_group_tests_name("container_names", tests, NULL, NULL);
}
