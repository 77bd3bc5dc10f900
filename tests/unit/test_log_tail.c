/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines of a log tell of which operations. */
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

#include "log_tail.h"

#define LINE(id, type, rest)                                                                       \
	"{\"schema\":\"modwarden/1\",\"id\":\"" id "\",\"type\":\"" type "\",\"time\":\"x\"" rest  \
	"}\n"

struct told {
	char text[512];
};

static int tell(uint64_t seq, unsigned int part, bool is_repeated, void *arg)
{
	struct told *told = arg;
	size_t length = strlen(told->text);

	snprintf(told->text + length, sizeof(told->text) - length, "%llu.%u%s ",
		 (unsigned long long)seq, part, is_repeated ? "+" : "");
	return seq == 99 ? -EINTR : 0;
}

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

static int read_files(struct told *told)
{
	*told = (struct told){};
	return log_tail_each(path, "0123abcd-4567", tell, told);
}

static void assert_files_tell(const char *expected)
{
	struct told told;

	assert_int_equal(read_files(&told), 0);
	assert_string_equal(told.text, expected);
}

static int read_log(const char *text, struct told *told)
{
	put_text(0, 0, text);
	return read_files(told);
}

static void assert_told(const char *text, const char *expected)
{
	struct told told;

	assert_int_equal(read_log(text, &told), 0);
	assert_string_equal(told.text, expected);
}

static void reads_the_operations_of_this_boot(void **state)
{
	(void)state;
	assert_told(LINE("0123abcd-7", "operation", "") LINE("0123abcd-8.1", "operation", "")
			    LINE("0123abcd-9", "operation", ",\"repeated\":{\"count\":3}"),
		    "7.0 8.1 9.0+ ");
	assert_told(LINE("ffffffff-7", "operation", "") LINE("0123abcd-8", "tamper", ""), "");
	assert_told(LINE("0123abcd-t77", "daemon", ""), "");
}

static void is_not_fooled_by_texts_within_records(void **state)
{
	(void)state;
	assert_told(LINE("0123abcd-7", "operation", ",\"comm\":\"\\\"repeated\\\":{\""), "7.0 ");
	assert_told(
		LINE("0123abcd-7", "tamper", ",\"comm\":\"\\\",\\\"type\\\":\\\"operation\\\"\""),
		"");
}

static void passes_over_what_is_no_whole_record(void **state)
{
	(void)state;
	assert_told("", "");
	assert_told("\n\nnonsense\n{\"schema\":\n", "");
	assert_told(LINE("0123abcd-", "operation", "") LINE("0123abcd-5x", "operation", ""), "");
	/* Half a line at the end was not told. */
	assert_told(LINE("0123abcd-7", "operation",
			 "") "{\"schema\":\"modwarden/"
			     "1\",\"id\":\"0123abcd-8\",\"type\":\"operation\",",
		    "7.0 ");
}

/* The next one ends the line that the one before had left open. */
static void passes_over_a_cut_line_that_was_ended_later(void **state)
{
	(void)state;
	assert_told("{\"schema\":\"modwarden/1\",\"id\":\"0123abcd-8\",\"type\":\"operation\",\"t"
		    "\n" LINE("0123abcd-9", "operation", ""),
		    "9.0 ");
}

static void goes_on_over_blocks_of_zeros(void **state)
{
	static char text[3 * 4096];
	int size;

	(void)state;
	size = snprintf(text, 4096, "%s{\"sch", LINE("0123abcd-7", "operation", ""));
	memset(text + size, 0, 4096);
	size += 4096;
	size += snprintf(text + size, 4096, "\n%s", LINE("0123abcd-8", "operation", ""));
	put_file(0, 0, text, size);
	assert_files_tell("7.0 8.0 ");
	put_text(0, 8192, "\n" LINE("0123abcd-9", "operation", ""));
	assert_files_tell("9.0 ");
}

static void reads_what_was_moved_away_before(void **state)
{
	(void)state;
	put_text(0, 0, LINE("0123abcd-9", "operation", ""));
	put_text(1, 0, LINE("0123abcd-8", "operation", "") "{\"sch");
	put_text(2, 0, LINE("0123abcd-7", "operation", ""));
	assert_files_tell("7.0 8.0 9.0 ");
	/* Of a crash between the two renames: nothing has been written yet. */
	put_text(0, 0, "");
	assert_files_tell("7.0 8.0 ");
	unlink(numbered(1));
	assert_files_tell("");
	assert_int_equal(mkdir(numbered(1), 0700), 0);
	assert_files_tell("");
	rmdir(numbered(1));
}

static void reads_no_more_than_the_tail_of_all_files(void **state)
{
	const char *line = LINE("0123abcd-9", "operation", "");
	off_t hole = LOG_TAIL_MAX - strlen("\n") - strlen(line);

	(void)state;
	put_text(1, 0, LINE("0123abcd-7", "operation", "") LINE("0123abcd-8", "operation", ""));
	put_text(0, hole, "\n" LINE("0123abcd-9", "operation", ""));
	assert_files_tell("9.0 ");
	put_text(0, hole - strlen(line), "\n" LINE("0123abcd-9", "operation", ""));
	assert_files_tell("8.0 9.0 ");
	/* A whole one that is larger than what is left for one more. */
	put_text(1, 0, LINE("0123abcd-8", "operation", ""));
	assert_int_equal(truncate(numbered(1), LOG_TAIL_MAX / 8 * 5), 0);
	put_text(0, LOG_TAIL_MAX / 4, "\n" LINE("0123abcd-9", "operation", ""));
	assert_files_tell("8.0 9.0 ");
}

static void stops_where_it_is_told_to(void **state)
{
	struct told told;

	(void)state;
	assert_int_equal(read_log(LINE("0123abcd-99", "operation", "")
					  LINE("0123abcd-7", "operation", ""),
				  &told),
			 -EINTR);
	assert_string_equal(told.text, "99.0 ");
}

static void says_that_there_is_no_log(void **state)
{
	(void)state;
	assert_int_equal(log_tail_each("/nonexistent", "0123abcd", tell, NULL), -ENOENT);
	assert_int_equal(log_tail_each("/dev/null", "0123abcd", tell, NULL), -EINVAL);
	assert_int_equal(log_tail_each("/", "0123abcd", tell, NULL), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_the_operations_of_this_boot),
		TEST(is_not_fooled_by_texts_within_records),
		TEST(passes_over_what_is_no_whole_record),
		TEST(passes_over_a_cut_line_that_was_ended_later),
		TEST(goes_on_over_blocks_of_zeros),
		TEST(reads_what_was_moved_away_before),
		TEST(reads_no_more_than_the_tail_of_all_files),
		TEST(stops_where_it_is_told_to),
		TEST(says_that_there_is_no_log),
	};

	return cmocka_run_group_tests_name("log_tail", tests, NULL, NULL);
}
