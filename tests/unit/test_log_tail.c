/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines of a log tell of which operations. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static int read_log(const char *text, struct told *told)
{
	char path[] = "/tmp/log-tail.XXXXXX";
	int fd = mkstemp(path);
	int result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*told = (struct told){};
	result = log_tail_each(path, "0123abcd-4567", tell, told);
	unlink(path);
	return result;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_operations_of_this_boot),
		cmocka_unit_test(is_not_fooled_by_texts_within_records),
		cmocka_unit_test(passes_over_what_is_no_whole_record),
		cmocka_unit_test(stops_where_it_is_told_to),
		cmocka_unit_test(says_that_there_is_no_log),
	};

	return cmocka_run_group_tests_name("log_tail", tests, NULL, NULL);
}
