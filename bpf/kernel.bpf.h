/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between kernels, each with the commit that made it so. Nothing else asks what kernel
 * it runs on, and nothing here asks for a version: only for the types.
 */
#ifndef MODWARDEN_KERNEL_BPF_H
#define MODWARDEN_KERNEL_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM     1
#define ENOMEM    12
#define EIO       5
#define EFAULT    14
#define EBUSY     16
#define EEXIST    17
#define EXDEV     18
#define ECANCELED 125

#define MODULE_INIT_COMPRESSED_FILE 4 /* include/uapi/linux/module.h */

#define PF_EXITING 0x00000004 /* include/linux/sched.h */
#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

#define CAP_SYS_MODULE 16 /* include/uapi/linux/capability.h */

/* "module: Add compression support to the hooks": compressed bytes have an id of their own (7.x).
 */
enum kernel_read_file_id___compressed {
	READING_MODULE_COMPRESSED___compressed = 7,
};

enum kernel_load_data_id___compressed {
	LOADING_MODULE_COMPRESSED___compressed = 7,
};

static __always_inline bool is_compressed_load(__u32 id)
{
	return bpf_core_enum_value_exists(enum kernel_load_data_id___compressed,
					  LOADING_MODULE_COMPRESSED___compressed) &&
	       id == bpf_core_enum_value(enum kernel_load_data_id___compressed,
					 LOADING_MODULE_COMPRESSED___compressed);
}

static __always_inline bool is_module_load(__u32 id)
{
	return id == bpf_core_enum_value(enum kernel_load_data_id, LOADING_MODULE) ||
	       is_compressed_load(id);
}

static __always_inline bool is_compressed_read(__u32 id)
{
	return bpf_core_enum_value_exists(enum kernel_read_file_id___compressed,
					  READING_MODULE_COMPRESSED___compressed) &&
	       id == bpf_core_enum_value(enum kernel_read_file_id___compressed,
					 READING_MODULE_COMPRESSED___compressed);
}

/* Where compressed bytes have an id of their own, the unpacked ones come by the same hook. */
static __always_inline bool kernel_shows_unpacked(void)
{
	return bpf_core_enum_value_exists(enum kernel_read_file_id___compressed,
					  READING_MODULE_COMPRESSED___compressed);
}

static __always_inline bool is_module_read(__u32 id)
{
	return id == bpf_core_enum_value(enum kernel_read_file_id, READING_MODULE) ||
	       is_compressed_read(id);
}

/* kernfs_node.parent became __parent with 633488947ef6 ("kernfs: Use RCU to access parent"). */
struct kernfs_node___parent {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

struct kernfs_node___rcu_parent {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node)
{
	struct kernfs_node___rcu_parent *new = (void *)node;
	struct kernfs_node___parent *old = (void *)node;

	if (bpf_core_field_exists(new->__parent))
		return BPF_CORE_READ(new, __parent);
	return BPF_CORE_READ(old, parent);
}

/* For kernfs alone; so since 05895219627c ("kernfs: clean up struct kernfs_iattrs"). */
struct kernfs_iattrs___owner {
	kuid_t ia_uid;
} __attribute__((preserve_access_index));

/* It is where that was never changed. */
static __always_inline bool kernfs_is_roots(struct kernfs_node *node)
{
	struct kernfs_iattrs___owner *owner = (void *)BPF_CORE_READ(node, iattr);

	return !owner || !BPF_CORE_READ(owner, ia_uid.val);
}

enum cgroup_subsys_id___pids {
	pids_cgrp_id___pids = 9,
};

struct cgroup_root___id {
	int hierarchy_id;
} __attribute__((preserve_access_index));

struct cgroup___root {
	struct cgroup_root___id *root;
} __attribute__((preserve_access_index));

/*
 * A task's group in version 1 of control groups, in the hierarchy that has the pids controller:
 * container runtimes use each that there is. NULL: that one is part of version 2, as usual.
 */
static __always_inline struct kernfs_node *task_cgroup_of_version_1(struct task_struct *task)
{
	struct cgroup_subsys_state **states, *state = NULL;
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup___root *group;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id___pids, pids_cgrp_id___pids))
		return NULL;
	states = (struct cgroup_subsys_state **)__builtin_preserve_access_index(&set->subsys[0]);
	bpf_probe_read_kernel(
		&state, sizeof(state),
		&states[bpf_core_enum_value(enum cgroup_subsys_id___pids, pids_cgrp_id___pids)]);
	group = (struct cgroup___root *)BPF_CORE_READ(state, cgroup);
	if (!BPF_CORE_READ(group, root, hierarchy_id))
		return NULL;
	return BPF_CORE_READ((struct cgroup *)group, kn);
}

/* Without CONFIG_MODULE_SIG the kernel never says "not validly signed": there is no such gate. */
static __always_inline bool kernel_checks_signatures(void)
{
	struct module *module = NULL;

	return bpf_core_field_exists(module->sig_ok);
}

/* Without CONFIG_AUDIT a task has no login uid. */
static __always_inline __u32 task_auid(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->loginuid))
		return ~0U;
	return BPF_CORE_READ(task, loginuid.val);
}

static __always_inline __u32 task_session(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->sessionid))
		return ~0U;
	return BPF_CORE_READ(task, sessionid);
}

/*
 * Does the kernel act for itself? A helper that it has just started is no kernel thread by its
 * flags, but has no memory of its own until it runs a program.
 */
static __always_inline bool task_is_kernel(struct task_struct *task)
{
	return task->flags & PF_KTHREAD || !task->mm;
}

/* CLOCK_BOOTTIME ns. */
static __always_inline __u64 task_start_time(struct task_struct *task)
{
	return BPF_CORE_READ(task, start_boottime);
}

/* Since 9b9879fc0327 ("modules: catch concurrent module loads, treat them as idempotent") calls of
 * finit_module on one inode at a time share one read and one outcome (6.5). */
struct idempotent___shared {
	const void *cookie;
} __attribute__((preserve_access_index));

static __always_inline bool kernel_shares_loads(void)
{
	return bpf_core_type_exists(struct idempotent___shared);
}

/* kernel_cap_t became one 64-bit word with f122a08b197d ("capability: just use a 'u64'"). */
struct kernel_cap_struct___words {
	__u32 cap[2];
} __attribute__((preserve_access_index));

static __always_inline __u64 cred_capabilities(const struct cred *cred)
{
	__u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	return caps;
}

/* Would capable(CAP_SYS_MODULE) hold? Only in the initial user namespace. */
static __always_inline bool cred_may_load(const struct cred *cred)
{
	return cred_capabilities(cred) & 1ULL << CAP_SYS_MODULE &&
	       !BPF_CORE_READ(cred, user_ns, parent);
}

static __always_inline bool current_may_load(void)
{
	return cred_may_load(BPF_CORE_READ(bpf_get_current_task_btf(), cred));
}

/* An open file of the current task; NULL: there is none of this number. */
static __always_inline struct file *current_file(__u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(bpf_get_current_task_btf(), files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), &files[fd]))
		return NULL;
	return file;
}

#endif
