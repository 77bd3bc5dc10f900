// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_tail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "record.h"

/* How every record of an operation begins, with the boot id in its place: see record.h. */
#define HEAD "{\"schema\":\"" RECORD_SCHEMA "\",\"id\":\"%.8s-"
#define TYPE "\",\"type\":\"operation\","
/* In a text within the record the quotes would be escaped. */
#define REPEATED "\"repeated\":{"

/* The file itself is number 0; those that it was moved to, the last one first, are 1, 2 and so on.
 */
static int open_log(const char *path, unsigned int number, size_t *size)
{
	auto_close int fd = -1;
	char name[PATH_MAX];
	struct stat st;

	if (snprintf(name, sizeof(name), number ? "%s.%u" : "%s", path, number) >=
	    (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*size = st.st_size;
	return take_fd(fd);
}

/* Into bytes, which have room; *size is what was there. */
static int read_at(int fd, char *bytes, size_t *size, off_t at)
{
	size_t filled = 0;

	while (filled < *size) {
		ssize_t n = pread(fd, bytes + filled, *size - filled, at + filled);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		filled += n;
	}
	*size = filled;
	return 0;
}

/* The last bytes of a file, max of them. */
static int read_end(const char *path, unsigned int number, size_t max, char **text, size_t *size)
{
	auto_free char *bytes = NULL;
	size_t whole;
	auto_close int fd = open_log(path, number, &whole);
	int error;

	if (fd < 0)
		return fd;
	*size = whole < max ? whole : max;
	bytes = malloc(*size + 1);
	error = bytes ? read_at(fd, bytes, size, whole - *size) : -ENOMEM;
	if (!error)
		*text = take_pointer(bytes);
	return error;
}

/* Of a whole line, without its end. */
static int read_line(const char *line, const char *head, log_tail_fn *call, void *arg)
{
	unsigned long part = 0;
	uint64_t seq;
	char *end;

	if (strncmp(line, head, strlen(head)))
		return 0;
	line += strlen(head);
	seq = strtoull(line, &end, 10);
	if (end == line)
		return 0;
	if (*end == '.')
		part = strtoul(end + 1, &end, 10);
	if (strncmp(end, TYPE, strlen(TYPE)))
		return 0;
	return call(seq, part, strstr(end, REPEATED), arg);
}

/* What is no line may hold anything: where the power was cut, blocks of zeros. */
static int read_lines(char *text, size_t size, const char *head, log_tail_fn *call, void *arg)
{
	char *line = text, *end;
	int result = 0;

	while (!result && (end = memchr(line, '\n', text + size - line))) {
		*end = '\0';
		/* One that was cut was ended by whoever wrote the next. */
		if (end > line && end[-1] == '}')
			result = read_line(line, head, call, arg);
		line = end + 1;
	}
	return result;
}

/* How many files the tail is in, at least one; at most *max bytes of the oldest are in it. */
static int count_files(const char *path, size_t *max)
{
	size_t left = LOG_TAIL_MAX, size;
	int files;

	*max = LOG_TAIL_MAX;
	for (files = 0;; files++) {
		auto_close int fd = open_log(path, files, &size);

		if (fd < 0)
			return files && (fd == -ENOENT || fd == -EINVAL) ? files : fd;
		if (size >= left) {
			*max = left;
			return files + 1;
		}
		left -= size;
	}
}

int log_tail_each(const char *path, const char *boot_id, log_tail_fn *call, void *arg)
{
	size_t max;
	int result = 0, files = count_files(path, &max);
	char head[64];

	if (files < 0)
		return files;
	snprintf(head, sizeof(head), HEAD, boot_id);
	while (!result && files--) {
		auto_free char *text = NULL;
		size_t size;

		result = read_end(path, files, max, &text, &size)
				 ?: read_lines(text, size, head, call, arg);
		max = LOG_TAIL_MAX;
	}
	return result;
}
