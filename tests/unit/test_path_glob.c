/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths by pattern: the same ones as glob(3) finds. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_glob.h"

#define NOBODY 65534

static const char *const files[] = { "a.sha256",       "b.sha256",       ".hidden.sha256",
				     "digests.d/x.gz", "digests.d/y.gz", "d*r/z.gz",
				     "[odd].sha256",   "back\\slash" };
static char directory[] = "/tmp/path_glob.XXXXXX";

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(directory) || chdir(directory) || mkdir("digests.d", 0700) ||
	    mkdir("d*r", 0700) || symlink("nowhere", "dangling"))
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		int fd = creat(files[i], 0600);

		if (fd < 0)
			return -1;
		close(fd);
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlink(files[i]);
	return unlink("dangling") || rmdir("digests.d") || rmdir("d*r") || rmdir(directory);
}

static void finds_what_glob_finds(void **state)
{
	static const char *const patterns[] = { "*.sha256",      "a.sha256",
						"none",          "none/*",
						"a.sha256/*",    "*/*",
						"*/*.gz",        "d\\*r/*",
						"d*/[xz].gz",    ".*.sha256",
						"\\[odd].*",     "[[]odd].*",
						"?.sha256",      "[ab].sha256",
						"[!a].sha256",   "digests.d/*",
						"digests.d//x*", "./*.sha256",
						"back\\\\slash", "dang*",
						"dangling",      "",
						"back\\\\*",     "digests.d/../a*",
						"a.sha256/\\[x",	 "back\\",
						"a.sha256/b" };

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct path_list list;
		glob_t expected = {};
		int known = glob(patterns[i], 0, NULL, &expected);
		int error = path_glob(&list, patterns[i]);

		if (error != (known == GLOB_NOMATCH ? -ENOENT : 0) ||
		    list.count != expected.gl_pathc)
			fail_msg("'%s': %d, %zu instead of %zu", patterns[i], error, list.count,
				 expected.gl_pathc);
		for (size_t j = 0; j < list.count; j++)
			if (access(list.paths[j], F_OK) && strcmp(list.paths[j], "dangling") != 0)
				fail_msg("'%s': there is no %s", patterns[i], list.paths[j]);
		for (size_t j = 1; j < list.count; j++)
			assert_true(strcmp(list.paths[j - 1], list.paths[j]) < 0);
		path_list_clear(&list);
		globfree(&expected);
	}
}

static void finds_absolute_paths(void **state)
{
	char pattern[64];
	struct path_list list;

	(void)state;
	snprintf(pattern, sizeof(pattern), "/t*p/%s/digests.d/*", directory + sizeof("/tmp"));
	assert_int_equal(path_glob(&list, pattern), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(strncmp(list.paths[0], directory, strlen(directory)), 0);
	path_list_clear(&list);
}

static void a_directory_that_cannot_be_read_is_not_empty(void **state)
{
	struct path_list list;
	bool is_root = !geteuid();

	(void)state;
	assert_int_equal(chmod("digests.d", 0), 0);
	assert_int_equal(chmod(".", 0755), 0);
	assert_false(is_root && seteuid(NOBODY));
	assert_int_equal(path_glob(&list, "digests.d/*"), -EACCES);
	assert_false(is_root && seteuid(0));
	assert_int_equal(chmod("digests.d", 0700), 0);
	path_list_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_glob_finds),
		cmocka_unit_test(finds_absolute_paths),
		cmocka_unit_test(a_directory_that_cannot_be_read_is_not_empty),
	};

	return cmocka_run_group_tests_name("path_glob", tests, begin, end);
}
