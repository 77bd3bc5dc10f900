// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "cleanup.h"

struct log_follow {
	int fd;
	const char **paths;
	size_t count;
};

int log_follow_new(struct log_follow **ret)
{
	struct log_follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return -ENOMEM;
	follow->fd = inotify_init1(IN_CLOEXEC);
	if (follow->fd < 0) {
		free(follow);
		return -errno;
	}
	*ret = follow;
	return 0;
}

void log_follow_free(struct log_follow *follow)
{
	if (!follow)
		return;
	close(follow->fd);
	free(follow->paths);
	free(follow);
}

/* The file that is there now. One that is not is seen to come by its directory. */
static int watch_file(struct log_follow *follow, const char *path)
{
	int watch = inotify_add_watch(follow->fd, path, IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF);

	return watch < 0 && errno != ENOENT ? -errno : 0;
}

static int watch_directory(struct log_follow *follow, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *directory = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");

	if (!directory)
		return -ENOMEM;
	return inotify_add_watch(follow->fd, directory, IN_CREATE | IN_MOVED_TO) < 0 ? -errno : 0;
}

int log_follow_add(struct log_follow *follow, const char *path)
{
	const char **paths = reallocarray(follow->paths, follow->count + 1, sizeof(*follow->paths));

	if (!paths)
		return -ENOMEM;
	follow->paths = paths;
	paths[follow->count++] = path;
	return watch_directory(follow, path) ?: watch_file(follow, path);
}

int log_follow_wait(struct log_follow *follow)
{
	char events[4096] __attribute__((aligned(8)));
	ssize_t n;
	int error = 0;

	do
		n = read(follow->fd, events, sizeof(events));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	for (size_t i = 0; !error && i < follow->count; i++)
		error = watch_file(follow, follow->paths[i]);
	return error;
}
