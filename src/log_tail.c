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
#include "digest.h"

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

/* What is no line may hold anything: where the power was cut, blocks of zeros. */
static int find_line(const char *text, size_t size, const __u8 wanted[MW_DIGEST_SIZE])
{
	const char *line = text, *end;
	__u8 digest[MW_DIGEST_SIZE];

	for (; (end = memchr(line, '\n', text + size - line)); line = end + 1) {
		if (digest_of(line, end - line, digest))
			return -ENOMEM;
		if (!memcmp(digest, wanted, sizeof(digest)))
			return 1;
	}
	return 0;
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

int log_tail_has(const char *path, const __u8 line[MW_DIGEST_SIZE])
{
	size_t max;
	int result = 0, files = count_files(path, &max);

	if (files < 0)
		return files;
	while (!result && files--) {
		auto_free char *text = NULL;
		size_t size;

		result = read_end(path, files, max, &text, &size) ?: find_line(text, size, line);
		max = LOG_TAIL_MAX;
	}
	return result;
}
