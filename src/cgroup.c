// SPDX-License-Identifier: GPL-2.0-or-later
#include "cgroup.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define ROOT_INODE 1 /* the first node of a kernfs; kernel/cgroup/cgroup.c checks that it is */

static int open_mounted(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char text[4096];
	int fd = -ENOENT;

	if (!mounts)
		return -errno;
	while (fd < 0 && getmntent_r(mounts, &entry, text, sizeof(text))) {
		if (strcmp(entry.mnt_type, "cgroup2"))
			continue;
		fd = open(entry.mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	endmntent(mounts);
	return fd;
}

/* A mount of our own that no path leads to. */
static int open_detached(void)
{
	auto_close int context = fsopen("cgroup2", FSOPEN_CLOEXEC);
	int fd;

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int cgroup_open_root(bool *is_root)
{
	struct stat status;
	int fd = open_mounted();

	if (fd < 0)
		fd = open_detached();
	if (fd < 0)
		return fd;
	*is_root = !fstat(fd, &status) && status.st_ino == ROOT_INODE;
	return fd;
}
