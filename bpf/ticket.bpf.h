/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ticket: what the gates that an operation has passed know of it. One a task for its module
 * system call, because a task is in at most one at a time: the usermode helper that a module's init
 * calls is another task, and a firmware read has another id. Autoloads, which may happen within a
 * load and which anybody may cause, have tickets of their own; see autoload.bpf.h.
 *
 * Everything that an operation needs to be judged lives here and nowhere else: not on a CPU, where
 * a preempting task could overwrite it.
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

#define CGROUP_TOP 32 /* levels of control groups that are looked at; a power of two */

/* See cgroup.bpf.h. */
struct cgroup_walk {
	struct mw_container_scan scan;
	__u64 node;                      /* struct kernfs_node: the next one */
	__u64 top[CGROUP_TOP];           /* level N: at depth - 1 - N, modulo its size */
	__u32 depth;                     /* levels that were gone through */
	__u32 level;                     /* the last one in the path */
	__u32 at;                        /* where the path ends */
	__u32 whole;                     /* the walk came to its end */
	__u32 is_users;                  /* it is in a tree where others than root make groups */
	char id[MW_CONTAINER_ID_DIGITS]; /* begins with NUL: there is none */
	char path[MW_CGROUP_SIZE + MW_CGROUP_NAME_SIZE + 1];
};

/* What one gate needs while it runs; nothing in it outlives the gate. */
union scratch {
	struct sha256_stream sha256;
	struct mw_module_name_work elf;
	struct path_text path;
	struct cgroup_walk cgroup;
	struct mw_requester requester;
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
	__u64 inode;  /* struct inode, likewise */
	__u64 bytes;  /* where the kernel has them */
	__u64 module; /* struct module, once bound */
	__u64 taints;
	char srcversion[MW_SRCVERSION_SIZE];
	__u64 leader;    /* sequence number of the load whose verdict this one shares */
	__u32 passed;    /* bits of enum mw_gate */
	__u32 epoch;     /* of the programs that began with it, and end with it */
	__u8 failed;     /* enum mw_reason: a helper failed, nothing opens any more */
	__u8 expecting;  /* the kernel will show the unpacked bytes too */
	__u8 handed_on;  /* the gate has judged: its clone, which comes next, need not */
	__u8 unreadable; /* the name that the caller gave */
	__u8 self_test;
	__u8 folded; /* counted under the event of an identical operation */
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

static const char zeros[MW_FACTS_SIZE];

/* Set before the programs are loaded. */
const volatile __u32 epoch;       /* of these programs: see epoch.bpf.h */
const volatile bool has_clones;   /* a gate may be skipped, and has one that comes after it */
const volatile bool observe_only; /* no gate can refuse: the system calls are watched */

static __always_inline struct ticket *ticket_find(void)
{
	return bpf_task_storage_get(&tickets, bpf_get_current_task_btf(), NULL, 0);
}

/* One of another operation is what a call has left whose exit was not seen. */
static __always_inline struct ticket *ticket_of(enum mw_op op)
{
	struct ticket *ticket = ticket_find();

	return ticket && ticket->facts.op == op ? ticket : NULL;
}

/* Whatever was in it before is gone. */
static __always_inline void ticket_begin(struct ticket *ticket, enum mw_op op, __u64 seq)
{
	bpf_probe_read_kernel(&ticket->facts, sizeof(ticket->facts), zeros);
	__builtin_memset(&ticket->ruling, 0, sizeof(ticket->ruling));
	__builtin_memset(&ticket->emitted, 0, sizeof(ticket->emitted));
	__builtin_memset(&ticket->seq, 0, sizeof(*ticket) - offsetof(struct ticket, seq));
	ticket->seq = seq;
	ticket->epoch = epoch;
	ticket->began = bpf_ktime_get_boot_ns();
	ticket->facts.op = op;
}

static __always_inline void ticket_fail(struct ticket *ticket, enum mw_reason reason)
{
	if (!ticket->failed)
		ticket->failed = reason;
}

/* Both lie in memory that was zero before the text was written. */
static __always_inline bool same_name(const char *a, const char *b)
{
	for (int i = 0; i < MW_NAME_SIZE / 8; i++)
		if (((const __u64 *)a)[i] != ((const __u64 *)b)[i])
			return false;
	return true;
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

static __always_inline bool in_unload_syscall(void)
{
	struct pt_regs *regs;
	enum mw_abi abi;

	return current_syscall(&abi, &regs) == MW_SYSCALL_DELETE_MODULE;
}

static __always_inline void ticket_close(void)
{
	bpf_task_storage_delete(&tickets, bpf_get_current_task_btf());
}

#endif
