/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sinks: one line a record, whatever the file, the pipe or the disk does. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

static char directory[] = "/tmp/modwarden-sink-XXXXXX";
static char path[64];
static struct sink *sink;
static json_t *record;

static int begin(void **state)
{
	(void)state;
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/log", directory);
	record = json_pack("{s:s, s:s}", "type", "daemon", "reason", "started");
	sink = NULL;
	return record ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	sink_close(sink);
	json_decref(record);
	unlink(path);
	return rmdir(directory);
}

/* A file beside the log; valid until the next call. */
static const char *beside(const char *suffix)
{
	static char name[80];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return name;
}

static void assert_content_of(const char *name, const char *expected)
{
	char text[4096];
	int fd = open(name, O_RDONLY);
	ssize_t size = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[size > 0 ? size : 0] = '\0';
	assert_string_equal(text, expected);
}

static void assert_content(const char *expected)
{
	assert_content_of(path, expected);
}

static void put_content(const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

#define LINE "{\"type\":\"daemon\",\"reason\":\"started\"}\n"

static void appends_one_line_a_record(void **state)
{
	(void)state;
	put_content("old\n");
	assert_int_equal(sink_open(&sink, path, SINK_AUTO), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("old\n" LINE LINE);
}

static void creates_the_file_for_its_owner_only(void **state)
{
	mode_t mask = umask(0);
	struct stat status;

	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	umask(mask);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void half_a_line_that_was_there_is_ended_first(void **state)
{
	(void)state;
	put_content("{\"type\":\"oper");
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("{\"type\":\"oper\n" LINE LINE);
}

/* The limit makes write(2) come out short, as a full disk does. */
static void limit_file_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void cut_record_is_counted_and_never_glued_to_the_next(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	limit_file_size(10);
	assert_int_equal(sink_write(sink, record), -EIO);
	assert_int_equal(sink_write(sink, record), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("{\"type\":\"d\n" LINE LINE);
	assert_int_equal(sink_lost(sink)->cut, 1);
	assert_int_equal(sink_lost(sink)->failed, 1);
}

static void record_cut_before_its_newline_is_still_ended(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	limit_file_size(strlen(LINE) - 1);
	assert_int_equal(sink_write(sink, record), -EIO);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE LINE);
}

static void full_disk_is_counted(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, "/dev/full", SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), -ENOSPC);
	assert_int_equal(sink_lost(sink)->failed, 1);
}

static void broken_pipe_is_an_error_and_no_signal(void **state)
{
	int reader;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	close(reader);
	assert_int_equal(sink_write(sink, record), -EPIPE);
	assert_int_equal(sink_lost(sink)->failed, 1);
}

static void pipe_that_nobody_reads_does_not_block_the_start(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), -ENXIO);
}

static void pipe_that_is_full_does_not_block_the_daemon(void **state)
{
	int reader, error = 0;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	for (int i = 0; i < 100000 && !error; i++)
		error = sink_write(sink, record);
	assert_int_equal(error, -EAGAIN);
	close(reader);
}

static void reopening_follows_a_rotation(void **state)
{
	char rotated[80];

	(void)state;
	snprintf(rotated, sizeof(rotated), "%s.1", path);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(rename(path, rotated), 0);
	assert_int_equal(sink_reopen(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(unlink(rotated), 0);
}

static void failed_reopening_keeps_the_old_file(void **state)
{
	char moved[80];

	(void)state;
	snprintf(moved, sizeof(moved), "%s-moved", directory);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(rename(directory, moved), 0);
	assert_int_equal(sink_reopen(sink), -ENOENT);
	assert_int_equal(rename(moved, directory), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
}

static void renamed_file_is_followed_within_a_look(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(rename(path, beside(".1")), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content_of(beside(".1"), LINE LINE);
	assert_content(LINE);
	assert_int_equal(unlink(beside(".1")), 0);
}

static void file_put_in_its_place_is_followed(void **state)
{
	FILE *file;

	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(link(path, beside(".old")), 0);
	file = fopen(beside(".new"), "w");
	fputs("half", file);
	fclose(file);
	assert_int_equal(rename(beside(".new"), path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("half\n" LINE);
	assert_int_equal(unlink(beside(".old")), 0);
}

/* What is written into a file that nobody can find any more is lost: not even one is. */
static void removed_file_is_made_again_before_the_next_record(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(sink_lost(sink)->failed, 0);
}

static void removed_file_that_cannot_be_made_again_is_a_loss(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(sink_write(sink, record), -ENOENT);
	assert_int_equal(sink_write(sink, record), -ENOENT);
	assert_int_equal(sink_follow(sink), -ENOENT);
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_lost(sink)->failed, 2);
	assert_content(LINE);
}

static void file_that_cannot_be_followed_stays_in_use(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(rename(path, beside(".1")), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content_of(beside(".1"), LINE);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(unlink(beside(".1")), 0);
}

static void pipe_is_not_followed(void **state)
{
	int reader;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(access(path, F_OK), -1);
	close(reader);
}

static void full_file_becomes_the_first_of_those_kept(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, 2 * strlen(LINE) + 5, 2);
	for (int i = 0; i < 7; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_content_of(beside(".1"), LINE LINE);
	assert_content_of(beside(".2"), LINE LINE);
	assert_int_equal(access(beside(".3"), F_OK), -1);
	assert_int_equal(access(beside(".new"), F_OK), -1);
	assert_int_equal(sink_follow(sink), 0);
	unlink(beside(".1"));
	unlink(beside(".2"));
}

static void record_over_the_limit_has_a_file_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, 1, 3);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_content_of(beside(".1"), LINE);
	assert_int_equal(access(beside(".2"), F_OK), -1);
	unlink(beside(".1"));
}

static void who_could_read_the_full_file_can_read_the_new_one(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(chmod(path, 0640), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	unlink(beside(".1"));
}

static void full_file_that_cannot_be_moved_goes_on_and_is_told_once_a_look(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(mkdir(beside(".1"), 0700), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(access(beside(".new"), F_OK), -1);
	assert_int_equal(rmdir(beside(".1")), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE LINE LINE LINE);
	assert_int_equal(sink_follow(sink), -EISDIR);
	assert_int_equal(sink_follow(sink), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE);
	assert_int_equal(sink_lost(sink)->failed, 0);
	unlink(beside(".1"));
}

static void file_that_is_not_ours_any_more_is_not_moved(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(rename(path, beside(".old")), 0);
	put_content("other\n");
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("other\n" LINE);
	assert_int_equal(access(beside(".1"), F_OK), -1);
	unlink(beside(".old"));
}

static void full_disk_is_counted_to_the_record_and_writing_resumes(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	assert_int_equal(sink_write(sink, record), 0);
	limit_file_size(strlen(LINE));
	for (int i = 0; i < 20; i++)
		assert_int_equal(sink_write(sink, record), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content(LINE LINE);
	assert_int_equal(sink_lost(sink)->failed, 20);
	assert_int_equal(sink_lost(sink)->cut, 0);
}

static void link_is_followed_only_where_nobody_else_could_put_it(void **state)
{
	(void)state;
	put_content("");
	assert_int_equal(rename(path, beside(".there")), 0);
	assert_int_equal(symlink(beside(".there"), path), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), -ELOOP);
	assert_int_equal(chmod(directory, 0700), 0);
	assert_int_equal(sink_open(&sink, path, SINK_JSON), 0);
	sink_limit(sink, strlen(LINE), 1);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_follow(sink), -ELOOP);
	assert_content_of(beside(".there"), LINE LINE);
	unlink(beside(".there"));
}

static void text_is_written_where_it_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(sink_open(&sink, path, SINK_TEXT), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_content("(no time) DAEMON     started\n    no policy\n");
}

/* Reads what a terminal was written. */
static void read_terminal(int fd, char *text, size_t size)
{
	ssize_t length = read(fd, text, size - 1);

	text[length > 0 ? length : 0] = '\0';
}

static void terminal_gets_text_and_colours_unless_refused(void **state)
{
	static const struct {
		const char *term, *no_colour;
		bool coloured;
	} cases[] = {
		{ "xterm", NULL, true }, { "xterm", "", true }, { "xterm", "1", false },
		{ "dumb", NULL, false }, { NULL, NULL, false },
	};
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	char text[1024];

	(void)state;
	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal) | unlockpt(terminal), 0);
	assert_int_equal(sink_open(&sink, ptsname(terminal), SINK_AUTO), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsetenv("TERM");
		unsetenv("NO_COLOR");
		if (cases[i].term)
			setenv("TERM", cases[i].term, 1);
		if (cases[i].no_colour)
			setenv("NO_COLOR", cases[i].no_colour, 1);
		assert_int_equal(sink_write(sink, record), 0);
		read_terminal(terminal, text, sizeof(text));
		assert_non_null(strstr(text, "DAEMON"));
		assert_int_equal(strchr(text, '\033') != NULL, cases[i].coloured);
	}
	close(terminal);
}

static void standard_output_is_written_and_left_open(void **state)
{
	int saved = dup(STDOUT_FILENO);
	int file = open(path, O_WRONLY | O_CREAT, 0600);

	(void)state;
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	assert_int_equal(sink_open(&sink, "-", SINK_AUTO), 0);
	assert_int_equal(sink_write(sink, record), 0);
	assert_int_equal(sink_reopen(sink), 0);
	sink_close(sink);
	sink = NULL;
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(file);
	assert_content(LINE);
}

static int standard_output_to_pipe(int *reader)
{
	int saved = dup(STDOUT_FILENO);
	int ends[2];

	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	*reader = ends[0];
	return saved;
}

/* Reads what is in the pipe; whether that is whole lines. */
static bool drained_whole_lines(int reader, size_t lines)
{
	char text[8192];
	ssize_t size = read(reader, text, sizeof(text));
	bool whole = size == (ssize_t)(lines * strlen(LINE));

	for (size_t i = 0; whole && i < lines; i++)
		whole = !memcmp(text + i * strlen(LINE), LINE, strlen(LINE));
	return whole;
}

static void standard_output_that_nobody_drains_does_not_block_and_loss_is_counted(void **state)
{
	size_t room = 4096 / strlen(LINE), written = 0;
	int reader, errors[3], saved = standard_output_to_pipe(&reader);
	int opened, resumed, flags;
	bool first, second;

	(void)state;
	alarm(10);
	opened = sink_open(&sink, "-", SINK_JSON);
	while (written <= room && !sink_write(sink, record))
		written++;
	for (int i = 0; i < 3; i++)
		errors[i] = sink_write(sink, record);
	first = drained_whole_lines(reader, room);
	resumed = sink_write(sink, record);
	second = drained_whole_lines(reader, 1);
	flags = fcntl(STDOUT_FILENO, F_GETFL);
	alarm(0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(reader);
	assert_int_equal(opened | resumed, 0);
	assert_int_equal(written, room);
	for (int i = 0; i < 3; i++)
		assert_int_equal(errors[i], -EAGAIN);
	assert_true(first && second);
	assert_int_equal(sink_lost(sink)->failed, 4);
	assert_int_equal(sink_lost(sink)->cut, 0);
	assert_false(flags & O_NONBLOCK);
}

static void format_words_are_whole(void **state)
{
	enum sink_format format = SINK_AUTO;

	(void)state;
	assert_int_equal(sink_format_parse("json", &format), 0);
	assert_int_equal(format, SINK_JSON);
	assert_int_equal(sink_format_parse("jso", &format), -EINVAL);
	assert_int_equal(sink_format_parse("jsonl", &format), -EINVAL);
	assert_int_equal(sink_format_parse("", &format), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(appends_one_line_a_record),
		TEST(creates_the_file_for_its_owner_only),
		TEST(half_a_line_that_was_there_is_ended_first),
		TEST(cut_record_is_counted_and_never_glued_to_the_next),
		TEST(record_cut_before_its_newline_is_still_ended),
		TEST(full_disk_is_counted),
		TEST(broken_pipe_is_an_error_and_no_signal),
		TEST(pipe_that_nobody_reads_does_not_block_the_start),
		TEST(pipe_that_is_full_does_not_block_the_daemon),
		TEST(reopening_follows_a_rotation),
		TEST(failed_reopening_keeps_the_old_file),
		TEST(renamed_file_is_followed_within_a_look),
		TEST(file_put_in_its_place_is_followed),
		TEST(removed_file_is_made_again_before_the_next_record),
		TEST(removed_file_that_cannot_be_made_again_is_a_loss),
		TEST(file_that_cannot_be_followed_stays_in_use),
		TEST(pipe_is_not_followed),
		TEST(full_file_becomes_the_first_of_those_kept),
		TEST(record_over_the_limit_has_a_file_of_its_own),
		TEST(who_could_read_the_full_file_can_read_the_new_one),
		TEST(full_file_that_cannot_be_moved_goes_on_and_is_told_once_a_look),
		TEST(file_that_is_not_ours_any_more_is_not_moved),
		TEST(full_disk_is_counted_to_the_record_and_writing_resumes),
		TEST(link_is_followed_only_where_nobody_else_could_put_it),
		TEST(text_is_written_where_it_is_asked_for),
		TEST(terminal_gets_text_and_colours_unless_refused),
		TEST(standard_output_is_written_and_left_open),
		TEST(standard_output_that_nobody_drains_does_not_block_and_loss_is_counted),
		TEST(format_words_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
