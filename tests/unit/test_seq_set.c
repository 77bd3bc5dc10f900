/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of sequence numbers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seq_set.h"

static void has_each_number_once(void **state)
{
	struct seq_set set = {};

	(void)state;
	assert_true(seq_set_add(&set, 7));
	assert_true(seq_set_add(&set, 9));
	assert_false(seq_set_add(&set, 7));
	assert_int_equal(set.count, 2);
	assert_true(seq_set_remove(&set, 7));
	assert_false(seq_set_remove(&set, 7));
	assert_false(seq_set_remove(&set, 8));
	assert_true(seq_set_has(&set, 9));
	assert_false(seq_set_has(&set, 7));
	assert_int_equal(set.count, 1);
	assert_true(seq_set_add(&set, 7));
	seq_set_clear(&set);
	assert_int_equal(set.count, 0);
	assert_false(seq_set_remove(&set, 9));
}

static void has_very_many(void **state)
{
	struct seq_set set = {};

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(seq_set_add(&set, i * 2654435761U));
	assert_int_equal(set.count, 5000);
	for (uint64_t i = 0; i < 5000; i++)
		assert_true(seq_set_remove(&set, i * 2654435761U));
	assert_int_equal(set.count, 0);
	seq_set_clear(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_each_number_once),
		cmocka_unit_test(has_very_many),
	};

	return cmocka_run_group_tests_name("seq_set", tests, NULL, NULL);
}
