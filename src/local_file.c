// SPDX-License-Identifier: GPL-2.0-or-later
#include "local_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <mntent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "cleanup.h"

#define MOUNT_TEXT_SIZE 16384

/* Not overlay: what it is laid over may be anything. */
static const char *const local_types[] = {
	"bcachefs", "btrfs", "cramfs", "devtmpfs", "erofs",   "exfat", "ext2",
	"ext3",     "ext4",  "f2fs",   "hfsplus",  "iso9660", "jfs",   "msdos",
	"nilfs2",   "ntfs3", "ramfs",  "reiserfs", "rootfs",  "romfs", "squashfs",
	"tmpfs",    "ubifs", "udf",    "vfat",     "xfs",     "zfs",
};

bool filesystem_is_local(const char *type)
{
	for (size_t i = 0; i < sizeof(local_types) / sizeof(*local_types); i++)
		if (!strcmp(type, local_types[i]))
			return true;
	return false;
}

static bool path_is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) && (path[length] == '/' || !path[length]);
}

bool path_is_local(const char *path, FILE *mounts)
{
	char text[MOUNT_TEXT_SIZE];
	struct mntent mount;

	while (getmntent_r(mounts, &mount, text, sizeof(text))) {
		/* The root is what this program lives on, whatever it is. */
		if (!strcmp(mount.mnt_dir, "/"))
			continue;
		if (path_is_below(path, mount.mnt_dir) && !filesystem_is_local(mount.mnt_type))
			return false;
	}
	return true;
}

static bool is_local_here(const char *path)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	bool is_local;

	if (!mounts)
		return false;
	is_local = path_is_local(path, mounts);
	endmntent(mounts);
	return is_local;
}

int local_file_open(const char *path)
{
	/* O_NONBLOCK: opening a FIFO or a device returns at once and fstat() tells what it is. */
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	auto_close int fd = -1;
	struct stat st;

	if (*path != '/' || !is_local_here(path))
		return -EREMOTE;
	fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) ? take_fd(fd) : -EINVAL;
}
