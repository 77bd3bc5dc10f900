/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the end of a log has a line. */
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

#include "digest.h"
#include "log_tail.h"

static char path[] = "/tmp/log-tail.XXXXXX";

/* FILE.1 and so on by number. */
static const char *numbered(unsigned int number)
{
	static char name[sizeof(path) + 8];

	snprintf(name, sizeof(name), number ? "%s.%u" : "%s", path, number);
	return name;
}

/* A hole, then bytes. */
static void put_file(unsigned int number, off_t hole, const void *bytes, size_t size)
{
	int fd = open(numbered(number), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, hole), 0);
	assert_int_equal(pwrite(fd, bytes, size, hole), size);
	close(fd);
}

static void put_text(unsigned int number, off_t hole, const char *text)
{
	put_file(number, hole, text, strlen(text));
}

static int begin(void **state)
{
	int fd = mkstemp(strcpy(path, "/tmp/log-tail.XXXXXX"));

	(void)state;
	close(fd);
	return fd < 0;
}

static int end(void **state)
{
	(void)state;
	for (unsigned int number = 0; number < 4; number++)
		unlink(numbered(number));
	return 0;
}

static int has(const char *line)
{
	__u8 digest[MW_DIGEST_SIZE];

	assert_int_equal(digest_of(line, strlen(line), digest), 0);
	return log_tail_has(path, digest);
}

static void finds_a_line_and_no_other(void **state)
{
	(void)state;
	put_text(0, 0, "first\nsecond\nthird\n");
	assert_int_equal(has("first"), 1);
	assert_int_equal(has("second"), 1);
	assert_int_equal(has("third"), 1);
	assert_int_equal(has("secon"), 0);
	assert_int_equal(has("econd"), 0);
	assert_int_equal(has("second\n"), 0);
	put_text(0, 0, "");
	assert_int_equal(has("second"), 0);
}

static void finds_no_line_that_has_not_ended(void **state)
{
	(void)state;
	put_text(0, 0, "first\nsecond");
	assert_int_equal(has("second"), 0);
	/* The next one ends the line that the one before had left open. */
	put_text(0, 0, "first\nsec\nthird\n");
	assert_int_equal(has("second"), 0);
	assert_int_equal(has("third"), 1);
}

static void goes_on_over_blocks_of_zeros(void **state)
{
	static char text[3 * 4096];
	int size;

	(void)state;
	size = snprintf(text, 4096, "first\nsec");
	memset(text + size, 0, 4096);
	size += 4096;
	size += snprintf(text + size, 4096, "\nthird\n");
	put_file(0, 0, text, size);
	assert_int_equal(has("first"), 1);
	assert_int_equal(has("third"), 1);
}

static void reads_what_was_moved_away_before(void **state)
{
	(void)state;
	put_text(0, 0, "third\n");
	put_text(1, 0, "second\nopen");
	put_text(2, 0, "first\n");
	assert_int_equal(has("first"), 1);
	assert_int_equal(has("second"), 1);
	assert_int_equal(has("third"), 1);
	/* Of a crash between the two renames: nothing has been written yet. */
	put_text(0, 0, "");
	assert_int_equal(has("second"), 1);
	unlink(numbered(1));
	assert_int_equal(has("first"), 0);
	assert_int_equal(mkdir(numbered(1), 0700), 0);
	assert_int_equal(has("first"), 0);
	rmdir(numbered(1));
}

static void reads_no_more_than_the_tail_of_all_files(void **state)
{
	off_t hole = LOG_TAIL_MAX - strlen("\n") - strlen("third\n");

	(void)state;
	put_text(1, 0, "first\nsecond\n");
	put_text(0, hole, "\nthird\n");
	assert_int_equal(has("third"), 1);
	assert_int_equal(has("second"), 0);
	put_text(0, hole - strlen("second\n"), "\nthird\n");
	assert_int_equal(has("second"), 1);
	assert_int_equal(has("first"), 0);
	/* A whole one that is larger than what is left for one more. */
	put_text(1, 0, "second\n");
	assert_int_equal(truncate(numbered(1), LOG_TAIL_MAX / 8 * 5), 0);
	put_text(0, LOG_TAIL_MAX / 4, "\nthird\n");
	assert_int_equal(has("second"), 1);
}

static void says_that_there_is_no_log(void **state)
{
	const __u8 digest[MW_DIGEST_SIZE] = {};

	(void)state;
	assert_int_equal(log_tail_has("/nonexistent", digest), -ENOENT);
	assert_int_equal(log_tail_has("/dev/null", digest), -EINVAL);
	assert_int_equal(log_tail_has("/", digest), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_a_line_and_no_other),
		TEST(finds_no_line_that_has_not_ended),
		TEST(goes_on_over_blocks_of_zeros),
		TEST(reads_what_was_moved_away_before),
		TEST(reads_no_more_than_the_tail_of_all_files),
		TEST(says_that_there_is_no_log),
	};

	return cmocka_run_group_tests_name("log_tail", tests, NULL, NULL);
}
