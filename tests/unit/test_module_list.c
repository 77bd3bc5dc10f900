/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/modules and /sys/module say, also where names are made to deceive. */
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

#include "module_list.h"
#include "own_directory.h"

static char sysfs_path[OWN_DIRECTORY_SIZE];
static int sysfs;
static struct module_list list;

static int begin(void **state)
{
	(void)state;
	assert_int_equal(own_directory_begin(sysfs_path), 0);
	sysfs = open(sysfs_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return sysfs < 0;
}

static int end(void **state)
{
	(void)state;
	close(sysfs);
	module_list_clear(&list);
	return own_directory_end(sysfs_path);
}

/* A directory of sysfs; with a state: of a module. */
static void make_directory(const char *name, const char *initstate)
{
	char path[128];
	int fd;

	assert_int_equal(mkdirat(sysfs, name, 0700), 0);
	if (!initstate)
		return;
	snprintf(path, sizeof(path), "%s/initstate", name);
	fd = openat(sysfs, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, initstate, strlen(initstate)), strlen(initstate));
	close(fd);
}

/* "NAME:WHERE", l listed, c changing, s in sysfs, m live there; sorted as the list is. */
static const char *seen(const char *proc, bool is_thorough)
{
	static char text[1024];
	size_t length = 0;

	assert_int_equal(module_list_read(&list, proc, sysfs, is_thorough), 0);
	text[0] = '\0';
	for (size_t i = 0; i < list.count; i++) {
		const struct module_sight *sight = &list.sights[i];

		length += snprintf(text + length, sizeof(text) - length, "%s%s:%s%s%s%s",
				   i ? " " : "", sight->name, sight->listed ? "l" : "",
				   sight->changing ? "c" : "", sight->in_sysfs ? "s" : "",
				   sight->live ? "m" : "");
	}
	return text;
}

static const struct {
	const char *what;
	const char *proc;
	const char *seen;
} texts[] = {
	{ "nothing", "", "" },
	{ "one", "ext4 1 0 - Live 0x0000000000000000\n", "ext4:l" },
	{ "with users", "jbd2 1 1 ext4, Live 0xffffffffc0000000\n", "jbd2:l" },
	{ "permanent", "a 1 1 [permanent], Live 0xffffffffc0000000\n", "a:l" },
	{ "no unloading", "a 1 - - Live 0x0\n", "a:l" },
	{ "tainted", "a 1 0 - Live 0x0 (POE)\n", "a:l" },
	{ "loading", "a 1 1 - Loading 0x0 (OE+)\n", "a:lc" },
	{ "unloading", "a 1 0 - Unloading 0x0 (E-)\n", "a:lc" },
	{ "sorted", "c 1 0 - Live 0x0\na 1 0 - Live 0x0\nb 1 0 - Live 0x0\n", "a:l b:l c:l" },
	{ "once", "b 1 0 - Live 0x0\na 1 0 - Live 0x0\nb 1 0 - Live 0x0\n", "a:l b:l" },
	{ "no end of the line", "a 1 0 - Live 0x0", "a:l" },
	{ "a user's name with blanks", "a 1 1 b - Loading 0x0, Live 0x0 (E)\n", "a:l" },
	{ "a name with blanks", "a b 1 0 - Live 0x0\n", "a:l" },
	{ "a name with a slash", "a/b 1 0 - Live 0x0\n", "a!b:l" },
	{ "a name with a line's end", "a\nb 1 0 - Live 0x0\n", "b:l" },
	{ "other states", "a 1 0 - Alive 0x0\nb 1 0 - Liv 0x0\n", "" },
	{ "half a line", "a 1 0\nb\n \n\nLive 0x0\n() \n( 0x0 ()\n", "" },
	{ "too long a name",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 0 - Live 0x0\n", "" },
};

static void reads_the_lines_of_proc_modules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = seen(texts[i].proc, false);

		if (strcmp(text, texts[i].seen) != 0)
			fail_msg("%s: %s, not %s", texts[i].what, text, texts[i].seen);
	}
}

static void joins_them_with_the_directories_of_sysfs(void **state)
{
	(void)state;
	make_directory("a", "live\n");
	make_directory("kernel", NULL);
	make_directory("b", "live\n");
	assert_string_equal(seen("a 1 0 - Live 0x0\nc 1 0 - Live 0x0\n", false),
			    "a:ls b:s c:l kernel:s");
}

static void asks_what_is_not_listed_whether_it_is_live(void **state)
{
	(void)state;
	make_directory("a", "live\n");
	make_directory("b", "coming\n");
	make_directory("c", "going\n");
	make_directory("kernel", NULL);
	assert_string_equal(seen("", true), "a:sm b:s c:s kernel:s");
	assert_string_equal(seen("a 1 0 - Live 0x0\n", true), "a:ls b:s c:s kernel:s");
}

static void finds_by_the_whole_name(void **state)
{
	(void)state;
	make_directory("kernel", NULL);
	seen("ab 1 0 - Live 0x0\n", false);
	assert_non_null(module_list_find(&list, "ab"));
	assert_non_null(module_list_find(&list, "kernel"));
	assert_null(module_list_find(&list, "a"));
	assert_null(module_list_find(&list, "abc"));
	assert_null(module_list_find(&list, ""));
	module_list_clear(&list);
	assert_null(module_list_find(&list, "ab"));
}

static void reads_taints_by_their_letters(void **state)
{
	(void)state;
	seen("a 1 0 - Live 0x0 (POE)\nb 1 0 - Live 0x0\nc 1 0 - Loading 0x0 (E+)\n", false);
	assert_int_equal(module_list_find(&list, "a")->taints, 1 << 0 | 1 << 12 | 1 << 13);
	assert_int_equal(module_list_find(&list, "b")->taints, 0);
	assert_int_equal(module_list_find(&list, "c")->taints, 1 << 13);
	assert_int_equal(module_taints_parse("OK\n", 3), 1 << 12 | 1 << 15);
	assert_int_equal(module_taints_parse("G?\0E", 4), 1 << 13);
}

static void survives_any_bytes(void **state)
{
	static const char pieces[][12] = { "a",   " ",       "\n",      "Live", "0x0",
					   "(E)", " 1 0 - ", "Loading", "/" };
	char text[64];

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		text[0] = '\0';
		for (int n = rand() % 12; n; n--)
			strncat(text, pieces[rand() % 9], sizeof(text) - strlen(text) - 1);
		assert_int_equal(module_list_read(&list, text, sysfs, false), 0);
	}
}

static void says_that_it_cannot_look(void **state)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(module_list_read(&list, "", nothing, false), -ENOTDIR);
	close(nothing);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_the_lines_of_proc_modules, begin, end),
		cmocka_unit_test_setup_teardown(joins_them_with_the_directories_of_sysfs, begin,
						end),
		cmocka_unit_test_setup_teardown(asks_what_is_not_listed_whether_it_is_live, begin,
						end),
		cmocka_unit_test_setup_teardown(finds_by_the_whole_name, begin, end),
		cmocka_unit_test_setup_teardown(reads_taints_by_their_letters, begin, end),
		cmocka_unit_test_setup_teardown(survives_any_bytes, begin, end),
		cmocka_unit_test_setup_teardown(says_that_it_cannot_look, begin, end),
	};

	return cmocka_run_group_tests_name("module_list", tests, NULL, NULL);
}
