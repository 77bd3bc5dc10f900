/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the stamps of counted operations; the map is a real one, which takes bpf(2). */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <unistd.h>

#include "fold_stamps.h"

static int map = -1;
static struct seq_set before;

static int begin(void **state)
{
	(void)state;
	map = bpf_map_create(BPF_MAP_TYPE_HASH, "test_stamps", sizeof(uint64_t),
			     sizeof(struct mw_fold_stamps), MW_FOLD_STAMPS_MAX, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	seq_set_clear(&before);
	if (map >= 0)
		close(map);
	return 0;
}

static void stamp(uint64_t seq)
{
	const struct mw_fold_stamps stamps = { .count = seq };

	assert_int_equal(bpf_map_update_elem(map, &seq, &stamps, BPF_NOEXIST), 0);
}

static bool is_there(uint64_t seq)
{
	struct mw_fold_stamps stamps = {};

	return fold_stamps_find(map, seq, &stamps) && stamps.count == seq;
}

static void what_nobody_comes_for_goes_with_the_second_sweep(void **state)
{
	(void)state;
	if (map < 0)
		skip();
	stamp(7);
	stamp(8);
	fold_stamps_sweep(map, &before);
	stamp(9);
	assert_true(is_there(7) && is_there(8) && is_there(9));
	fold_stamps_forget(map, 8);
	fold_stamps_sweep(map, &before);
	assert_false(is_there(7) || is_there(8));
	assert_true(is_there(9));
	fold_stamps_sweep(map, &before);
	assert_false(is_there(9));
}

/* A number does not come back, but if it did, it would be a new one. */
static void what_was_fetched_and_comes_again_stays_for_a_sweep(void **state)
{
	(void)state;
	if (map < 0)
		skip();
	stamp(7);
	fold_stamps_sweep(map, &before);
	fold_stamps_forget(map, 7);
	fold_stamps_sweep(map, &before);
	stamp(7);
	fold_stamps_sweep(map, &before);
	assert_true(is_there(7));
}

static void full_map_is_swept_whole(void **state)
{
	(void)state;
	if (map < 0)
		skip();
	for (uint64_t seq = 1; seq <= MW_FOLD_STAMPS_MAX; seq++)
		stamp(seq);
	fold_stamps_sweep(map, &before);
	assert_int_equal(before.count, MW_FOLD_STAMPS_MAX);
	fold_stamps_sweep(map, &before);
	assert_int_equal(before.count, 0);
	stamp(1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_nobody_comes_for_goes_with_the_second_sweep),
		TEST(what_was_fetched_and_comes_again_stays_for_a_sweep),
		TEST(full_map_is_swept_whole),
	};

	return cmocka_run_group_tests_name("fold_stamps", tests, NULL, NULL);
}
