// SPDX-License-Identifier: GPL-2.0-or-later
#include "file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "path_follow.h"

#define ASIDE_SUFFIX ".XXXXXX"
#define NEW_MODE     0600

int file_write_fd(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size) {
		ssize_t written = write(fd, at, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		size -= written;
	}
	return 0;
}

/* The path to rename to, which a symbolic link may lead to, and the mode that it is to have. */
static int target_find(const char *path, char **target, mode_t *mode)
{
	int error = path_follow(path, target);
	struct stat st;

	*mode = NEW_MODE;
	if (error)
		return error;
	if (lstat(*target, &st))
		return errno == ENOENT ? 0 : -errno;
	/* Of somebody else's file, who may have made it for what is to come, nothing is taken over.
	 */
	if (st.st_uid == geteuid())
		*mode = st.st_mode & 0777;
	return S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

static int fill(int fd, const void *bytes, size_t size, mode_t mode)
{
	int error = file_write_fd(fd, bytes, size);

	if (!error && fchmod(fd, mode))
		error = -errno;
	/* Some file systems tell only here that there was no room. */
	if (close(fd) && !error)
		error = -errno;
	return error;
}

int file_replace(const char *path, const void *bytes, size_t size)
{
	auto_free char *target = NULL, *aside = NULL;
	mode_t mode;
	int error = target_find(path, &target, &mode);
	int fd;

	if (error)
		return error;
	if (asprintf(&aside, "%s" ASIDE_SUFFIX, target) < 0)
		return -ENOMEM;
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = fill(fd, bytes, size, mode);
	if (!error && rename(aside, target))
		error = -errno;
	if (error)
		unlink(aside);
	return error;
}
