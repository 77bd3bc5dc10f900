/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts as a change of watched files, and when it is told. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_watch.h"

struct tree {
	char dir[64];
	char file[128];
	struct file_watch *watch;
};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char *in(const struct tree *tree, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", tree->dir, name);
	return path;
}

static int make_tree(void **state)
{
	static struct tree tree;

	strcpy(tree.dir, "/tmp/file-watch.XXXXXX");
	assert_non_null(mkdtemp(tree.dir));
	strcpy(tree.file, in(&tree, "policy"));
	put(tree.file, "one");
	assert_int_equal(file_watch_new(&tree.watch), 0);
	*state = &tree;
	return 0;
}

static int remove_tree(void **state)
{
	static const char *const names[] = { "policy",   "other", "..data", "a/policy",
					     "b/policy", "a",     "b",      "" };
	struct tree *tree = *state;

	file_watch_free(tree->watch);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in(tree, names[i]));
	return 0;
}

/* At the first look a change may still go on; at the second it is told, and from then on. */
static void assert_told(struct file_watch *watch)
{
	assert_false(file_watch_look(watch));
	assert_true(file_watch_look(watch));
	assert_true(file_watch_look(watch));
}

static void tells_nothing_where_nothing_changed(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	assert_int_equal(file_watch_add_parent(tree->watch, tree->file), 0);
	assert_false(file_watch_look(tree->watch));
	assert_false(file_watch_look(tree->watch));
}

static void tells_of_a_file_that_was_written(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	put(tree->file, "two, longer");
	assert_told(tree->watch);
}

static void waits_while_a_file_is_being_written(void **state)
{
	struct tree *tree = *state;
	char text[16] = "";

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	for (int i = 0; i < 10; i++) {
		strcat(text, "x");
		strcpy(text + i, "y");
		put(tree->file, text);
		truncate(tree->file, 100 + i);
		assert_false(file_watch_look(tree->watch));
	}
	assert_true(file_watch_look(tree->watch));
}

static void tells_of_a_file_that_was_replaced(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	put(in(tree, "other"), "one");
	assert_int_equal(rename(in(tree, "other"), tree->file), 0);
	assert_told(tree->watch);
}

static void tells_of_a_file_that_went_and_of_one_that_came(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	assert_int_equal(unlink(tree->file), 0);
	assert_told(tree->watch);
	file_watch_free(tree->watch);
	assert_int_equal(file_watch_new(&tree->watch), 0);
	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	put(tree->file, "one");
	assert_told(tree->watch);
}

static void tells_of_a_directory_with_another_file(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add_parent(tree->watch, tree->file), 0);
	/* File systems count time in steps: what comes within one may leave no trace. */
	usleep(20000);
	put(in(tree, "other"), "");
	assert_told(tree->watch);
}

/* As a ConfigMap is mounted: names that lead through one link, which is swapped. */
static void tells_of_a_link_that_was_swapped(void **state)
{
	struct tree *tree = *state;
	char link[256];

	assert_int_equal(mkdir(in(tree, "a"), 0700), 0);
	assert_int_equal(mkdir(in(tree, "b"), 0700), 0);
	put(in(tree, "a/policy"), "one");
	put(in(tree, "b/policy"), "one");
	strcpy(link, in(tree, "..data"));
	assert_int_equal(symlink("a", link), 0);
	assert_int_equal(unlink(tree->file), 0);
	assert_int_equal(symlink("..data/policy", tree->file), 0);
	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	assert_false(file_watch_look(tree->watch));
	assert_int_equal(symlink("b", in(tree, "other")), 0);
	assert_int_equal(rename(in(tree, "other"), link), 0);
	assert_true(file_watch_look(tree->watch));
}

/* A whole directory is watched where a policy names its files by a pattern. */
static void tells_of_a_swap_in_a_directory_at_once(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add_parent(tree->watch, tree->file), 0);
	assert_int_equal(mkdir(in(tree, "b"), 0700), 0);
	assert_false(file_watch_look(tree->watch));
	assert_int_equal(symlink("b", in(tree, "..data")), 0);
	assert_true(file_watch_look(tree->watch));
}

/* Beside a link that was swapped before, a file that is written in place is waited for. */
static void waits_for_a_file_beside_an_old_link(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(symlink("b", in(tree, "..data")), 0);
	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	put(tree->file, "two, longer");
	assert_told(tree->watch);
}

static void keeps_what_was_added_first(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	put(tree->file, "two, longer");
	assert_int_equal(file_watch_add(tree->watch, tree->file), 0);
	assert_told(tree->watch);
}

static void takes_nothing_without_a_watch(void **state)
{
	(void)state;
	assert_int_equal(file_watch_add(NULL, "/"), 0);
	assert_int_equal(file_watch_add_parent(NULL, "policy"), 0);
}

#define watch_test(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		watch_test(tells_nothing_where_nothing_changed),
		watch_test(tells_of_a_file_that_was_written),
		watch_test(waits_while_a_file_is_being_written),
		watch_test(tells_of_a_file_that_was_replaced),
		watch_test(tells_of_a_file_that_went_and_of_one_that_came),
		watch_test(tells_of_a_directory_with_another_file),
		watch_test(tells_of_a_link_that_was_swapped),
		watch_test(tells_of_a_swap_in_a_directory_at_once),
		watch_test(waits_for_a_file_beside_an_old_link),
		watch_test(keeps_what_was_added_first),
		cmocka_unit_test(takes_nothing_without_a_watch),
	};

	return cmocka_run_group_tests_name("file_watch", tests, NULL, NULL);
}
