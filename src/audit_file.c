// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_file.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#define BYTES_PER_TURN (128U << 10)
#define FILES_MAX      999 /* the most that auditd keeps */

/* Looks without being told: for file systems and mounts that inotify does not cover. */
static const struct timeval period = { .tv_sec = 1 };
static const struct timeval at_once = {};

struct audit_file {
	char *path;
	struct audit_file_calls calls;
	int fd; /* -1: there is none */
	int error;
	off_t at;        /* where the next byte is read */
	bool is_passing; /* what comes up to the next end of a line is not to be had */
	size_t filled;   /* bytes of line */
	int inotify;
	struct event *changed;
	struct event *look;
	char line[AUDIT_FILE_LINE_MAX];
};

static int open_file(const char *path, struct stat *st)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, st))
		return -errno;
	return S_ISREG(st->st_mode) ? take_fd(fd) : -EINVAL;
}

static void lose(struct audit_file *file)
{
	file->calls.lost(file->calls.arg);
}

/* What was begun of a line will not be ended. */
static void drop_line(struct audit_file *file)
{
	if (file->filled || file->is_passing)
		lose(file);
	file->filled = 0;
	file->is_passing = false;
}

static void switch_to(struct audit_file *file, int fd)
{
	cleanup_close(&file->fd);
	file->fd = fd;
	file->error = fd < 0 ? fd : 0;
	file->at = 0;
	drop_line(file);
}

/* Into the middle of a line, maybe: its first part has been missed. */
static void begin_at_end(struct audit_file *file, off_t size)
{
	char last = '\n';

	file->at = size;
	if (size && pread(file->fd, &last, 1, size - 1) == 1 && last != '\n')
		file->is_passing = true;
}

static void take_piece(struct audit_file *file, const char *piece, size_t size, bool is_end)
{
	if (!file->is_passing && size > sizeof(file->line) - file->filled) {
		lose(file);
		file->is_passing = true;
	}
	if (!file->is_passing) {
		memcpy(file->line + file->filled, piece, size);
		file->filled += size;
	}
	if (!is_end)
		return;
	if (!file->is_passing)
		file->calls.line(file->line, file->filled, file->calls.arg);
	file->filled = 0;
	file->is_passing = false;
}

static void take_bytes(struct audit_file *file, const char *bytes, size_t size)
{
	const char *end;

	for (; (end = memchr(bytes, '\n', size)); size -= end + 1 - bytes, bytes = end + 1)
		take_piece(file, bytes, end - bytes, true);
	take_piece(file, bytes, size, false);
}

/* Up to the end that it has now, or *left bytes. */
static void read_some(struct audit_file *file, size_t *left)
{
	char bytes[16 << 10];

	while (*left) {
		ssize_t n = pread(file->fd, bytes, sizeof(bytes) < *left ? sizeof(bytes) : *left,
				  file->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			file->error = -errno;
		if (n <= 0)
			return;
		file->error = 0;
		file->at += n;
		*left -= n;
		take_bytes(file, bytes, n);
	}
}

static void find_truncation(struct audit_file *file)
{
	struct stat st;

	if (fstat(file->fd, &st) || st.st_size >= file->at)
		return;
	/* What was written since the last turn, and then truncated, nobody has seen. */
	lose(file);
	file->filled = 0;
	file->is_passing = false;
	file->at = 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* 0: the file itself, with no number behind it. */
static void make_name(const struct audit_file *file, unsigned int number, char name[PATH_MAX])
{
	if (number)
		snprintf(name, PATH_MAX, "%s.%u", file->path, number);
	else
		snprintf(name, PATH_MAX, "%s", file->path);
}

/* Which one the file that is open has become; 0: none that is there. */
static unsigned int number_of(const struct audit_file *file, const struct stat *ours)
{
	char name[PATH_MAX];
	struct stat st;

	for (unsigned int number = 1; number <= FILES_MAX; number++) {
		make_name(file, number, name);
		if (stat(name, &st))
			return 0;
		if (is_same(&st, ours))
			return number;
	}
	return 0;
}

/* True: another file is open now, to be read from its beginning. */
static bool open_next(struct audit_file *file)
{
	struct stat ours, now;
	char name[PATH_MAX];
	unsigned int number;
	int fd;

	if (stat(file->path, &now))
		return false; /* until there is one, what is open may go on */
	if (file->fd >= 0 && (fstat(file->fd, &ours) || is_same(&ours, &now)))
		return false;
	number = file->fd >= 0 ? number_of(file, &ours) : 0;
	/* It is gone, and with it perhaps others that came between. */
	if (file->fd >= 0 && !number)
		lose(file);
	make_name(file, number ? number - 1 : 0, name);
	fd = open_file(name, &now);
	if (fd < 0) {
		file->error = fd;
		return false;
	}
	switch_to(file, fd);
	return true;
}

/*
 * The writer has closed a file before there is another one of its name, so that one more look at
 * it, after the other one was seen, finds the last of it.
 */
void audit_file_read(struct audit_file *file)
{
	size_t left = BYTES_PER_TURN;
	struct stat now, ours;

	do {
		if (file->fd < 0)
			continue;
		find_truncation(file);
		read_some(file, &left);
		if (left && !stat(file->path, &now) && !fstat(file->fd, &ours) &&
		    !is_same(&now, &ours))
			read_some(file, &left);
	} while (left && open_next(file));
	evtimer_add(file->look, left ? &period : &at_once);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	audit_file_read(arg);
}

/* What happened is looked at anyway; that something did is enough. */
static void on_changed(evutil_socket_t fd, short what, void *arg)
{
	char events[4096];

	(void)what;
	while (read(fd, events, sizeof(events)) == sizeof(events))
		;
	audit_file_read(arg);
}

/* Of the directory, which covers the files in it. Without it, the timer is what is left. */
static int watch_directory(struct audit_file *file, struct event_base *base)
{
	const char *slash = strrchr(file->path, '/');
	auto_free char *directory =
		slash ? strndup(file->path, slash == file->path ? 1 : slash - file->path)
		      : strdup(".");
	const unsigned int events = IN_MODIFY | IN_CREATE | IN_MOVE | IN_DELETE;

	if (!directory)
		return -ENOMEM;
	if (access(directory, F_OK))
		return -errno;
	file->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (file->inotify < 0 || inotify_add_watch(file->inotify, directory, events) < 0)
		return 0;
	file->changed = event_new(base, file->inotify, EV_READ | EV_PERSIST, on_changed, file);
	return file->changed && !event_add(file->changed, NULL) ? 0 : -ENOMEM;
}

static int begin(struct audit_file *file, struct event_base *base, const char *path)
{
	struct stat st;
	int error;

	file->path = strdup(path);
	file->look = evtimer_new(base, on_look, file);
	if (!file->path || !file->look || evtimer_add(file->look, &period))
		return -ENOMEM;
	error = watch_directory(file, base);
	if (error)
		return error;
	file->fd = open_file(path, &st);
	if (file->fd >= 0)
		begin_at_end(file, st.st_size);
	else if (file->fd != -ENOENT)
		return file->fd;
	else
		file->error = file->fd;
	return 0;
}

int audit_file_new(struct audit_file **ret, struct event_base *base, const char *path,
		   const struct audit_file_calls *calls)
{
	struct audit_file *file = calloc(1, sizeof(*file));
	int error;

	if (!file)
		return -ENOMEM;
	file->calls = *calls;
	file->fd = -1;
	file->inotify = -1;
	error = begin(file, base, path);
	if (error)
		audit_file_free(file);
	else
		*ret = file;
	return error;
}

void audit_file_free(struct audit_file *file)
{
	if (!file)
		return;
	if (file->changed)
		event_free(file->changed);
	if (file->look)
		event_free(file->look);
	cleanup_close(&file->inotify);
	cleanup_close(&file->fd);
	free(file->path);
	free(file);
}

int audit_file_error(const struct audit_file *file)
{
	return file->error;
}
