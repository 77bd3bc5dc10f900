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
	struct path_text *text;
};

static __always_inline void path_begin(struct path_text *text)
{
	text->buffer[MW_PATH_SIZE - 1] = '\0';
	text->at = MW_PATH_SIZE - 1;
	text->whole = false;
}

/* Puts "/NAME" in front of what is there; false when it does not fit or cannot be read. */
static __always_inline bool path_prepend(struct path_text *text, const void *name, __u32 length)
{
	__u32 at = text->at;

	if (length > 255 || at >= MW_PATH_SIZE || at < length + 1)
		return false;
	at -= length;
	if (bpf_probe_read_kernel(&text->buffer[at & (MW_PATH_SIZE - 1)], length & 255, name))
		return false;
	at--;
	text->buffer[at & (MW_PATH_SIZE - 1)] = '/';
	text->at = at;
	return true;
}

/* Copies the path to out. Its length without the NUL, or 0: it is not whole or does not fit. */
static __always_inline __u32 path_copy(const struct path_text *text, char *out, __u32 size)
{
	__u32 at = text->at;
	__u32 length = MW_PATH_SIZE - 1 - at;

	if (!text->whole || at >= MW_PATH_SIZE || !length || length >= size)
		return 0;
	if (bpf_probe_read_kernel_str(out, size, &text->buffer[at & (MW_PATH_SIZE - 1)]) <= 0)
		return 0;
	return length;
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
			walk->text->whole = true;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (!path_prepend(walk->text, BPF_CORE_READ(dentry, d_name.name),
			  BPF_CORE_READ(dentry, d_name.len)))
		return 1;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) { /* never had a place in a tree: memfd, anonymous inodes */
		walk->text->whole = true;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/*
 * Writes the path of a file to out. Returns its length without the NUL, or 0: it does not fit into
 * size or could not be read. size is a constant.
 */
static __always_inline __u32 path_of(struct file *file, struct path_text *text, char *out,
				     __u32 size)
{
	struct path_walk walk = {
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mount = container_of(BPF_CORE_READ(file, f_path.mnt), struct mount, mnt),
		.text = text,
	};

	path_begin(text);
	bpf_loop(PATH_DEPTH, path_step, &walk, 0);
	return path_copy(text, out, size);
}

#endif
