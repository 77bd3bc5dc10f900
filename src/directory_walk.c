// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

/* Directories that are still to be read; so no more than one is open, however deep they are. */
struct walk {
	char **waiting;
	size_t count;
	size_t room;
	directory_walk_fn *each;
	void *arg;
};

static void cleanup_walk(struct walk *walk)
{
	while (walk->count)
		free(walk->waiting[--walk->count]);
	free(walk->waiting);
}

static void cleanup_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* Takes the path's memory, whatever becomes of it. */
static int wait_for(struct walk *walk, char *path)
{
	if (walk->count == walk->room) {
		size_t room = walk->room ? walk->room * 2 : 64;
		char **larger = path ? reallocarray(walk->waiting, room, sizeof(*larger)) : NULL;

		if (!larger) {
			free(path);
			return -ENOMEM;
		}
		walk->waiting = larger;
		walk->room = room;
	}
	if (!path)
		return -ENOMEM;
	walk->waiting[walk->count++] = path;
	return 0;
}

/* What cannot be looked at is given to each() as it is: that will fail to read it, too. */
static bool is_directory(DIR *in, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(in), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

static int take_entry(struct walk *walk, DIR *in, const char *path, const struct dirent *entry)
{
	char *below;
	int error;

	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
		return 0;
	if (asprintf(&below, "%s/%s", strcmp(path, "/") ? path : "", entry->d_name) < 0)
		return -ENOMEM;
	if (is_directory(in, entry))
		return wait_for(walk, below);
	error = walk->each(below, 0, walk->arg);
	free(below);
	return error;
}

static int read_directory(struct walk *walk, const char *path, bool is_root)
{
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK |
					       (is_root ? 0 : O_NOFOLLOW));
	cleanup(cleanup_directory) DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOMEM ? -ENOMEM : walk->each(path, -errno, walk->arg);
	fd = -1; /* it is the directory's */
	while (!error && (errno = 0, entry = readdir(directory)))
		error = take_entry(walk, directory, path, entry);
	return error || !errno ? error : walk->each(path, -errno, walk->arg);
}

int directory_walk(const char *root, directory_walk_fn *each, void *arg)
{
	cleanup(cleanup_walk) struct walk walk = { .each = each, .arg = arg };
	int error = wait_for(&walk, strdup(root));

	for (bool is_root = true; !error && walk.count; is_root = false) {
		auto_free char *path = walk.waiting[--walk.count];

		error = read_directory(&walk, path, is_root);
	}
	return error;
}
