/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of who is asked for names, and when who asks them is begun again. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "cri_health.h"

#define SECOND CRI_BEGIN_NS

static void trouble_of_each_socket_is_told_once(void **state)
{
	struct cri_health health = {};

	(void)state;
	assert_false(cri_health_changes(&health.sockets[0], 0));
	assert_true(cri_health_changes(&health.sockets[0], ECONNREFUSED));
	assert_true(cri_health_changes(&health.sockets[1], EPROTO));
	assert_false(cri_health_changes(&health.sockets[0], ETIMEDOUT));
	assert_false(cri_health_changes(&health.sockets[1], EPROTO));
	assert_true(cri_health_changes(&health.sockets[0], 0));
	assert_false(cri_health_changes(&health.sockets[0], 0));
	assert_false(cri_health_changes(&health.sockets[1], EPROTO));
}

/* The process is gone, and begun again when it is due. Returns after how long. */
static uint64_t begin_again(struct cri_health *health, uint64_t *now)
{
	uint64_t gone = *now;

	cri_health_gone(health, gone);
	for (*now = gone; !cri_health_is_due(health, *now); *now += SECOND)
		;
	cri_health_begun(health, *now);
	assert_false(cri_health_is_due(health, UINT64_MAX));
	return *now - gone;
}

static void who_ends_at_once_is_begun_again_ever_more_slowly(void **state)
{
	struct cri_health health = {};
	uint64_t now = SECOND;

	(void)state;
	for (uint64_t wait = SECOND; wait < CRI_BEGIN_MAX_NS; wait *= 2)
		assert_int_equal(begin_again(&health, &now), wait);
	assert_int_equal(begin_again(&health, &now), CRI_BEGIN_MAX_NS);
	assert_int_equal(health.restarts, 7);
}

static void who_has_lasted_is_begun_again_soon(void **state)
{
	struct cri_health health = {};
	uint64_t now = SECOND;

	(void)state;
	for (int i = 0; i < 8; i++)
		begin_again(&health, &now);
	now += CRI_STEADY_NS - 1;
	assert_int_equal(begin_again(&health, &now), CRI_BEGIN_MAX_NS);
	now += CRI_STEADY_NS;
	assert_int_equal(begin_again(&health, &now), SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trouble_of_each_socket_is_told_once),
		cmocka_unit_test(who_ends_at_once_is_begun_again_ever_more_slowly),
		cmocka_unit_test(who_has_lasted_is_begun_again_soon),
	};

	return cmocka_run_group_tests_name("cri_health", tests, NULL, NULL);
}
