// SPDX-License-Identifier: GPL-2.0-or-later
#include "pins_root.h"

#include "cleanup.h"
#include "pins.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"
#define TRIES 8

static bool is_roots(const struct stat *status)
{
	return S_ISDIR(status->st_mode) && !status->st_uid;
}

static int make(void)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		return -ENOENT;
	return mkdir(PINS_ROOT, 0700) && errno != EEXIST ? -errno : 0;
}

int pins_root_open(void)
{
	auto_close int fd = -1;
	struct stat status;
	int error = make();

	if (error)
		return error;
	fd = open(PINS_ROOT, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EUCLEAN : -errno;
	if (fstat(fd, &status))
		return -errno;
	if (!is_roots(&status))
		return -EUCLEAN;
	if (status.st_mode & 077 && fchmod(fd, 0700))
		return -errno;
	return take_fd(fd);
}

/* Under a name that nobody can have taken before. */
static int make_aside(char *path, size_t size)
{
	int error = -EEXIST;

	for (int i = 0; i < TRIES && error == -EEXIST; i++) {
		unsigned int number;

		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return -EIO;
		snprintf(path, size, PINS_ROOT "-aside-%08x", number);
		error = mkdir(path, 0700) ? -errno : 0;
	}
	return error;
}

int pins_replace_root(void)
{
	char aside[PATH_MAX];
	int error = make_aside(aside, sizeof(aside));

	if (error)
		return error;
	if (renameat2(AT_FDCWD, aside, AT_FDCWD, PINS_ROOT, RENAME_EXCHANGE))
		error = -errno;
	if (rmdir(aside))
		unlink(aside);
	return error;
}

int pins_root_each(pins_number_fn *call, void *arg)
{
	struct stat status;

	if (lstat(PINS_ROOT, &status))
		return errno == ENOENT ? 0 : -errno;
	return is_roots(&status) ? pins_each_number(PINS_ROOT, call, arg) : 0;
}
