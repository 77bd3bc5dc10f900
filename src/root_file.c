// SPDX-License-Identifier: GPL-2.0-or-later
#include "root_file.h"

#include "cleanup.h"
#include "trusted_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int root_open(struct root *root, const char *path)
{
	struct stat here, there;

	root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		return -errno;
	root->is_here = !stat("/", &here) && !fstat(root->fd, &there) &&
			here.st_dev == there.st_dev && here.st_ino == there.st_ino;
	return 0;
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	root->fd = -1;
}

/* O_NONBLOCK: opening a FIFO or a device returns at once and fstat() tells what it is. */
static int open_below(const struct root *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));

	/* Kernels before 5.6 cannot keep links below a directory; the whole machine needs no
	 * keeping. */
	if (fd < 0 && errno == ENOSYS && root->is_here)
		fd = open(path, how.flags);
	return fd < 0 ? -errno : fd;
}

int root_read(const struct root *root, const char *path, size_t max, char **data, size_t *size)
{
	auto_close int fd = open_below(root, path, O_RDONLY);

	return fd < 0 ? fd : file_read_fd(fd, max, data, size);
}

void names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int names_add(char ***names, size_t *count, const char *name, size_t max)
{
	char **more;

	if (*count == max)
		return -E2BIG;
	more = reallocarray(*names, *count + 1, sizeof(**names));
	if (!more)
		return -ENOMEM;
	*names = more;
	more[*count] = strdup(name);
	return more[*count] ? (int)(*count += 1, 0) : -ENOMEM;
}

int root_list(const struct root *root, const char *path, size_t max,
	      int (*compare)(const void *, const void *), char ***names, size_t *count)
{
	int fd = open_below(root, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	*names = NULL;
	*count = 0;
	if (!dir)
		return fd < 0 ? fd : (close(fd), -ENOMEM);
	while (!r && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = names_add(names, count, entry->d_name, max);
	if (!r && errno)
		r = -errno;
	closedir(dir);
	if (r < 0) {
		names_free(*names, *count);
		*names = NULL;
		*count = 0;
	} else if (*count) {
		qsort(*names, *count, sizeof(**names), compare);
	}
	return r;
}

char *root_readlink(const struct root *root, const char *path)
{
	auto_close int fd = open_below(root, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	ssize_t size = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target));

	return size < 0 ? NULL : strndup(target, (size_t)size);
}

static bool has(const struct root *root, const char *path, int flags)
{
	auto_close int fd = open_below(root, path, O_PATH | flags);

	return fd >= 0;
}

bool root_has(const struct root *root, const char *path)
{
	return has(root, path, 0);
}

bool root_has_directory(const struct root *root, const char *path)
{
	return has(root, path, O_DIRECTORY);
}
