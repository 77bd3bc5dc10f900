/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the gates write into the ring buffer, and the counters and settings they share with user
 * space. Times are nanoseconds of CLOCK_BOOTTIME; texts end in NUL and are hostile.
 */
#ifndef MODWARDEN_EVENT_H
#define MODWARDEN_EVENT_H

#include "fact.h"
#include "hash_time.h"

#define MW_ANCESTORS       8
#define MW_COMM_SIZE       16
#define MW_TTY_SIZE        32
#define MW_CMDLINE_SIZE    512
#define MW_PARAMS_SIZE     256
#define MW_CGROUP_SIZE     512
#define MW_SRCVERSION_SIZE 32

enum mw_event_type {
	MW_EVENT_NONE,
	MW_EVENT_DECISION, /* struct mw_decision_event: a verdict that is final so far */
	MW_EVENT_OUTCOME,  /* struct mw_outcome: the system call is over */
	MW_EVENT_TAMPER,   /* struct mw_tamper_event */
	MW_EVENT_AUDIT,    /* struct mw_audit_event: what became of its system call's audit event */
	MW_EVENTS,
};

enum mw_tamper {
	MW_TAMPER_NONE,
	MW_TAMPER_TRAMPOLINES, /* a write of kernel.ftrace_enabled=0, refused */
	MW_TAMPER_GATE_HOLE,   /* a module was loaded that the gates had not let in */
	MW_TAMPER_SELF_TEST,   /* a gate did not fire (found by user space) */
	MW_TAMPER_CONTROL, /* the gates' settings were written by somebody else (found so, too) */
	MW_TAMPER_LOCKED,  /* enum mw_attempt on a locked modwarden, refused */
	MW_TAMPER_UNRECORDED, /* a module came while no daemon was there, by no load that is known
				 of (found so, too) */
	MW_TAMPER_PINS,       /* what is pinned was removed or replaced (found so, too) */
	MW_TAMPERS,
};

/* What somebody tried on a locked modwarden; struct mw_tamper_event.object says on which. */
enum mw_attempt {
	MW_ATTEMPT_NONE,
	MW_ATTEMPT_MAP,      /* to get a descriptor of a map; its id */
	MW_ATTEMPT_PROGRAM,  /* of a program; its id */
	MW_ATTEMPT_LINK,     /* of a link, to detach or update it; its id */
	MW_ATTEMPT_PIN,      /* to unlink, rename or make a pin; its directory's inode */
	MW_ATTEMPT_MOUNT,    /* to move, cover or unmount the file system of the pins; the flags */
	MW_ATTEMPT_SIGNAL,   /* to send a signal; its number */
	MW_ATTEMPT_TRACE,    /* to trace, or to open the memory or descriptors of the process */
	MW_ATTEMPT_SCHEDULE, /* to change its limits, priority or processors */
	MW_ATTEMPT_CGROUP,   /* to open a file of its control groups for writing; its inode */
	MW_ATTEMPT_PROC,     /* to open a file of its /proc/PID for writing; its inode */
	MW_ATTEMPT_SWITCH,   /* to open one of the kernel's switches for writing; its inode */
	MW_ATTEMPT_FILE,     /* to open a file that it has mapped for writing; its inode */
	MW_ATTEMPT_MOVED,    /* it was moved to another control group, its id; not refused */
	MW_ATTEMPT_SOCKET,   /* to unlink, rename or cover its socket; the inode */
	/* What the daemon refuses whom it is asked by; no object. */
	MW_ATTEMPT_MODE,      /* another mode */
	MW_ATTEMPT_EXCEPTION, /* to let a module in for a while */
	MW_ATTEMPT_STOP,
	MW_ATTEMPT_MEMORY, /* to have the kernel take memory for broken; the madvise(2) */
	MW_ATTEMPTS,
};

/* System call ABIs, by the audit arch names. */
enum mw_abi {
	MW_ABI_NONE,
	MW_ABI_NATIVE,
	MW_ABI_COMPAT, /* the machine's 32-bit calls */
};

enum mw_syscall {
	MW_SYSCALL_NONE,
	MW_SYSCALL_INIT_MODULE,
	MW_SYSCALL_FINIT_MODULE,
	MW_SYSCALL_DELETE_MODULE,
	MW_SYSCALLS,
};

struct mw_event {
	__u32 type; /* enum mw_event_type */
	__u32 size; /* bytes, this header included */
	__u64 seq;  /* of the operation; unique within a boot */
	__u64 time; /* when the operation began */
};

/* The verdict as it stands; both parts of a record carry it, the later one counts. */
struct mw_ruling {
	__u32 generation; /* policy that it was made with */
	__u16 rule;       /* index in that policy, or MW_RULE_NONE */
	__u8 verdict;
	__u8 reason;
	__u8 gate; /* that made it */
	__u8 mode; /* in force then */
	__u8 enforced;
	__u8 compressed; /* the bytes received are compressed; the kernel unpacks them */
};

struct mw_ancestor {
	__u32 pid;
	char comm[MW_COMM_SIZE];
};

/* Who asked; read from the task itself at the hook. */
struct mw_caller {
	__u32 pid; /* thread group */
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	__u32 euid;
	__u32 auid;
	__u32 session;
	__u32 ancestor_count;
	__u64 caps; /* effective */
	__u64 cgroup_id;
	__u64 exe_inode;
	__u32 exe_device;   /* kernel encoding: major << 20 | minor */
	__u32 flags;        /* of finit_module or delete_module */
	__u8 syscall;       /* enum mw_syscall */
	__u8 abi;           /* enum mw_abi */
	__u16 cmdline_size; /* bytes, NULs between the words */
	__u8 deleted;       /* the module's file has no name left */
	__u8 memfd;
	__u8 cgroup_cut; /* its path goes on */
	__u8 reserved;
	char comm[MW_COMM_SIZE];
	char tty[MW_TTY_SIZE];
	char cmdline[MW_CMDLINE_SIZE];
	char params[MW_PARAMS_SIZE];                /* module parameters */
	char cgroup[MW_CGROUP_SIZE];                /* path below its hierarchy's root */
	struct mw_ancestor ancestors[MW_ANCESTORS]; /* parent first */
};

/* On whose behalf the kernel called a helper, modprobe as a rule: an autoload that was let pass. */
struct mw_requester {
	__u64 seq; /* of the autoload */
	__u32 pid; /* thread group; 0: there is none */
	__u32 uid; /* effective */
	__u32 auid;
	__u8 kernel_thread; /* on whose behalf it asked itself, nobody knows */
	__u8 reserved[3];
	char comm[MW_COMM_SIZE];
	char alias[MW_NAME_SIZE];
	char container[MW_CONTAINER_SIZE];
};

struct mw_decision_event {
	struct mw_event event;
	struct mw_ruling ruling;
	__u64 call;   /* system call that it is part of, a number of its own; or MW_CALL_ */
	__u64 leader; /* inherited: sequence number of the load that decided; 0: not known */
	struct mw_facts facts;
	struct mw_caller caller;
	struct mw_requester requester; /* of a load */
};

/* What the kernel made of it. Also the identity again, for a record whose first part was lost. */
struct mw_outcome {
	struct mw_event event;
	struct mw_ruling ruling;
	__u64 call; /* as in a decision, and later */
	__s64 exit; /* of the system call: 0 or a negative errno */
	__u64 size;
	__u64 taints; /* of the module; 0 unless it was loaded */
	__u32 pid;    /* thread group */
	__u32 tid;
	__u32 uid; /* effective */
	__u32 reserved2;
	__u8 op;
	__u8 source;
	__u8 name_source;
	__u8 signature;
	__u8 is_signed;
	__u8 digest_count;
	__u8 loaded; /* tp_btf/module_load was seen */
	__u8 reserved;
	__u8 digest[MW_DIGESTS][MW_DIGEST_SIZE];
	char module[MW_NAME_SIZE];
	char srcversion[MW_SRCVERSION_SIZE];
	char comm[MW_COMM_SIZE];
};

/*
 * The event in the kernel's audit trail that tells of a system call: its stamp, or that a record of
 * it was lost. event.seq is the call that the operations of it name.
 */
#define MW_AUDIT_KEY_SIZE 264 /* AUDIT_MAX_KEY_LEN and more */
#define MW_CALL_FOLDS     4   /* counted operations of one call that are told their stamp */

#define MW_CALL_UNKNOWN   0       /* what the kernel makes of it cannot be told */
#define MW_CALL_UNAUDITED (~0ULL) /* there is no audit rule at all */

struct mw_audit_event {
	struct mw_event event;
	__u64 seconds; /* CLOCK_REALTIME: when the call began */
	__u32 milliseconds;
	__u32 serial; /* 0: it has not been stamped */
	__u8 lost;    /* the kernel said that it lost a record of it */
	__u8 reserved[7];
	char key[MW_AUDIT_KEY_SIZE]; /* of the rules that matched, \001 between them */
};

/* The stamps of operations that are only counted. */
struct mw_fold_stamps {
	__u64 count;  /* of them that were stamped */
	__u64 lost;   /* of which the kernel has lost a record */
	__u64 missed; /* of which it cannot be told whether they were */
	__u32 first;  /* serial numbers */
	__u32 last;
};

struct mw_tamper_event {
	struct mw_event event;
	__u32 reason; /* enum mw_tamper */
	__u32 pid;
	__u32 uid;
	__u32 attempt; /* enum mw_attempt */
	__u64 object;
	char comm[MW_COMM_SIZE];
	char module[MW_NAME_SIZE];
};

/*
 * Identical operations that end where they are judged (enforced denials, and every autoload) are
 * counted under one key; the first of each second is an event, the others are only counted. The key
 * is complete enough to write a record from it alone.
 */
struct mw_fold_key {
	__u32 generation;
	__u32 uid; /* effective */
	__u16 rule;
	__u8 op;
	__u8 reason;
	__u8 gate;
	__u8 source;
	__u8 digest_count;
	__u8 verdict;
	__u64 cgroup_id;
	__u64 exe_inode;
	__u32 exe_device;
	__u8 mode;
	__u8 enforced;
	__u8 reserved[2];
	__u8 digest[MW_DIGEST_SIZE]; /* the first; where there is none, which file it is, or zero */
	char module[MW_NAME_SIZE];   /* of an autoload, the alias */
};

#define MW_EXCEPTIONS_MAX 256 /* digests that are let in for a while */

#define MW_FOLDS_MAX 4096 /* kinds of operations in a window */

#define MW_FOLD_STAMPS_MAX (2 * MW_FOLDS_MAX)

struct mw_fold {
	__u64 seq;   /* of the first: its event carries the rest */
	__u64 count; /* operations beside the first */
	__u64 first; /* times */
	__u64 last;
};

/*
 * User space writes, the gates read. 'armed' is the one switch between watching and judging; it
 * comes first in every layout, so that each build can disarm what another one has left.
 */
struct mw_control {
	__u32 armed;
	__u32 override_mode;  /* enum mw_mode; 0: the policy's own mode */
	__u64 override_until; /* CLOCK_BOOTTIME ns; 0: no end */
	__u64 sysfs_module;   /* kernfs node of /sys/module */
	__u32 judges_unloads; /* the gate for unloads is there */
	__u32 reserved;
	__u32 self_test_tgid;  /* 0: no self-test is running */
	__u32 self_test_gate;  /* the gate that shall refuse */
	__u32 self_test_epoch; /* of the programs that are tested */
	__u32 reserved2;
	__u64 self_test_started; /* when that process was: another one may have its number later */
	__u64 epochs;            /* which programs are in charge: mw_epochs_make() */
	__u64 excepted_until;    /* CLOCK_BOOTTIME ns: till then a digest is let in; 0: none */
};

/*
 * Programs of two builds may be attached at once, when one takes over from the other. Each attached
 * set of them is an epoch, and one word, which is written and read as a whole, says whose turn it
 * is: what begins is for the current epoch, what has begun stays with the former one until that is
 * gone.
 */
static inline __u64 mw_epochs_make(__u32 current, __u32 former, bool former_is_gone)
{
	return (__u64)current << 32 | (__u64)(former << 1) | former_is_gone;
}

static inline __u32 mw_epochs_current(__u64 epochs)
{
	return epochs >> 32;
}

static inline __u32 mw_epochs_former(__u64 epochs)
{
	return (__u32)epochs >> 1;
}

static inline bool mw_epochs_former_is_gone(__u64 epochs)
{
	return epochs & 1;
}

/* The question and answer of the program that looks for operations in flight. */
struct mw_answers {
	__u32 of_epoch;  /* that have begun with it; 0: before any gate was there */
	__u32 in_flight; /* tasks */
	__u32 sees_all;  /* the first task of all was among those gone through */
	__u32 reserved;
};

/* The gates count, user space reads. */
struct mw_counters {
	__u64 sequence;
	__u64 lost[MW_EVENTS];
	__u64 fired[MW_GATES];       /* any call that the gate took for its own */
	__u64 self_tested[MW_GATES]; /* those of the self-test */
	__u64 verdicts[MW_OPS][MW_VERDICT_PENDING + 1];
	__u64 unseen_exits; /* load calls that ended without having passed a gate */
	__u64 holes;        /* loaded or unloaded without a complete ticket */
	__u64 fold_full;    /* operations written one by one for want of room */
	__u64 unobserved; /* unloads and autoloads that nothing could deny and no record tells of */
	__u64 skipped;    /* a gate that was skipped, and whose clone judged */
	__u64 audit_lost; /* audit records that the kernel said it lost */
	__u64 hashes[MW_HASH_BUCKETS]; /* images, by how long their hashing took */
	__u64 hash_ns;                 /* what it took, all in all */
};

#endif
