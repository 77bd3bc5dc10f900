/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a kernel preempts itself, from what kernels say of it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "preemption.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

static void reads_the_kernels_number(void **state)
{
	(void)state;
	assert_int_equal(preemption_of_mode(-1), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption_of_mode(0), PREEMPTION_SWITCHABLE);
	assert_int_equal(preemption_of_mode(1), PREEMPTION_SWITCHABLE);
	assert_int_equal(preemption_of_mode(2), PREEMPTION_FULL);
	assert_int_equal(preemption_of_mode(3), PREEMPTION_FULL);
	/* "laziest" of 6.12-rt, and what may come */
	assert_int_equal(preemption_of_mode(4), PREEMPTION_FULL);
	assert_int_equal(preemption_of_mode(1000), PREEMPTION_FULL);
}

struct text_case {
	const char *text;
	enum preemption preemption;
};

static void reads_the_switch(void **state)
{
	static const struct text_case cases[] = {
		{ "none (voluntary) full \n", PREEMPTION_SWITCHABLE },
		{ "(none) voluntary full \n", PREEMPTION_SWITCHABLE },
		{ "none voluntary (full) \n", PREEMPTION_FULL },
		{ "none voluntary full (lazy) \n", PREEMPTION_FULL },
		{ "full (lazy) \n", PREEMPTION_FULL },
		{ "full lazy (laziest) \n", PREEMPTION_FULL },
		{ "none voluntary full \n", PREEMPTION_UNKNOWN },
		{ "", PREEMPTION_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		assert_int_equal(preemption_of_switch(cases[i].text), cases[i].preemption);
}

/* Which of its modes a kernel with the choice is in, its version does not say. */
static void reads_the_version(void **state)
{
	static const struct text_case cases[] = {
		{ "#1 SMP Debian 5.10.262-1 (2026-10-20)", PREEMPTION_NONE },
		{ "#1 SMP PREEMPT Debian 4.9", PREEMPTION_FULL },
		{ "#1 SMP PREEMPT_RT Debian 6.12.117-1 (2026-11-12)", PREEMPTION_FULL },
		{ "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)", PREEMPTION_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		assert_int_equal(preemption_of_version(cases[i].text), cases[i].preemption);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_kernels_number),
		cmocka_unit_test(reads_the_switch),
		cmocka_unit_test(reads_the_version),
	};

	return cmocka_run_group_tests_name("preemption", tests, NULL, NULL);
}
