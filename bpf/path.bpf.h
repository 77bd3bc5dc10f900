/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path of a file by a walk over dentries and mounts, up to the root of the mount namespace that
 * the mount belongs to. bpf_d_path() is no substitute: it is not allowed in fmod_ret programs, and
 * it follows the caller's chroot. A path is a hint, never an identity.
 */
#ifndef MODWARDEN_PATH_BPF_H
#define MODWARDEN_PATH_BPF_H

#include "ticket.bpf.h"

#define PATH_DEPTH 128

struct path_walk {
	struct dentry *dentry;
	struct mount *mount;
	char *buffer; /* WALK_SIZE bytes, filled from MW_PATH_SIZE - 1 downwards */
	__u32 at;
	bool whole;
};

/* Puts "/NAME" in front of what is there; false when it does not fit or cannot be read. */
static __always_inline bool path_prepend(struct path_walk *walk, struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	__u32 length = BPF_CORE_READ(dentry, d_name.len);
	__u32 at = walk->at;

	if (length > 255 || at < length + 1 || at >= MW_PATH_SIZE)
		return false;
	at -= length;
	if (bpf_probe_read_kernel(&walk->buffer[at & (MW_PATH_SIZE - 1)], length, name))
		return false;
	at--;
	walk->buffer[at & (MW_PATH_SIZE - 1)] = '/';
	walk->at = at;
	return true;
}

static long path_step(__u32 index, void *arg)
{
	struct path_walk *walk = arg;
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount || !above) {
			walk->whole = true;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (!path_prepend(walk, dentry))
		return 1;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) { /* never had a place in a tree: memfd, anonymous inodes */
		walk->whole = true;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/*
 * Writes the path of a file to out. Returns its length without the NUL, or 0: it does not fit into
 * size or could not be read. size is a constant.
 */
static __always_inline __u32 path_of(struct file *file, char *buffer, char *out, __u32 size)
{
	struct path_walk walk = {
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mount = container_of(BPF_CORE_READ(file, f_path.mnt), struct mount, mnt),
		.buffer = buffer,
		.at = MW_PATH_SIZE - 1,
	};
	__u32 length;

	buffer[MW_PATH_SIZE - 1] = '\0';
	bpf_loop(PATH_DEPTH, path_step, &walk, 0);
	length = MW_PATH_SIZE - 1 - walk.at;
	if (!walk.whole || !length || length >= size)
		return 0;
	if (bpf_probe_read_kernel_str(out, size, &buffer[walk.at & (MW_PATH_SIZE - 1)]) <= 0)
		return 0;
	return length;
}

#endif
