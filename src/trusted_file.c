// SPDX-License-Identifier: GPL-2.0-or-later
#include "trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "trusted_directory.h"

/* O_NONBLOCK: opening a FIFO or a device returns at once and fstat() tells what it is. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* Reads until the end of the file, whatever its size was said to be. */
static int fd_read(int fd, size_t expected, size_t max, char **data, size_t *size)
{
	size_t room = (expected < max ? expected : max) + 2;
	auto_free char *bytes = malloc(room);
	size_t filled = 0;

	while (bytes) {
		ssize_t n = read(fd, bytes + filled, room - 1 - filled);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0) {
			bytes[filled] = '\0';
			*data = take_pointer(bytes);
			*size = filled;
			return 0;
		}
		filled += n > 0 ? (size_t)n : 0;
		if (filled > max)
			return -EFBIG;
		if (filled == room - 1) {
			char *more = realloc(bytes, room *= 2);

			if (!more)
				return -ENOMEM;
			bytes = more;
		}
	}
	return -ENOMEM;
}

static int fd_read_checked(int fd, const struct stat *st, size_t max, char **data, size_t *size)
{
	if (st->st_size > 0 && (uintmax_t)st->st_size > max)
		return -EFBIG;
	return fd_read(fd, (size_t)st->st_size, max, data, size);
}

int file_read_fd(int fd, size_t max, char **data, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return fd_read_checked(fd, &st, max, data, size);
}

int file_read(const char *path, size_t max, char **data, size_t *size)
{
	auto_close int fd = open(path, OPEN_FLAGS);

	return fd < 0 ? -errno : file_read_fd(fd, max, data, size);
}

bool owner_is_trusted(uid_t owner)
{
	const char *sudo = getenv("SUDO_UID");
	char uid[16];

	if (owner == 0 || owner == geteuid())
		return true;
	snprintf(uid, sizeof(uid), "%u", owner);
	return geteuid() == 0 && sudo && !strcmp(sudo, uid);
}

const char *mode_writers(mode_t mode)
{
	if (mode & S_IWOTH)
		return "others";
	return mode & S_IWGRP ? "its group" : NULL;
}

static int trust_check(const char *path, const struct stat *st, struct place place,
		       struct diags *diags)
{
	if (!S_ISREG(st->st_mode))
		return diag_error(diags, place, "'%s' is not a regular file", path);
	if (!owner_is_trusted(st->st_uid))
		return diag_error(diags, place,
				  "'%s' belongs to uid %u, who could change it; run chown root",
				  path, st->st_uid);
	if (mode_writers(st->st_mode))
		return diag_error(diags, place, "%s can write '%s' (mode %04o); run chmod go-w",
				  mode_writers(st->st_mode), path, st->st_mode & 07777);
	return 0;
}

int trusted_file_read(const char *path, size_t max, struct place place, char **data, size_t *size,
		      struct diags *diags)
{
	auto_close int fd = open(path, OPEN_FLAGS);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return diag_error(diags, place, "cannot open '%s': %s", path, strerror(errno));
	r = trust_check(path, &st, place, diags);
	r = r ?: trusted_directory_check(path, place, diags);
	if (r < 0)
		return r;
	r = fd_read_checked(fd, &st, max, data, size);
	if (r == -EFBIG)
		return diag_error(diags, place, "'%s' is over %zu MiB", path, max >> 20);
	if (r < 0 && r != -ENOMEM)
		return diag_error(diags, place, "cannot read '%s': %s", path, strerror(-r));
	return r;
}
