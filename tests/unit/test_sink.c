/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sinks: one line a record, whatever the file, the pipe or the disk does. */
#include "sink_case.h"

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
		TEST(text_is_written_where_it_is_asked_for),
		TEST(terminal_gets_text_and_colours_unless_refused),
		TEST(standard_output_is_written_and_left_open),
		TEST(standard_output_that_nobody_drains_does_not_block_and_loss_is_counted),
		TEST(format_words_are_whole),
	};

	return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
