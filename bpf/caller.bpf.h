/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who asked: what rules may ask about goes into the ticket's facts at the first gate; the rest is
 * read from the task when an event is written, for it is still the same task.
 */
#ifndef MODWARDEN_CALLER_BPF_H
#define MODWARDEN_CALLER_BPF_H

#include "cgroup.bpf.h"
#include "path.bpf.h"

/* Known either way: the task has a container or it has none. What cannot be read stays unknown. */
static __always_inline void read_container(struct ticket *ticket)
{
	struct cgroup_walk *walk = &ticket->scratch.cgroup;
	struct mw_facts *facts = &ticket->facts;

	cgroup_walk_task(ticket);
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
	read_container(ticket);
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
 * What may take long is done before there is an event, for what is being written holds up all that
 * comes behind it: whoever asks may be as many groups deep as there is memory for.
 */
static __always_inline const struct cgroup_walk *walk_to_caller(struct ticket *ticket)
{
	cgroup_walk_task(ticket);
	cgroup_build_path(&ticket->scratch.cgroup);
	return &ticket->scratch.cgroup;
}

/*
 * Fills the caller of an event; *caller is zero. What cannot be read stays empty, and the cgroup's
 * path where nobody has walked there (NULL), because there is no ticket to do it in.
 */
static __always_inline void read_caller(struct mw_caller *caller, const struct cgroup_walk *walk)
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
	if (walk) {
		bpf_probe_read_kernel_str(caller->cgroup, sizeof(caller->cgroup), walk->path);
		caller->cgroup_cut = !cgroup_path_is_whole(walk);
	}
	read_ancestors(task, caller);
}

#endif
