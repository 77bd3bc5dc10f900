/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths to files that are to be written: the same as realpath(3) says, but for planted links. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own_directory.h"
#include "path_follow.h"

#define SOMEBODY 65534

static char root[OWN_DIRECTORY_SIZE];

static int begin(void **state)
{
	(void)state;
	return own_directory_begin(root) || mkdir("d", 0755) || mkdir("d/e", 0755) ||
	       close(open("d/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) ||
	       symlink("d/file", "to-file") || symlink("d", "to-d") || symlink("../d", "d/up") ||
	       symlink("nowhere", "to-nothing") || symlink("to-to-file", "loop") ||
	       symlink("loop", "to-to-file") || symlink("/", "to-root");
}

static int end(void **state)
{
	(void)state;
	return own_directory_end(root);
}

static void leads(const char *path, const char *expected)
{
	char *real = NULL, *wanted = NULL;

	assert_int_equal(path_follow(path, &real), 0);
	assert_true(asprintf(&wanted, "%s%s%s", *expected == '/' ? "" : root,
			     *expected && *expected != '/' ? "/" : "", expected) > 0);
	assert_string_equal(real, wanted);
	free(real);
	free(wanted);
}

static void fails(const char *path, int error)
{
	char *real;

	assert_int_equal(path_follow(path, &real), error);
}

static void links_are_followed_wherever_they_are(void **state)
{
	(void)state;
	leads("d/file", "d/file");
	leads("to-file", "d/file");
	leads("to-d/file", "d/file");
	leads("to-d", "d");
	leads("d/up/up/file", "d/file");
	leads("./d//e/../file", "d/file");
	leads("to-d/e/../../to-file", "d/file");
	leads("to-root/tmp/", "/tmp");
	leads("/", "/");
	leads("//..//", "/");
	leads(".", "");
}

static void a_place_for_a_new_file_has_a_path(void **state)
{
	(void)state;
	leads("new", "new");
	leads("to-d/new", "d/new");
	leads("d/e/../new", "d/new");
	leads("/new", "/new");
}

static void what_leads_nowhere_is_told(void **state)
{
	char *endless = malloc(3 * 4096);

	(void)state;
	fails("to-nothing", -ENOENT);
	fails("to-nothing/new", -ENOENT);
	fails("none/new", -ENOENT);
	fails("none/", -ENOENT);
	fails("", -ENOENT);
	fails("d/file/new", -ENOTDIR);
	fails("d/file/", -ENOTDIR);
	fails("to-file/..", -ENOTDIR);
	fails("loop", -EMLINK);
	fails("loop/new", -EMLINK);
	assert_non_null(endless);
	memset(endless, '/', 3 * 4096 - 1);
	endless[3 * 4096 - 1] = '\0';
	fails(endless, -ENAMETOOLONG);
	free(endless);
}

static void a_link_is_followed_as_the_kernel_would_do_it(void **state)
{
	static const struct {
		uid_t link, directory, caller;
		mode_t mode;
		bool may;
	} cases[] = {
		{ 1, 0, 0, 01777, false }, /* planted for root in /tmp */
		{ 1, 0, 2, 01777, false }, /* and for another user */
		{ 1, 0, 1, 01777, true },  /* one's own */
		{ 0, 0, 1, 01777, true },  /* the owner of the directory could do anything there */
		{ 1, 1, 0, 01777, true },  { 0, 1, 0, 01777, true }, { 1, 0, 0, 0777, true },
		{ 1, 0, 0, 01775, true },  { 1, 0, 0, 0755, true },  { 1, 2, 0, 01777, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stat link = { .st_uid = cases[i].link };
		struct stat directory = { .st_uid = cases[i].directory, .st_mode = cases[i].mode };

		assert_int_equal(path_may_follow(&link, &directory, cases[i].caller), cases[i].may);
	}
}

static void a_planted_link_is_not_followed(void **state)
{
	(void)state;
	if (geteuid())
		skip(); /* links that are another one's are made by root */
	assert_int_equal(mkdir("shared", 0755), 0);
	assert_int_equal(chmod("shared", 01777), 0);
	assert_int_equal(symlink("../d", "shared/d"), 0);
	assert_int_equal(symlink("../d/file", "shared/file"), 0);
	leads("shared/file", "d/file");
	assert_int_equal(lchown("shared/d", SOMEBODY, SOMEBODY), 0);
	assert_int_equal(lchown("shared/file", SOMEBODY, SOMEBODY), 0);
	fails("shared/file", -ELOOP);
	fails("shared/d", -ELOOP);
	fails("shared/d/file", -ELOOP);
	fails("shared/d/new", -ELOOP);
	assert_int_equal(chmod("shared", 0777), 0);
	leads("shared/d/file", "d/file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links_are_followed_wherever_they_are),
		TEST(a_place_for_a_new_file_has_a_path),
		TEST(what_leads_nowhere_is_told),
		TEST(a_link_is_followed_as_the_kernel_would_do_it),
		TEST(a_planted_link_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
