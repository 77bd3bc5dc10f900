// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a set is not where it was pinned any more is put back: its descriptors are still here. */
#include "pins_path.h"
#include "pins_root.h"
#include "pins_state.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

/* What the kernel tells of each kind of object begins so, and is of a size of its own. */
struct object {
	struct {
		__u32 type;
		__u32 id;
	} head;
	__u32 size;
};

static int object_of(int fd, struct object *object)
{
	__u64 info[64] = {};

	object->size = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, info, &object->size))
		return -errno;
	memcpy(&object->head, info, sizeof(object->head));
	return 0;
}

/* Whether a path is this object's; negative errno: that cannot be told now. */
static int is_at(const char *path, int fd)
{
	auto_close int there = bpf_obj_get(path);
	struct object seen, meant;
	int error;

	if (there < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -errno : 0;
	error = object_of(there, &seen) ?: object_of(fd, &meant);
	return error
		       ?: seen.head.type == meant.head.type && seen.head.id == meant.head.id &&
				  seen.size == meant.size;
}

static int clear_way(const char *path)
{
	if (!unlink(path) || errno == ENOENT)
		return 0;
	return errno == EISDIR ? pins_remove_tree(path) : -errno;
}

int pins_mend_at(const char *path, int fd)
{
	int found = is_at(path, fd), error;

	if (found)
		return found < 0 ? found : 0;
	error = clear_way(path);
	if (error)
		return error;
	return bpf_obj_pin(fd, path) ? -errno : 1;
}

/* One that leads elsewhere, or is somebody else's, is none. */
static int mend_directory(const char *path)
{
	struct stat status;

	if (!mkdir(path, 0700))
		return 0;
	if (errno != EEXIST || lstat(path, &status))
		return -errno;
	if (S_ISDIR(status.st_mode) && status.st_uid == geteuid())
		return 0;
	if (S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path))
		return -errno;
	return mkdir(path, 0700) ? -errno : 0;
}

int pins_mend_directories(const struct pins *pins, uint32_t epoch)
{
	static const char *const names[] = { "", "maps", "links" };
	auto_close int root = pins_root_open();
	char path[PATH_MAX];
	int error = root < 0 ? root : 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !error; i++) {
		pins_path(pins->number, names[i], path, sizeof(path));
		path[strlen(path) - !*names[i]] = '\0';
		error = mend_directory(path);
	}
	if (error)
		return error;
	snprintf(path, sizeof(path), PINS_ROOT "/%u/links/%u", pins->number, epoch);
	return mend_directory(path);
}

int pins_mend_link(const struct pins *pins, uint32_t epoch, const char *name, int fd)
{
	char path[PATH_MAX];

	pins_link_path(pins, epoch, name, path, sizeof(path));
	return pins_mend_at(path, fd);
}

/* The account last: without it there is no set. */
int pins_mend_own(const struct pins *pins)
{
	char path[PATH_MAX];
	int count = pins_mend_maps(pins), mended;

	if (count < 0)
		return count;
	pins_path(pins->number, "about", path, sizeof(path));
	mended = pins_mend_at(path, pins->about_fd);
	return mended < 0 ? mended : count + mended;
}
