// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "json_memory.h"
#include "outlet.h"
#include "record_text.h"
#include "terminal.h"

/* O_NONBLOCK only matters for pipes: without it the open would wait for a reader. */
#define OPEN_FLAGS (O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

struct sink {
	char *path;
	int fd;
	struct outlet outlet; /* of that */
	enum sink_format format;
	bool is_terminal;
	bool is_file;
	bool in_line; /* what is there does not end in a newline */
	uint64_t limit;
	unsigned int keep;
	int trouble; /* why a full file could not be begun anew, since the last sink_follow() */
	struct sink_lost lost;
	sink_show_fn *show;
	void *arg;
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

/* Nobody else can put a symbolic link there, and lead root's records to where it points. */
static bool links_are_trusted(const char *path)
{
	auto_free char *copy = strdup(path);
	struct stat st;

	return copy && !stat(dirname(copy), &st) && (!st.st_uid || st.st_uid == geteuid()) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static int open_to_append(const char *path)
{
	int fd = open(path, OPEN_FLAGS | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == ELOOP) {
		if (links_are_trusted(path))
			fd = open(path, OPEN_FLAGS, 0600);
		else
			errno = ELOOP;
	}
	return fd < 0 ? -errno : fd;
}

static void sink_use(struct sink *sink, int fd)
{
	struct stat st = {};

	sink->fd = fd;
	sink->is_terminal = isatty(fd);
	fstat(fd, &st);
	sink->is_file = fd != STDOUT_FILENO && S_ISREG(st.st_mode);
	outlet_use(&sink->outlet, fd);
}

static int sink_attach(struct sink *sink)
{
	int fd;

	if (is_standard_output(sink->path)) {
		fd = outlet_open(STDOUT_FILENO);
	} else {
		fd = open_to_append(sink->path);
		if (fd < 0)
			return fd;
		sink->in_line = file_has_open_line(sink->path, fd);
	}
	sink_use(sink, fd);
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
	int error;

	if (is_standard_output(sink->path))
		return 0;
	error = sink_attach(sink);
	if (!error)
		close(old);
	return error;
}

static bool is_what_the_path_names(const struct sink *sink)
{
	struct stat named, open;

	return !stat(sink->path, &named) && !fstat(sink->fd, &open) &&
	       named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

int sink_follow(struct sink *sink)
{
	int trouble = sink->trouble;
	int error = 0;

	sink->trouble = 0;
	if (sink->is_file && !is_what_the_path_names(sink))
		error = sink_reopen(sink);
	return error ?: trouble;
}

void sink_limit(struct sink *sink, uint64_t limit, unsigned int keep)
{
	sink->limit = limit;
	sink->keep = keep;
}

static int suffixed(char name[PATH_MAX], const char *path, const char *suffix)
{
	return snprintf(name, PATH_MAX, "%s.%s", path, suffix) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* FILE.1 becomes FILE.2 and so on; the last one goes. */
static int shift_kept(const struct sink *sink)
{
	char from[PATH_MAX], to[PATH_MAX], suffix[16];

	for (unsigned int i = sink->keep - 1; i; i--) {
		snprintf(suffix, sizeof(suffix), "%u", i + 1);
		suffixed(to, sink->path, suffix);
		snprintf(suffix, sizeof(suffix), "%u", i);
		suffixed(from, sink->path, suffix);
		if (rename(from, to) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static int swap_in(const struct sink *sink, const char *fresh)
{
	char first[PATH_MAX];
	int error;

	error = suffixed(first, sink->path, "1") ?: shift_kept(sink);
	if (error)
		return error;
	if (rename(sink->path, first))
		return -errno;
	if (!rename(fresh, sink->path))
		return 0;
	error = -errno;
	rename(first, sink->path);
	return error;
}

/* Who may read the records may go on to. */
static void keep_access(int old, int fresh)
{
	struct stat st;

	if (!fstat(old, &st) && !fchown(fresh, st.st_uid, st.st_gid))
		fchmod(fresh, st.st_mode & 0777);
}

/* The new file is there before the old one is moved: what can fail has failed by then. */
static int sink_begin_anew(struct sink *sink)
{
	auto_close int fd = -1;
	char fresh[PATH_MAX];
	struct stat named;
	int error;

	if (lstat(sink->path, &named))
		return -errno;
	if (S_ISLNK(named.st_mode))
		return -ELOOP;
	/* As long as the longest name that is going to be made. */
	error = suffixed(fresh, sink->path, "4294967295") ?: suffixed(fresh, sink->path, "new");
	if (error)
		return error;
	unlink(fresh);
	fd = open(fresh, OPEN_FLAGS | O_EXCL, 0600);
	if (fd < 0)
		return -errno;
	keep_access(sink->fd, fd);
	error = swap_in(sink, fresh);
	if (error) {
		unlink(fresh);
		return error;
	}
	close(sink->fd);
	sink_use(sink, take_fd(fd));
	sink->in_line = false;
	return 0;
}

/* Before a record of that size: what is open is a file that is there, and has room. */
static int sink_prepare(struct sink *sink, size_t size)
{
	struct stat st;

	if (!sink->is_file || fstat(sink->fd, &st))
		return 0;
	if (!st.st_nlink)
		return sink_reopen(sink);
	if (sink->limit && st.st_size && st.st_size + size > sink->limit && !sink->trouble)
		sink->trouble =
			is_what_the_path_names(sink) ? sink_begin_anew(sink) : sink_reopen(sink);
	return 0;
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

static char *sink_text(const struct sink *sink, const json_t *record)
{
	struct record_text_style style = {};

	if (sink->is_terminal) {
		style.colour =
			terminal_has_colour(sink->fd) ? RECORD_TEXT_COLOUR : RECORD_TEXT_PLAIN;
		style.width = terminal_width(sink->fd);
	}
	return record_text(record, &style);
}

bool sink_is_text(const struct sink *sink)
{
	return sink->format == SINK_TEXT || (sink->format == SINK_AUTO && sink->is_terminal);
}

/* The record with its newline, and one before it for where a line is still open. */
static char *sink_render(const struct sink *sink, const json_t *record)
{
	bool is_text = sink_is_text(sink);
	auto_free char *body = is_text ? sink_text(sink, record) : json_text(record, JSON_COMPACT);
	char *rendered;

	if (!body || asprintf(&rendered, "\n%s%s", body, is_text ? "" : "\n") < 0)
		return NULL;
	return rendered;
}

void sink_show(struct sink *sink, sink_show_fn *show, void *arg)
{
	sink->show = show;
	sink->arg = arg;
}

/* Between two newlines. */
static void show_line(const struct sink *sink, const char *rendered, size_t size)
{
	if (sink->show)
		sink->show(rendered + 1, size - 2, sink->arg);
}

int sink_write(struct sink *sink, const json_t *record)
{
	auto_free char *rendered = sink_render(sink, record);
	size_t size = rendered ? strlen(rendered) : 0;
	int error = rendered ? sink_prepare(sink, size - !sink->in_line) : -ENOMEM;
	const char *line;
	ssize_t written;

	if (error) {
		sink->lost.failed++;
		return error;
	}
	show_line(sink, rendered, size);
	line = sink->in_line ? rendered : rendered + 1;
	size -= line - rendered;
	written = outlet_write(&sink->outlet, line, size);
	if (written <= 0) {
		sink->lost.failed++;
		return written ? -errno : -EIO;
	}
	sink->in_line = line[written - 1] != '\n';
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
