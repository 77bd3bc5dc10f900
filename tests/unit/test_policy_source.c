/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a policy that may not take the place of the one in force. */
#include "policy_case.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "policy_source.h"

static char path[] = "/tmp/modwarden-source-XXXXXX";

static int begin(void **state)
{
	int fd;

	(void)state;
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static char *why_not(const char *text)
{
	struct policy_source source = { .path = path, .release = "7.3.4" };
	struct policy *policy = NULL;
	char *why = NULL;
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(policy_source_read(&source, &policy, &why), -EINVAL);
	policy_source_clear(&source);
	assert_non_null(why);
	return why;
}

static void one_error_is_told_with_its_place(void **state)
{
	auto_free char *why = why_not(RULE("    signed: fasle\n"));
	char expected[256];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "%s:5:13: unknown value 'fasle' for 'signed'; write true or false", path);
	assert_string_equal(why, expected);
}

static void of_several_it_is_told_how_many_and_where_to_see_them(void **state)
{
	auto_free char *why =
		why_not(RULE("    signed: fasle\n    uid: none\n    source: nowhere\n"));
	char expected[256];

	(void)state;
	snprintf(expected, sizeof(expected), "; and 2 more, see `modwarden policy check %s`", path);
	if (!strstr(why, ":5:13: ") || !strstr(why, expected))
		fail_msg("%s", why);
}

static void a_file_as_a_whole_has_no_place_in_it(void **state)
{
	auto_free char *why = NULL;
	char expected[256];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "%s: its group can write '%s' (mode 0620); run chmod go-w", path, path);
	assert_int_equal(chmod(path, 0620), 0);
	why = why_not(HEAD);
	assert_string_equal(why, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_error_is_told_with_its_place, begin, end),
		cmocka_unit_test_setup_teardown(
			of_several_it_is_told_how_many_and_where_to_see_them, begin, end),
		cmocka_unit_test_setup_teardown(a_file_as_a_whole_has_no_place_in_it, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
