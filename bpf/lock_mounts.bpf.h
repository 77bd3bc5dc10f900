/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pins and the socket are mounted on. */
#ifndef MODWARDEN_LOCK_MOUNTS_BPF_H
#define MODWARDEN_LOCK_MOUNTS_BPF_H

#include "warden.bpf.h"

#define MS_MOVE 8192

#define MOUNT_DEPTH 16

/*
 * The file system of the pins dies with its last mount, and the links with it. So its mount stays,
 * and all that it hangs on; and their peers in other namespaces, whose end would be theirs, too.
 */
static __always_inline bool is_peer(struct mount *ours, struct mount *mount)
{
	int group = BPF_CORE_READ(ours, mnt_parent, mnt_group_id);

	return group && group == BPF_CORE_READ(mount, mnt_parent, mnt_group_id) &&
	       BPF_CORE_READ(ours, mnt_mountpoint) == BPF_CORE_READ(mount, mnt_mountpoint);
}

static __always_inline bool carries_pins(struct mount *mount)
{
	struct mount *ours = (struct mount *)lock.pins_mount;

	for (int i = 0; i < MOUNT_DEPTH; i++) {
		struct mount *above = BPF_CORE_READ(ours, mnt_parent);

		if (ours == mount || is_peer(ours, mount))
			return true;
		if (above == ours)
			return false;
		ours = above;
	}
	return true;
}

static __always_inline bool is_mount_of_pins(struct mount *mount)
{
	struct mount *ours = (struct mount *)lock.pins_mount;

	return ours == mount || is_peer(ours, mount);
}

static __always_inline struct mount *mount_of(struct vfsmount *mnt)
{
	return container_of(mnt, struct mount, mnt);
}

SEC("lsm/sb_umount")
int BPF_PROG(lock_umount, struct vfsmount *mnt, int flags)
{
	if (!is_foreign() || !carries_pins(mount_of(mnt)))
		return 0;
	REFUSE(MW_ATTEMPT_MOUNT, flags);
}

static __always_inline bool is_in_namespace_of_pins(void)
{
	struct mount *ours = (struct mount *)lock.pins_mount;
	struct task_struct *task = bpf_get_current_task_btf();

	return BPF_CORE_READ(ours, mnt_ns) == BPF_CORE_READ(task, nsproxy, mnt_ns);
}

static __always_inline int socket_is_covered(const struct path *at)
{
	struct inode *inode = BPF_CORE_READ(at, dentry, d_inode);

	if (file_kind(inode) != MW_LOCKED_NAME)
		return 0;
	REFUSE(MW_ATTEMPT_SOCKET, BPF_CORE_READ(inode, i_ino));
}

/* mount(2) names what it moves by a path that it has not looked up yet: none may be moved here. */
SEC("lsm/sb_mount")
int BPF_PROG(lock_mount, const char *device, const struct path *path, const char *type,
	     unsigned long flags)
{
	if (!is_foreign())
		return 0;
	if (is_mount_of_pins(mount_of(BPF_CORE_READ(path, mnt))) ||
	    (flags & MS_MOVE && is_in_namespace_of_pins()))
		REFUSE(MW_ATTEMPT_MOUNT, flags);
	return socket_is_covered(path);
}

SEC("lsm/move_mount")
int BPF_PROG(lock_move_mount, const struct path *from, const struct path *to)
{
	if (!is_foreign())
		return 0;
	if (carries_pins(mount_of(BPF_CORE_READ(from, mnt))) ||
	    is_mount_of_pins(mount_of(BPF_CORE_READ(to, mnt))))
		REFUSE(MW_ATTEMPT_MOUNT, 0);
	return socket_is_covered(to);
}

#endif
