/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auditd's log file, followed: what is read of it, once and in order, whatever happens to it. */
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

#include "audit_file.h"

struct fixture {
	char directory[64];
	struct event_base *base;
	struct audit_file *file;
	char lines[4096]; /* that were read, with '|' behind each; of long ones their length */
	unsigned int lost;
};

static const char *in(const struct fixture *fixture, const char *name)
{
	static char path[2][128];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", fixture->directory, name);
	return path[turn];
}

static void put(const struct fixture *fixture, const char *name, int flags, const char *text)
{
	int fd = open(in(fixture, name), O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void append(const struct fixture *fixture, const char *text)
{
	put(fixture, "log", O_APPEND, text);
}

static void move(const struct fixture *fixture, const char *from, const char *to)
{
	assert_int_equal(rename(in(fixture, from), in(fixture, to)), 0);
}

static void take_line(const char *line, size_t size, void *arg)
{
	struct fixture *fixture = arg;
	size_t filled = strlen(fixture->lines);

	assert_true(filled + 64 < sizeof(fixture->lines));
	if (size < 32)
		sprintf(fixture->lines + filled, "%.*s|", (int)size, line);
	else
		sprintf(fixture->lines + filled, "%zu|", size);
}

static void count_lost(void *arg)
{
	struct fixture *fixture = arg;

	fixture->lost++;
}

static int begin(struct fixture *fixture, const char *name)
{
	const struct audit_file_calls calls = { take_line, count_lost, fixture };

	return audit_file_new(&fixture->file, fixture->base, in(fixture, name), &calls);
}

/* As long as there is something to do: inotify tells at once of what was done. */
static void run(struct fixture *fixture)
{
	int events;

	do {
		events = event_base_get_num_events(fixture->base, EVENT_BASE_COUNT_ACTIVE);
		assert_true(event_base_loop(fixture->base, EVLOOP_NONBLOCK) >= 0);
	} while (events);
}

static void assert_read(struct fixture *fixture, const char *lines)
{
	run(fixture);
	assert_string_equal(fixture->lines, lines);
	*fixture->lines = '\0';
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	strcpy(fixture->directory, "/tmp/audit-file.XXXXXX");
	fixture->base = event_base_new();
	return !fixture->base || !mkdtemp(fixture->directory);
}

static int tear_down(void **state)
{
	static const char *const names[] = { "log",   "log.1", "log.2", "log.3",
					     "other", "new",   "conf",  "" };
	struct fixture *fixture = *state;

	audit_file_free(fixture->file);
	event_base_free(fixture->base);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in(fixture, names[i]));
	free(fixture);
	return 0;
}

static void begins_at_the_end(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "old\nolder\n");
	assert_int_equal(begin(fixture, "log"), 0);
	assert_read(fixture, "");
	append(fixture, "one\ntwo\n");
	assert_read(fixture, "one|two|");
	append(fixture, "three\n\nfour\n");
	assert_read(fixture, "three||four|");
	assert_int_equal(fixture->lost, 0);
	assert_int_equal(audit_file_error(fixture->file), 0);
}

static void leaves_a_line_whose_beginning_it_missed(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "old\ntype=");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "SYSCALL\none\n");
	assert_read(fixture, "one|");
	assert_int_equal(fixture->lost, 0);
}

static void waits_for_the_end_of_a_line(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "on");
	assert_read(fixture, "");
	append(fixture, "e\ntw");
	assert_read(fixture, "one|");
	append(fixture, "o\n");
	assert_read(fixture, "two|");
}

static void follows_what_is_renamed_and_begun_anew(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "old\n");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "one\n");
	move(fixture, "log", "log.1");
	append(fixture, "two\n");
	assert_read(fixture, "one|two|");
	append(fixture, "three\n");
	assert_read(fixture, "three|");
	/* It is still written to, until there is another one. */
	move(fixture, "log.1", "log.2");
	move(fixture, "log", "log.1");
	assert_read(fixture, "");
	put(fixture, "log.1", O_APPEND, "four\n");
	assert_read(fixture, "four|");
	put(fixture, "log.1", O_APPEND, "five\n");
	append(fixture, "six\n");
	assert_read(fixture, "five|six|");
	assert_int_equal(fixture->lost, 0);
}

static void reads_the_files_between_when_several_rotations_came_at_once(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "one\n");
	for (int i = 0; i < 3; i++) {
		rename(in(fixture, "log.2"), in(fixture, "log.3"));
		rename(in(fixture, "log.1"), in(fixture, "log.2"));
		move(fixture, "log", "log.1");
		append(fixture, i == 0 ? "two\n" : i == 1 ? "three\n" : "four\n");
	}
	assert_read(fixture, "one|two|three|four|");
	assert_int_equal(fixture->lost, 0);
}

static void says_that_files_between_are_gone(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "one\n");
	unlink(in(fixture, "log"));
	append(fixture, "two\n");
	assert_read(fixture, "one|two|");
	assert_int_equal(fixture->lost, 1);
	/* Under a name that is none of auditd's. */
	move(fixture, "log", "other");
	append(fixture, "three\n");
	assert_read(fixture, "three|");
	assert_int_equal(fixture->lost, 2);
}

static void begins_anew_what_was_truncated(void **state)
{
	struct fixture *fixture = *state;

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	append(fixture, "one\nto be cut");
	assert_read(fixture, "one|");
	put(fixture, "log", O_TRUNC, "two\n");
	assert_read(fixture, "two|");
	assert_int_equal(fixture->lost, 1);
}

static void waits_for_a_file_that_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(begin(fixture, "log"), 0);
	assert_int_equal(audit_file_error(fixture->file), -ENOENT);
	assert_read(fixture, "");
	append(fixture, "one\n");
	assert_read(fixture, "one|");
	assert_int_equal(audit_file_error(fixture->file), 0);
	/* It vanishes, and another one comes. */
	move(fixture, "log", "log.1");
	assert_read(fixture, "");
	put(fixture, "new", 0, "two\n");
	move(fixture, "new", "log");
	assert_read(fixture, "two|");
	assert_int_equal(fixture->lost, 0);
}

static void drops_lines_that_no_auditd_writes(void **state)
{
	struct fixture *fixture = *state;
	char *line = malloc(AUDIT_FILE_LINE_MAX + 3);

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	memset(line, 'x', AUDIT_FILE_LINE_MAX + 1);
	strcpy(line + AUDIT_FILE_LINE_MAX, "\n");
	append(fixture, line);
	assert_read(fixture, "65536|");
	assert_int_equal(fixture->lost, 0);
	strcpy(line + AUDIT_FILE_LINE_MAX, "x\n");
	append(fixture, line);
	append(fixture, "one\n");
	assert_read(fixture, "one|");
	assert_int_equal(fixture->lost, 1);
	free(line);
}

static void reads_a_bounded_part_a_turn(void **state)
{
	struct fixture *fixture = *state;
	char line[1000];

	append(fixture, "");
	assert_int_equal(begin(fixture, "log"), 0);
	memset(line, 'x', sizeof(line));
	strcpy(line + sizeof(line) - 2, "\n");
	for (int i = 0; i < 600; i++)
		append(fixture, line);
	assert_int_equal(event_base_loop(fixture->base, EVLOOP_NONBLOCK | EVLOOP_ONCE), 0);
	assert_in_range(strlen(fixture->lines), 4, 140 * 4);
	/* And goes on by itself. */
	for (int i = 0; i < 10; i++)
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	assert_int_equal(strlen(fixture->lines), 600 * 4);
}

static void refuses_what_is_no_file(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(begin(fixture, "none/log"), -ENOENT);
	assert_int_equal(mkfifo(in(fixture, "other"), 0600), 0);
	assert_int_equal(begin(fixture, "other"), -EINVAL);
	assert_int_equal(begin(fixture, "."), -EINVAL);
}

static void assert_path(const struct fixture *fixture, const char *config, const char *path)
{
	char *found = NULL;

	put(fixture, "conf", O_TRUNC, config);
	assert_int_equal(audit_file_path(in(fixture, "conf"), &found), 0);
	assert_string_equal(found, path);
	free(found);
}

static void asks_auditds_configuration_for_the_path(void **state)
{
	struct fixture *fixture = *state;
	char *found = NULL;

	assert_path(fixture, "", "/var/log/audit/audit.log");
	assert_path(fixture, "log_file = /a/b\n", "/a/b");
	assert_path(fixture, "#log_file = /c\n LOG_FILE=/a/b # x\nlog_format = RAW\n", "/a/b");
	assert_path(fixture, "log_file\nlog_file =\nlog_file = b\n= /c\n\n==\n",
		    "/var/log/audit/audit.log");
	assert_int_equal(audit_file_path(in(fixture, "none"), &found), 0);
	assert_string_equal(found, "/var/log/audit/audit.log");
	free(found);
	found = NULL;
	put(fixture, "conf", O_TRUNC, "log_file = /a/b\nwrite_logs = no\n");
	assert_int_equal(audit_file_path(in(fixture, "conf"), &found), -ENODATA);
	put(fixture, "conf", O_TRUNC, "log_format = NOLOG\n");
	assert_int_equal(audit_file_path(in(fixture, "conf"), &found), -ENODATA);
	assert_null(found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begins_at_the_end),
		TEST(leaves_a_line_whose_beginning_it_missed),
		TEST(waits_for_the_end_of_a_line),
		TEST(follows_what_is_renamed_and_begun_anew),
		TEST(reads_the_files_between_when_several_rotations_came_at_once),
		TEST(says_that_files_between_are_gone),
		TEST(begins_anew_what_was_truncated),
		TEST(waits_for_a_file_that_is_not_there),
		TEST(drops_lines_that_no_auditd_writes),
		TEST(reads_a_bounded_part_a_turn),
		TEST(refuses_what_is_no_file),
		TEST(asks_auditds_configuration_for_the_path),
	};

	return cmocka_run_group_tests_name("audit_file", tests, NULL, NULL);
}
