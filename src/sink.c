// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "record_text.h"

struct sink {
	char *path;
	int fd;
	enum sink_format format;
	bool is_terminal;
	bool in_line; /* what is there does not end in a newline */
	struct sink_lost lost;
};

static const char *const format_names[] = {
	[SINK_AUTO] = "auto",
	[SINK_JSON] = "json",
	[SINK_TEXT] = "text",
};

int sink_format_parse(const char *word, enum sink_format *ret)
{
	for (size_t i = 0; i < sizeof(format_names) / sizeof(*format_names); i++) {
		if (!strcmp(format_names[i], word)) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

static bool is_standard_output(const char *path)
{
	return !strcmp(path, "-");
}

/* A daemon that was killed in the middle of a record leaves half a line. */
static bool file_has_open_line(const char *path, int fd)
{
	auto_close int reader = -1;
	struct stat written, read;
	char last;

	if (fstat(fd, &written) || !S_ISREG(written.st_mode) || !written.st_size)
		return false;
	reader = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (reader < 0 || fstat(reader, &read))
		return true;
	if (read.st_dev != written.st_dev || read.st_ino != written.st_ino)
		return true;
	return pread(reader, &last, 1, written.st_size - 1) != 1 || last != '\n';
}

/* Non-blocking only matters for pipes: without it the open would wait for a reader. */
static int sink_attach(struct sink *sink)
{
	int fd = STDOUT_FILENO;

	if (!is_standard_output(sink->path)) {
		fd = open(sink->path,
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
		if (fd < 0)
			return -errno;
		sink->in_line = file_has_open_line(sink->path, fd);
	}
	sink->fd = fd;
	sink->is_terminal = isatty(fd);
	return 0;
}

int sink_open(struct sink **ret, const char *path, enum sink_format format)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	int error = -ENOMEM;

	if (!sink)
		return -ENOMEM;
	sink->fd = -1;
	sink->format = format;
	sink->path = strdup(path);
	if (sink->path)
		error = sink_attach(sink);
	if (error) {
		sink_close(sink);
		return error;
	}
	*ret = sink;
	return 0;
}

int sink_reopen(struct sink *sink)
{
	int old = sink->fd;
	int error = sink_attach(sink);

	if (!error && old != sink->fd)
		close(old);
	return error;
}

void sink_close(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->fd >= 0 && sink->fd != STDOUT_FILENO)
		close(sink->fd);
	free(sink->path);
	free(sink);
}

static bool wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org */
	const char *term = getenv("TERM");

	return !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
}

static char *sink_text(const struct sink *sink, const json_t *record)
{
	struct record_text_style style = {};
	struct winsize window;

	if (sink->is_terminal) {
		style.colour = wants_colour() ? RECORD_TEXT_COLOUR : RECORD_TEXT_PLAIN;
		if (!ioctl(sink->fd, TIOCGWINSZ, &window))
			style.width = window.ws_col;
	}
	return record_text(record, &style);
}

/* The record as it is written, with its newline and one before it where a line is still open. */
static char *sink_render(const struct sink *sink, const json_t *record)
{
	bool is_text =
		sink->format == SINK_TEXT || (sink->format == SINK_AUTO && sink->is_terminal);
	auto_free char *body = is_text ? sink_text(sink, record) : json_dumps(record, JSON_COMPACT);
	char *rendered;

	if (!body ||
	    asprintf(&rendered, "%s%s%s", sink->in_line ? "\n" : "", body, is_text ? "" : "\n") < 0)
		return NULL;
	return rendered;
}

/* write(2) without SIGPIPE, whatever the program does about that signal. */
static ssize_t write_quietly(int fd, const char *data, size_t size)
{
	const struct timespec now = {};
	sigset_t pipe, pending, before;
	ssize_t written;
	int error;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	do
		written = write(fd, data, size);
	while (written < 0 && errno == EINTR);
	error = errno;
	if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return written;
}

int sink_write(struct sink *sink, const json_t *record)
{
	auto_free char *rendered = sink_render(sink, record);
	size_t size = rendered ? strlen(rendered) : 0;
	ssize_t written;

	if (!rendered) {
		sink->lost.failed++;
		return -ENOMEM;
	}
	written = write_quietly(sink->fd, rendered, size);
	if (written <= 0) {
		sink->lost.failed++;
		return written ? -errno : -EIO;
	}
	sink->in_line = rendered[written - 1] != '\n';
	if ((size_t)written < size) {
		sink->lost.cut++;
		return -EIO;
	}
	return 0;
}

const struct sink_lost *sink_lost(const struct sink *sink)
{
	return &sink->lost;
}
