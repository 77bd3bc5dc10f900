/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal: a line a denial, never two, never one that somebody else wrote. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"

static int ends[2]; /* the journal's, ours */
static struct journal *journal;

static int begin(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	return journal_new(&journal, ends[1]);
}

static int end(void **state)
{
	(void)state;
	journal_free(journal);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void take(const char *json)
{
	json_t *record = json_loads(json, 0, NULL);

	assert_non_null(record);
	journal_take(journal, record);
	json_decref(record);
}

/* What has arrived since the last call. */
static char *arrived(void)
{
	static char text[400000];
	ssize_t size, filled = 0;

	while ((size = recv(ends[0], &text[filled], sizeof(text) - 1 - filled, MSG_DONTWAIT)) > 0)
		filled += size;
	text[filled] = '\0';
	return text;
}

static unsigned int lines_in(const char *text)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		lines++;
	}
	return lines;
}

#define OPERATION "{\"type\":\"operation\",\"op\":\"load\",\"module\":{\"name\":\"evil\"},"
#define DENIED    OPERATION "\"verdict\":\"deny\",\"enforced\":true,\"mode\":\"enforce\"}"
#define REPORTED  OPERATION "\"verdict\":\"deny\",\"enforced\":false,\"mode\":\"monitor\"}"
#define LOADED    OPERATION "\"verdict\":\"allow\",\"enforced\":false,\"mode\":\"enforce\"}"
#define FAILED    OPERATION "\"verdict\":\"deny\",\"reason\":\"kernel\"}"
#define TAMPER    "{\"type\":\"tamper\",\"reason\":\"self_test\"}"
#define STARTED   "{\"type\":\"daemon\",\"reason\":\"started\"}"
#define BASELINE  "{\"type\":\"module\",\"reason\":\"baseline\",\"verdict\":\"deny\"}"

/* The first paragraph of what it makes of a record. */
static const char *beginning_of(const char *json)
{
	char *text;

	take(json);
	text = arrived();
	text[strcspn(text, ";\n")] = '\0';
	return text;
}

static void denials_and_alarms_are_told_by_their_priority(void **state)
{
	(void)state;
	assert_string_equal(beginning_of(DENIED), "<4>modwarden: DENIED load of evil");
	assert_string_equal(beginning_of(REPORTED), "<4>modwarden: WOULD DENY load of evil");
	assert_string_equal(beginning_of(TAMPER),
			    "<2>modwarden: TAMPER a gate does not work any more");
}

static void all_else_is_for_the_records(void **state)
{
	(void)state;
	assert_string_equal(beginning_of(LOADED), "");
	assert_string_equal(beginning_of(FAILED), "");
	assert_string_equal(beginning_of(STARTED), "");
	assert_string_equal(beginning_of(BASELINE), "");
	journal_settle(journal);
	assert_string_equal(arrived(), "");
}

static void denial_is_one_line_whatever_its_names_are(void **state)
{
	const char *text;

	(void)state;
	take("{\"type\":\"operation\",\"verdict\":\"deny\",\"enforced\":true,"
	     "\"module\":{\"name\":\"a\\n<0>kernel: b\\u2028\\r\"}}");
	text = arrived();
	assert_int_equal(lines_in(text), 1);
	assert_non_null(strstr(text, "\"a\\x0a<0>kernel: b\\xe2\\x80\\xa8\\x0d\""));
}

/* journald begins a new line where one is too long, and would look for a priority there. */
static void long_line_is_cut_between_characters(void **state)
{
	(void)state;
	for (int shift = 0; shift < 3; shift++) {
		char json[20000], *end;
		const char *text;
		size_t size;

		end = stpcpy(
			json,
			"{\"type\":\"operation\",\"verdict\":\"deny\",\"module\":{\"name\":\"");
		end += sprintf(end, "%.*s", shift, "ab");
		for (int i = 0; i < 5000; i++)
			end = stpcpy(end, "\xe2\x82\xac");
		strcpy(end, "\"}}");
		take(json);
		text = arrived();
		size = strlen(text);
		assert_int_equal(lines_in(text), 1);
		assert_in_range(size, JOURNAL_LINE_MAX - 8, JOURNAL_LINE_MAX);
		assert_string_equal(&text[size - 7], "\xe2\x82\xac...\n");
	}
}

/* Whose load was denied chooses the names in its line, and may not hide which record tells more. */
static void long_line_still_says_which_record_it_is_of(void **state)
{
	static const char end[] = "...; see: record 1-2, modwarden allow 1-2 --for 30m\n";
	char json[20000], name[9001] = "";
	const char *text;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	memcpy(&name[100], "; see: record 9-9", 17);
	snprintf(json, sizeof(json),
		 "{\"type\":\"operation\",\"op\":\"load\",\"verdict\":\"deny\",\"enforced\":true,\"id\":\"1-2\","
		 "\"module\":{\"name\":\"%s\",\"sha256\":\"00\"}}",
		 name);
	take(json);
	text = arrived();
	assert_int_equal(lines_in(text), 1);
	assert_int_equal(strlen(text), JOURNAL_LINE_MAX);
	assert_string_equal(&text[strlen(text) - strlen(end)], end);
}

static void no_more_than_the_rate_then_a_count(void **state)
{
	(void)state;
	for (int i = 0; i < JOURNAL_RATE + 5; i++)
		take(DENIED);
	assert_int_equal(lines_in(arrived()), JOURNAL_RATE);
	take(TAMPER);
	assert_int_equal(lines_in(arrived()), 1);
	journal_settle(journal);
	assert_string_equal(arrived(), "<4>modwarden: more denials, in the records only: 5\n");
	journal_settle(journal);
	assert_string_equal(arrived(), "");
	take(DENIED);
	assert_int_equal(lines_in(arrived()), 1);
}

static void full_journal_is_not_waited_for_and_its_loss_is_counted(void **state)
{
	int size = 1;
	unsigned int taken = 0;
	const char *text;

	(void)state;
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	for (int second = 0; second < 20; second++) {
		for (int i = 0; i < JOURNAL_RATE; i++, taken++)
			take(DENIED);
		journal_settle(journal);
	}
	taken -= lines_in(arrived());
	assert_true(taken > JOURNAL_RATE);
	journal_settle(journal);
	text = arrived();
	text = strstr(text, "<4>modwarden: more denials");
	assert_non_null(text);
	assert_int_equal(strtoul(strrchr(text, ' '), NULL, 10), taken);
}

static void the_stream_is_known_by_its_inode(void **state)
{
	char stream[64];
	struct stat st;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_has(ends[1]));
	assert_int_equal(fstat(ends[1], &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(journal_has(ends[1]));
	assert_false(journal_has(ends[0]));
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev + 1, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_false(journal_has(ends[1]));
	setenv("JOURNAL_STREAM", "journal", 1);
	assert_false(journal_has(ends[1]));
	unsetenv("JOURNAL_STREAM");
}

/* What log_write() says, by way of standard error. */
static const char *logged(enum log_level level, const char *text)
{
	int saved = dup(STDERR_FILENO);

	dup2(ends[1], STDERR_FILENO);
	log_write(level, "x: cannot open '%s'", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return arrived();
}

static void messages_have_a_priority_and_one_line(void **state)
{
	(void)state;
	log_set_priorities(true);
	assert_string_equal(logged(LOG_LEVEL_ERROR, "a\n<0>b"),
			    "<3>modwarden: error: x: cannot open 'a\\x0a<0>b'\n");
	assert_string_equal(logged(LOG_LEVEL_WARNING, "a"),
			    "<4>modwarden: warning: x: cannot open 'a'\n");
	assert_string_equal(logged(LOG_LEVEL_INFO, "a"), "<6>modwarden: x: cannot open 'a'\n");
	log_set_priorities(false);
	assert_string_equal(logged(LOG_LEVEL_INFO, "\033[1ma"),
			    "modwarden: x: cannot open '\\x1b[1ma'\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(denials_and_alarms_are_told_by_their_priority),
		TEST(all_else_is_for_the_records),
		TEST(denial_is_one_line_whatever_its_names_are),
		TEST(long_line_is_cut_between_characters),
		TEST(long_line_still_says_which_record_it_is_of),
		TEST(no_more_than_the_rate_then_a_count),
		TEST(full_journal_is_not_waited_for_and_its_loss_is_counted),
		TEST(the_stream_is_known_by_its_inode),
		TEST(messages_have_a_priority_and_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
