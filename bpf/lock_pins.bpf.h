/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pins and the socket of a locked modwarden, by name. */
#ifndef MODWARDEN_LOCK_PINS_BPF_H
#define MODWARDEN_LOCK_PINS_BPF_H

#include "warden.bpf.h"

#define PINS_DEPTH 8

/* Pins: the directory and all below it. */
static __always_inline bool is_pin(struct dentry *dentry)
{
	if ((__u64)BPF_CORE_READ(dentry, d_sb) != lock.pins_super)
		return false;
	for (int i = 0; i < PINS_DEPTH; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if ((__u64)BPF_CORE_READ(dentry, d_inode) == lock.pins_inode)
			return true;
		if (parent == dentry)
			return false;
		dentry = parent;
	}
	return true; /* deeper than anything that we make */
}

static __always_inline int pin_is_touched(struct dentry *dentry)
{
	if (!is_foreign() || !is_pin(dentry))
		return 0;
	REFUSE(MW_ATTEMPT_PIN, BPF_CORE_READ(dentry, d_parent, d_inode, i_ino));
}

/* The pins, and the socket with its directory. */
static __always_inline int name_is_touched(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	if (!is_foreign())
		return 0;
	if (file_kind(inode) == MW_LOCKED_NAME)
		REFUSE(MW_ATTEMPT_SOCKET, BPF_CORE_READ(inode, i_ino));
	return pin_is_touched(dentry);
}

SEC("lsm/inode_unlink")
int BPF_PROG(lock_unlink, struct inode *directory, struct dentry *dentry)
{
	return name_is_touched(dentry);
}

SEC("lsm/inode_rmdir")
int BPF_PROG(lock_rmdir, struct inode *directory, struct dentry *dentry)
{
	return name_is_touched(dentry);
}

SEC("lsm/inode_rename")
int BPF_PROG(lock_rename, struct inode *from_directory, struct dentry *from,
	     struct inode *to_directory, struct dentry *to)
{
	int refused = name_is_touched(from);

	if (refused)
		return -EPERM;
	return name_is_touched(to);
}

/* Among the pins nobody else makes any: a later set would be taken for the one that counts. */
SEC("lsm/inode_mkdir")
int BPF_PROG(lock_mkdir, struct inode *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/path_mknod")
int BPF_PROG(lock_make_pin, const struct path *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/inode_symlink")
int BPF_PROG(lock_symlink, struct inode *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/inode_link")
int BPF_PROG(lock_hard_link, struct dentry *from, struct inode *directory, struct dentry *to)
{
	return pin_is_touched(to);
}

#endif
