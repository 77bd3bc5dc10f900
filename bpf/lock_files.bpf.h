/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that nobody may open for writing while modwarden is locked. */
#ifndef MODWARDEN_LOCK_FILES_BPF_H
#define MODWARDEN_LOCK_FILES_BPF_H

#include "warden.bpf.h"

#define FMODE_WRITE         0x2
#define O_TRUNC             0x200
#define ATTR_SIZE           0x8 /* include/linux/fs.h */
#define PROC_SUPER_MAGIC    0x9fa0
#define CGROUP2_SUPER_MAGIC 0x63677270
#define DEBUGFS_MAGIC       0x64626720
#define SYSFS_MAGIC         0x62656572

#define NAME_ROOM   32 /* of the names that are looked for */
#define GROUP_DEPTH 32

struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
} __attribute__((preserve_access_index));

/*
 * Files whose opening for writing is refused. Descriptors that were open before the lock go on
 * working.
 */
static __always_inline bool is_own_group(struct kernfs_node *directory)
{
	struct task_struct *task = (struct task_struct *)lock.task;
	struct cgroup *group;

	if (!warden_lives())
		return false;
	group = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	for (int i = 0; i < GROUP_DEPTH; i++) {
		struct cgroup_subsys_state *above = BPF_CORE_READ(group, self.parent);

		if (!above)
			return false; /* the root: nothing there holds a group back */
		if (BPF_CORE_READ(group, kn) == directory)
			return true;
		group = BPF_CORE_READ(above, cgroup);
	}
	return true;
}

#define IS(name, text)     (!bpf_strncmp((name), sizeof(text), (text)))
#define BEGINS(name, text) (!bpf_strncmp((name), sizeof(text) - 1, (text)))

/* Delegating a group, and watching its pressure, is what service managers do all the time. */
static __always_inline bool holds_a_group_back(const char name[NAME_ROOM])
{
	if (BEGINS(name, "cgroup."))
		return IS(name, "cgroup.freeze") || IS(name, "cgroup.kill") ||
		       IS(name, "cgroup.type");
	return !IS(name, "cpu.pressure") && !IS(name, "io.pressure") &&
	       !IS(name, "memory.pressure") && !IS(name, "irq.pressure");
}

static __always_inline bool is_group_file(struct dentry *dentry, const char name[NAME_ROOM])
{
	struct inode *directory = BPF_CORE_READ(dentry, d_parent, d_inode);

	return holds_a_group_back(name) && is_own_group(BPF_CORE_READ(directory, i_private));
}

static __always_inline bool is_own_proc(struct inode *inode)
{
	struct proc_inode *proc = container_of(inode, struct proc_inode, vfs_inode);

	return (__u64)BPF_CORE_READ(proc, pid) == lock.pid && warden_lives();
}

/* What silences trampolines, kills all processes, or lets the kernel preempt itself. */
static __always_inline bool is_proc_switch(const char name[NAME_ROOM])
{
	return IS(name, "ftrace_enabled") || IS(name, "sysrq-trigger");
}

static __always_inline bool is_preemption(struct dentry *dentry, const char name[NAME_ROOM])
{
	char above[NAME_ROOM] = {};

	if (!IS(name, "preempt"))
		return false;
	bpf_probe_read_kernel_str(above, sizeof(above),
				  BPF_CORE_READ(dentry, d_parent, d_name.name));
	return IS(above, "sched");
}

/* What gives up a page of memory with whoever has it. */
static __always_inline bool is_page_switch(const char name[NAME_ROOM])
{
	return IS(name, "hard_offline_page") || IS(name, "corrupt-pfn");
}

static __always_inline enum mw_attempt opening(struct dentry *dentry, struct inode *inode)
{
	char name[NAME_ROOM] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	switch (BPF_CORE_READ(inode, i_sb, s_magic)) {
	case CGROUP2_SUPER_MAGIC:
		return is_group_file(dentry, name) ? MW_ATTEMPT_CGROUP : MW_ATTEMPT_NONE;
	case PROC_SUPER_MAGIC:
		if (is_own_proc(inode))
			return MW_ATTEMPT_PROC;
		return is_proc_switch(name) ? MW_ATTEMPT_SWITCH : MW_ATTEMPT_NONE;
	case SYSFS_MAGIC:
		return is_page_switch(name) ? MW_ATTEMPT_SWITCH : MW_ATTEMPT_NONE;
	case DEBUGFS_MAGIC:
		return is_preemption(dentry, name) || is_page_switch(name) ? MW_ATTEMPT_SWITCH
									   : MW_ATTEMPT_NONE;
	default:
		return MW_ATTEMPT_NONE;
	}
}

static __always_inline bool is_for_writing(struct file *file)
{
	return BPF_CORE_READ(file, f_mode) & FMODE_WRITE || BPF_CORE_READ(file, f_flags) & O_TRUNC;
}

SEC("lsm/file_open")
int BPF_PROG(lock_open, struct file *file)
{
	struct inode *inode;
	enum mw_attempt attempt;

	if (!lock.locked || !is_for_writing(file) || !is_foreign())
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	if (file_kind(inode) == MW_LOCKED_FILE)
		REFUSE(MW_ATTEMPT_FILE, BPF_CORE_READ(inode, i_ino));
	attempt = opening(BPF_CORE_READ(file, f_path.dentry), inode);
	if (!attempt)
		return 0;
	REFUSE(attempt, BPF_CORE_READ(inode, i_ino));
}

struct iattr {
	unsigned int ia_valid;
} __attribute__((preserve_access_index));

/*
 * truncate(2) does not open it, and path_truncate does not see the file below an overlay or an NFS
 * export. The dentry is the last but one: the function has the mount's owner in front of it since
 * 0e363cf3fa59 ("security: pass down mount idmapping to setattr hook"), the LSM hook for less long.
 */
SEC("lsm/inode_setattr")
int lock_setattr(__u64 *ctx)
{
	__u64 dentry = 0, change = 0;
	__u32 arguments = bpf_get_func_arg_cnt(ctx);
	struct inode *inode;

	if (!is_foreign())
		return 0;
	bpf_get_func_arg(ctx, arguments - 2, &dentry);
	bpf_get_func_arg(ctx, arguments - 1, &change);
	if (!(BPF_CORE_READ((struct iattr *)change, ia_valid) & ATTR_SIZE))
		return 0;
	inode = BPF_CORE_READ((struct dentry *)dentry, d_inode);
	if (file_kind(inode) != MW_LOCKED_FILE)
		return 0;
	REFUSE(MW_ATTEMPT_FILE, BPF_CORE_READ(inode, i_ino));
}

#endif
