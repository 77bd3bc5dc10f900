/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of a locked modwarden. */
#ifndef MODWARDEN_LOCK_PROCESS_BPF_H
#define MODWARDEN_LOCK_PROCESS_BPF_H

#include "warden.bpf.h"
#include "modwarden/arch.h"

#define PTRACE_MODE_ATTACH 0x02
#define CAP_SYS_ADMIN      21
#define MADV_HWPOISON      100
#define MADV_SOFT_OFFLINE  101
#define SIGHUP             1
#define SIGCONT            18

struct fown_struct;

/*
 * The process. What the kernel itself sends (out of memory, a terminal's keys) does not come here.
 * SIGHUP only asks for the policy to be read again, SIGCONT undoes a stop.
 */
SEC("lsm/task_kill")
int BPF_PROG(lock_kill, struct task_struct *task, struct kernel_siginfo *info, int signal)
{
	if (!signal || signal == SIGHUP || signal == SIGCONT)
		return 0;
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SIGNAL, signal);
}

/* fcntl(F_SETOWN) and F_SETSIG have the kernel send any signal, when a descriptor is ready. */
SEC("lsm/file_send_sigiotask")
int BPF_PROG(lock_sigio, struct task_struct *task, struct fown_struct *owner, int signal)
{
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SIGNAL, signal);
}

/* ptrace(2), process_vm_writev(2), pidfd_getfd(2), /proc/PID/mem and whatever else attaches. */
SEC("lsm/ptrace_access_check")
int BPF_PROG(lock_trace, struct task_struct *task, unsigned int mode)
{
	if (!(mode & PTRACE_MODE_ATTACH) || !is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_TRACE, mode);
}

/*
 * MADV_HWPOISON and MADV_SOFT_OFFLINE take a page from whoever has it: a clean one is read from the
 * disk again, with what has been written there past the file; for a dirty one its process is
 * killed.
 */
SEC("lsm/capable")
int BPF_PROG(lock_poison, const struct cred *cred, struct user_namespace *ns, int cap)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs;
	enum mw_abi abi;
	__u32 advice;
	int argument;

	if (cap != CAP_SYS_ADMIN || task->flags & PF_KTHREAD || !is_foreign())
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	abi = mw_task_abi(task);
	argument = mw_advice_argument(abi, mw_saved_syscall(regs));
	if (argument < 0)
		return 0;
	advice = mw_saved_argument(regs, abi, argument);
	if (advice != MADV_HWPOISON && advice != MADV_SOFT_OFFLINE)
		return 0;
	REFUSE(MW_ATTEMPT_MEMORY, advice);
}

static __always_inline int schedule(struct task_struct *task)
{
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SCHEDULE, 0);
}

SEC("lsm/task_setrlimit")
int BPF_PROG(lock_rlimit, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setnice")
int BPF_PROG(lock_nice, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setioprio")
int BPF_PROG(lock_ioprio, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setscheduler")
int BPF_PROG(lock_scheduler, struct task_struct *task)
{
	return schedule(task);
}

/* No hook sees a task go to another control group in time; this one tells of it. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(lock_moved, struct cgroup *group, const char *path, struct task_struct *task)
{
	if (is_foreign() && is_warden(task))
		tell(MW_ATTEMPT_MOVED, BPF_CORE_READ(group, kn, id));
	return 0;
}

#endif
