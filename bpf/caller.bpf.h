/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who asked: what rules may ask about goes into the ticket's facts at the first gate; the rest is
 * read from the task when an event is written, for it is still the same task.
 */
#ifndef MODWARDEN_CALLER_BPF_H
#define MODWARDEN_CALLER_BPF_H

#include "path.bpf.h"

#define CGROUP_DEPTH    32
#define CONTAINER_DEPTH 64 /* whoever is root in a container makes groups in its own */

struct cgroup_walk {
	struct kernfs_node *node;
	struct path_text *text;
};

static __always_inline struct kernfs_node *task_cgroup(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
}

static long cgroup_step(__u32 index, void *arg)
{
	struct cgroup_walk *walk = arg;
	struct kernfs_node *node = walk->node; /* CO-RE takes a whole expression for the kernel's */
	struct kernfs_node *parent = kernfs_parent(node);
	const char *name = BPF_CORE_READ(node, name);
	struct path_text *text = walk->text;
	long length;

	if (!parent) {
		text->whole = true;
		return 1;
	}
	/* Read once behind the buffer's used part, to learn the length; then in place. */
	length = bpf_probe_read_kernel_str(&text->buffer[MW_PATH_SIZE], WALK_SIZE - MW_PATH_SIZE,
					   name);
	if (length <= 1 || !path_prepend(text, name, length - 1))
		return 1;
	walk->node = parent;
	return 0;
}

/* Writes the path of the task's cgroup, below the root of cgroup v2; "/" for the root itself. */
static __always_inline void read_cgroup_path(struct task_struct *task, struct path_text *text,
					     char *out)
{
	struct cgroup_walk walk = { .node = task_cgroup(task), .text = text };

	path_begin(text);
	if (walk.node)
		bpf_loop(CGROUP_DEPTH, cgroup_step, &walk, 0);
	if (!path_copy(text, out, MW_CGROUP_SIZE) && text->whole && text->at == MW_PATH_SIZE - 1)
		out[0] = '/';
}

static long container_step(__u32 index, void *arg)
{
	struct container_walk *walk = *(struct container_walk **)arg;
	struct kernfs_node *node = (struct kernfs_node *)walk->node;
	int at;

	if (!node) {
		walk->whole = true;
		return 1;
	}
	if (bpf_probe_read_kernel_str(walk->scan.name, sizeof(walk->scan.name),
				      BPF_CORE_READ(node, name)) < 0)
		return 1;
	walk->node = (__u64)kernfs_parent(node);
	at = mw_container_id_find(&walk->scan);
	if (at >= 0 && bpf_probe_read_kernel(walk->id, MW_CONTAINER_ID_DIGITS,
					     &walk->scan.name[at & (MW_CGROUP_NAME_SIZE - 1)]))
		return 1;
	return 0;
}

/* Known either way: the task has a container or it has none. What cannot be read stays unknown. */
static __always_inline void read_container(struct task_struct *task, struct ticket *ticket)
{
	struct container_walk *walk = &ticket->scratch.container;
	struct mw_facts *facts = &ticket->facts;

	walk->node = (__u64)task_cgroup(task);
	walk->id[0] = '\0';
	walk->whole = false;
	if (!walk->node)
		return;
	bpf_loop(CONTAINER_DEPTH, container_step, &walk, 0);
	if (!walk->whole)
		return;
	if (walk->id[0])
		bpf_probe_read_kernel(facts->container, MW_CONTAINER_ID_DIGITS, walk->id);
	else
		facts->absent |= MW_BIT(MW_CRITERION_CONTAINER);
	facts->known |= MW_BIT(MW_CRITERION_CONTAINER);
}

/* Fills what rules can ask about the caller. */
static __always_inline void read_caller_facts(struct ticket *ticket)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	struct mw_facts *facts = &ticket->facts;

	facts->uid = BPF_CORE_READ(task, cred, euid.val);
	facts->auid = task_auid(task);
	facts->known |= MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID);
	if (exe && path_of(exe, &ticket->scratch.path, facts->loader, MW_LOADER_SIZE))
		facts->known |= MW_BIT(MW_CRITERION_LOADER);
	read_container(task, ticket);
}

static __always_inline void read_ancestors(struct task_struct *task, struct mw_caller *caller)
{
	for (int i = 0; i < MW_ANCESTORS; i++) {
		struct mw_ancestor *ancestor = &caller->ancestors[i];

		task = BPF_CORE_READ(task, real_parent);
		ancestor->pid = BPF_CORE_READ(task, tgid);
		if (!ancestor->pid)
			return;
		BPF_CORE_READ_STR_INTO(&ancestor->comm, task, group_leader, comm);
		caller->ancestor_count = i + 1;
	}
}

static __always_inline void read_arguments(struct mw_caller *caller)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;
	enum mw_syscall syscall = current_syscall(&abi, &regs);
	__u64 params = 0;

	caller->syscall = syscall;
	caller->abi = abi;
	if (syscall == MW_SYSCALL_INIT_MODULE) {
		params = mw_saved_argument(regs, abi, 2);
	} else if (syscall == MW_SYSCALL_FINIT_MODULE) {
		params = mw_saved_argument(regs, abi, 1);
		caller->flags = mw_saved_argument(regs, abi, 2);
	} else if (syscall == MW_SYSCALL_DELETE_MODULE) {
		caller->flags = mw_saved_argument(regs, abi, 1);
	}
	if (params)
		bpf_probe_read_user_str(caller->params, sizeof(caller->params), (void *)params);
}

static __always_inline void read_cmdline(struct task_struct *task, struct mw_caller *caller)
{
	__u64 start = BPF_CORE_READ(task, mm, arg_start);
	__u64 size = BPF_CORE_READ(task, mm, arg_end) - start;

	if (size > sizeof(caller->cmdline))
		size = sizeof(caller->cmdline);
	if (size && !bpf_probe_read_user(caller->cmdline, size, (void *)start))
		caller->cmdline_size = size;
}

/*
 * Fills the caller of an event; *caller is zero. What cannot be read stays empty, and the cgroup's
 * path where there is no room to build it in.
 */
static __always_inline void read_caller(struct mw_caller *caller, struct path_text *text)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct inode *exe = BPF_CORE_READ(task, mm, exe_file, f_inode);

	caller->pid = task->tgid;
	caller->tid = task->pid;
	caller->ppid = BPF_CORE_READ(task, real_parent, tgid);
	caller->uid = BPF_CORE_READ(cred, uid.val);
	caller->euid = BPF_CORE_READ(cred, euid.val);
	caller->auid = task_auid(task);
	caller->session = task_session(task);
	caller->caps = cred_capabilities(cred);
	caller->cgroup_id = bpf_get_current_cgroup_id();
	if (exe) {
		caller->exe_inode = BPF_CORE_READ(exe, i_ino);
		caller->exe_device = BPF_CORE_READ(exe, i_sb, s_dev);
	}
	bpf_get_current_comm(caller->comm, sizeof(caller->comm));
	BPF_CORE_READ_STR_INTO(&caller->tty, task, signal, tty, name);
	read_arguments(caller);
	read_cmdline(task, caller);
	if (text)
		read_cgroup_path(task, text, caller->cgroup);
	read_ancestors(task, caller);
}

#endif
