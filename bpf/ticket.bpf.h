/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ticket: what the gates that a load has passed know of it. One a task, because a task is in at
 * most one load at a time: the usermode helper that a module's init calls is another task, and a
 * firmware read has another id.
 *
 * Everything that a load needs to be judged lives here and nowhere else: not on a CPU, where a
 * preempting task could overwrite it.
 */
#ifndef MODWARDEN_TICKET_BPF_H
#define MODWARDEN_TICKET_BPF_H

#include "kernel.bpf.h"
#include "modwarden/arch.h"
#include "modwarden/container_id.h"
#include "modwarden/decide.h"
#include "modwarden/event.h"
#include "modwarden/module_elf.h"
#include "sha256.bpf.h"

#define WALK_SIZE (MW_PATH_SIZE + 256) /* a component of up to 255 bytes may begin anywhere */

/* A path that grows from its end to its beginning. */
struct path_text {
	char buffer[WALK_SIZE]; /* filled from MW_PATH_SIZE - 1 downwards */
	__u32 at;               /* where it begins */
	__u32 whole;            /* the root was reached */
};

/* What one gate needs while it runs; nothing in it outlives the gate. */
union scratch {
	struct sha256_stream sha256;
	struct mw_module_name_work elf;
	struct path_text path;
	struct mw_container_scan container;
};

struct ticket {
	struct mw_facts facts;
	struct mw_decision decision;
	struct mw_ruling ruling;
	struct mw_ruling emitted; /* the ruling that user space was last told */
	union scratch scratch;
	__u64 seq;
	__u64 began;  /* CLOCK_BOOTTIME ns */
	__u64 file;   /* struct file, 0 from memory */
	__u64 module; /* struct module, once bound */
	__u64 taints;
	char srcversion[MW_SRCVERSION_SIZE];
	__u8 passed;    /* bits of enum mw_gate */
	__u8 failed;    /* enum mw_reason: a helper failed, nothing opens any more */
	__u8 expecting; /* the kernel will show the unpacked bytes too */
	__u8 self_test;
	__u8 folded; /* counted under the event of an identical denial */
	__u8 deleted;
	__u8 memfd;
};

/* 7.2 and 7.3 cannot allocate task storage much over 8 KiB; a page is a safe distance from that. */
_Static_assert(sizeof(struct ticket) < 4096, "the ticket must stay under a page");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ticket);
} tickets SEC(".maps");

static __always_inline struct ticket *ticket_find(void)
{
	return bpf_task_storage_get(&tickets, bpf_get_current_task_btf(), NULL, 0);
}

/* The system call that the task is in, as its saved registers tell it; no program has to have run.
 */
static __always_inline enum mw_syscall current_syscall(enum mw_abi *abi, struct pt_regs **regs)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (task->flags & PF_KTHREAD)
		return MW_SYSCALL_NONE;
	*regs = (struct pt_regs *)bpf_task_pt_regs(task);
	*abi = mw_task_abi(task);
	return mw_syscall_of(*abi, mw_saved_syscall(*regs));
}

static __always_inline bool in_load_syscall(void)
{
	struct pt_regs *regs;
	enum mw_abi abi;
	enum mw_syscall syscall = current_syscall(&abi, &regs);

	return syscall == MW_SYSCALL_INIT_MODULE || syscall == MW_SYSCALL_FINIT_MODULE;
}

static __always_inline void ticket_close(void)
{
	bpf_task_storage_delete(&tickets, bpf_get_current_task_btf());
}

#endif
