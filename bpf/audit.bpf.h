/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which record of the kernel's audit trail tells of the same system call. The kernel stamps an
 * event with its serial number when the first record of it is made, mostly at the very end of the
 * call and after all that the gates see of it; the stamp is taken from there. A mark at the task
 * says that operations of the call were told of, until then.
 *
 * Nothing here is called unless a module operation or an audit record is made, and nothing here
 * changes a verdict.
 */
#ifndef MODWARDEN_AUDIT_BPF_H
#define MODWARDEN_AUDIT_BPF_H

#include "event.bpf.h"

/* struct audit_context became two layouts with "audit: create audit_stamp structure" (6.17). */
struct audit_context___apart {
	struct timespec64 ctime;
	unsigned int serial;
} __attribute__((preserve_access_index));

struct audit_stamp___stamped {
	struct timespec64 ctime;
	unsigned int serial;
} __attribute__((preserve_access_index));

struct audit_context___stamped {
	struct audit_stamp___stamped stamp;
} __attribute__((preserve_access_index));

/* Before 12c5e81d3fd0 ("audit: prepare audit_context for use in calling contexts beyond syscalls").
 */
struct audit_context___before {
	int in_syscall;
} __attribute__((preserve_access_index));

struct audit_context___any {
	int dummy;
	enum {
		AUDIT_OF_SYSCALL = 1, /* AUDIT_CTX_SYSCALL */
		AUDIT_OF_URING,       /* AUDIT_CTX_URING */
	} context;
	int major;
	unsigned long argv[4];
	int return_valid;
	char *filterkey;
} __attribute__((preserve_access_index));

/* What makes a system call of a task another one than that before. */
struct audit_call {
	__u64 second; /* when it began, by a clock that has ticks */
	__u64 nanosecond;
	__u64 arguments[4];
	__u32 number;
	__u32 reserved;
};

struct audit_mark {
	struct audit_call call;
	__u64 id;                   /* of its own; 0: there is no mark */
	__u32 serial;               /* that it was stamped with; 0: not yet */
	__u8 told;                  /* an event names it */
	__u8 over;                  /* its function has returned */
	__u8 lost;                  /* the kernel has lost a record of it */
	__u8 folded;                /* how many of 'folds' there are */
	__u64 folds[MW_CALL_FOLDS]; /* sequence numbers under which its operations were counted */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct audit_mark);
} marks SEC(".maps");

/*
 * The stamps of what is only counted, by the sequence number that it is counted under. User space
 * takes them out; where it does not, what finds no room is counted as lost.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MW_FOLD_STAMPS_MAX);
	__type(key, __u64);
	__type(value, struct mw_fold_stamps);
} fold_stamps SEC(".maps");

const volatile bool has_stamps; /* the program that takes them is attached */

static __always_inline struct audit_context *task_audit_context(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->audit_context))
		return NULL;
	return BPF_CORE_READ(task, audit_context);
}

static __always_inline bool audit_is_of_syscall(struct audit_context *context)
{
	struct audit_context___before *before = (void *)context;
	struct audit_context___any *any = (void *)context;

	if (bpf_core_field_exists(any->context))
		return BPF_CORE_READ(any, context) == AUDIT_OF_SYSCALL;
	return BPF_CORE_READ(before, in_syscall);
}

/* On whose behalf such a worker is at it, its own context does not say. */
static __always_inline bool audit_is_of_uring(struct audit_context *context)
{
	struct audit_context___any *any = (void *)context;

	return context && bpf_core_field_exists(any->context) &&
	       BPF_CORE_READ(any, context) == AUDIT_OF_URING;
}

static __always_inline __u64 audit_second(struct audit_context *context)
{
	struct audit_context___stamped *stamped = (void *)context;
	struct audit_context___apart *apart = (void *)context;

	if (bpf_core_field_exists(stamped->stamp))
		return BPF_CORE_READ(stamped, stamp.ctime.tv_sec);
	return BPF_CORE_READ(apart, ctime.tv_sec);
}

static __always_inline __u64 audit_nanosecond(struct audit_context *context)
{
	struct audit_context___stamped *stamped = (void *)context;
	struct audit_context___apart *apart = (void *)context;

	if (bpf_core_field_exists(stamped->stamp))
		return BPF_CORE_READ(stamped, stamp.ctime.tv_nsec);
	return BPF_CORE_READ(apart, ctime.tv_nsec);
}

static __always_inline void audit_read_call(struct audit_context *context, struct audit_call *call)
{
	struct audit_context___any *any = (void *)context;

	call->second = audit_second(context);
	call->nanosecond = audit_nanosecond(context);
	call->number = BPF_CORE_READ(any, major);
	bpf_core_read(call->arguments, sizeof(call->arguments), &any->argv);
}

static __always_inline __u32 audit_serial_of(struct audit_context *context)
{
	struct audit_context___stamped *stamped = (void *)context;
	struct audit_context___apart *apart = (void *)context;

	if (bpf_core_field_exists(stamped->stamp))
		return BPF_CORE_READ(stamped, stamp.serial);
	return BPF_CORE_READ(apart, serial);
}

/*
 * At its end the rules have been asked, and the key is that of the one that matched; a record in
 * the midst of the call has the same serial number, and is not the last one.
 */
static __always_inline bool audit_is_at_end(struct audit_context *context)
{
	struct audit_context___any *any = (void *)context;

	return BPF_CORE_READ(any, return_valid) || bpf_get_current_task_btf()->flags & PF_EXITING;
}

/* The call that the task is in is the one that was marked; *context is its. */
static __always_inline bool mark_holds(const struct audit_mark *mark, struct audit_context *context)
{
	struct audit_context___any *any = (void *)context;

	if (!mark->id || !context || !audit_is_of_syscall(context))
		return false;
	if (mark->call.number != (__u32)BPF_CORE_READ(any, major) ||
	    mark->call.second != audit_second(context) ||
	    mark->call.nanosecond != audit_nanosecond(context))
		return false;
	for (int i = 0; i < 4; i++)
		if (mark->call.arguments[i] != BPF_CORE_READ(any, argv[i]))
			return false;
	return true;
}

/* A mark for the call that the current task is in. NULL: none. */
static __always_inline struct audit_mark *mark_of(struct audit_context *context)
{
	struct audit_mark *mark = bpf_task_storage_get(&marks, bpf_get_current_task_btf(), NULL,
						       BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!mark)
		return NULL;
	/* One that has been stamped is of a call that has ended. */
	if (!mark->over && !mark->serial && mark_holds(mark, context))
		return mark;
	__builtin_memset(mark, 0, sizeof(*mark));
	audit_read_call(context, &mark->call);
	mark->id = next_sequence();
	return mark;
}

/* The call is not one that the kernel audits by any rule; asked again later, it may be. */
static __always_inline bool is_unaudited(struct audit_context *context)
{
	struct audit_context___any *any = (void *)context;

	return !context || !audit_is_of_syscall(context) || BPF_CORE_READ(any, dummy);
}

/* For an event: the call that the operation is part of. See struct mw_decision_event. */
__u64 audit_call_of(void)
{
	struct audit_context *context = task_audit_context(bpf_get_current_task_btf());
	struct audit_mark *mark;

	if (!has_stamps)
		return MW_CALL_UNKNOWN;
	if (is_unaudited(context))
		return audit_is_of_uring(context) ? MW_CALL_UNKNOWN : MW_CALL_UNAUDITED;
	mark = mark_of(context);
	if (!mark)
		return MW_CALL_UNKNOWN;
	mark->told = true;
	return mark->id;
}

/* What is known of those that are counted under this number. NULL: there is no room for it. */
static __noinline struct mw_fold_stamps *fold_stamps_of(__u64 seq)
{
	struct mw_fold_stamps *stamps = bpf_map_lookup_elem(&fold_stamps, &seq);
	struct mw_fold_stamps none = {};

	if (stamps)
		return stamps;
	bpf_map_update_elem(&fold_stamps, &seq, &none, BPF_NOEXIST);
	stamps = bpf_map_lookup_elem(&fold_stamps, &seq);
	if (!stamps)
		count(&counters.lost[MW_EVENT_AUDIT]);
	return stamps;
}

static __always_inline void stamp_will_be_missed(__u64 seq)
{
	struct mw_fold_stamps *stamps = fold_stamps_of(seq);

	if (stamps)
		count(&stamps->missed);
}

/* For what is only counted: 'counted_as' is the sequence number of its like. */
int audit_call_folds(__u64 counted_as)
{
	struct audit_context *context = task_audit_context(bpf_get_current_task_btf());
	struct audit_mark *mark;

	if (!has_stamps || (is_unaudited(context) && !audit_is_of_uring(context)))
		return 0;
	mark = audit_is_of_uring(context) ? NULL : mark_of(context);
	if (!mark || mark->folded >= MW_CALL_FOLDS) {
		stamp_will_be_missed(counted_as);
		return 0;
	}
	mark->folds[mark->folded & (MW_CALL_FOLDS - 1)] = counted_as;
	mark->folded++;
	return 0;
}

/*
 * The function of a module system call returns. What is stamped from now on is stamped for this
 * call; and a mark that was over before is of another one.
 */
static __always_inline void audit_call_returns(void)
{
	struct audit_mark *mark;

	if (!has_stamps)
		return;
	mark = bpf_task_storage_get(&marks, bpf_get_current_task_btf(), NULL, 0);
	if (!mark)
		return;
	if (mark->over)
		mark->id = 0;
	mark->over = true;
}

static __noinline int stamp_fold(__u64 seq, __u32 serial, __u32 lost)
{
	struct mw_fold_stamps *stamps = fold_stamps_of(seq);

	if (!stamps)
		return 0;
	if (lost) {
		count(&stamps->lost);
		return 0;
	}
	count(&stamps->count);
	__sync_val_compare_and_swap(&stamps->first, 0, serial);
	stamps->last = serial;
	return 0;
}

static __always_inline void stamp_folds(const struct audit_mark *mark, __u32 serial, __u32 lost)
{
	for (int i = 0; i < MW_CALL_FOLDS; i++) {
		if (i >= mark->folded)
			break;
		stamp_fold(mark->folds[i], serial, lost);
	}
}

static __always_inline void emit_audit(const struct audit_mark *mark, struct audit_context *context,
				       __u32 serial, bool lost)
{
	struct audit_context___any *any = (void *)context;
	struct mw_audit_event *event = event_reserve(MW_EVENT_AUDIT, sizeof(struct mw_audit_event));

	if (!event)
		return;
	event->event.seq = mark->id;
	event->event.time = bpf_ktime_get_boot_ns();
	event->seconds = mark->call.second;
	event->milliseconds = mark->call.nanosecond / 1000000;
	event->serial = serial;
	event->lost = lost;
	__builtin_memset(event->reserved, 0, sizeof(event->reserved));
	__builtin_memset(event->key, 0, sizeof(event->key));
	bpf_probe_read_kernel_str(event->key, sizeof(event->key), BPF_CORE_READ(any, filterkey));
	bpf_ringbuf_submit(event, 0);
}

static __always_inline struct audit_mark *current_mark(struct audit_context *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct audit_mark *mark;

	/* Some records are made on behalf of other tasks, or of none. */
	if (!context || context != task_audit_context(task))
		return NULL;
	mark = bpf_task_storage_get(&marks, task, NULL, 0);
	return mark && mark_holds(mark, context) ? mark : NULL;
}

/* A record of the call gets its stamp: each of them gets the same. */
static __always_inline void stamped(struct audit_context *context)
{
	struct audit_mark *mark = current_mark(context);
	__u32 serial;

	if (!mark)
		return;
	serial = audit_serial_of(context);
	if (!serial || mark->serial == serial)
		return;
	if (mark->serial) {
		mark->id = 0; /* a call that looks the same, and is not */
		return;
	}
	if (!audit_is_at_end(context))
		return;
	mark->serial = serial;
	stamp_folds(mark, serial, false);
	if (mark->told)
		emit_audit(mark, context, serial, false);
}

/* The kernel says that it has lost a record; of two sets of programs one counts it. */
static __always_inline void record_lost(bool counts)
{
	struct audit_context *context = task_audit_context(bpf_get_current_task_btf());
	struct audit_mark *mark = current_mark(context);

	if (counts)
		count(&counters.audit_lost);
	if (!mark || mark->lost)
		return;
	mark->lost = true;
	stamp_folds(mark, 0, true);
	if (mark->told)
		emit_audit(mark, context, 0, true);
}

/* Whether the task is still in the call that it was marked for. */
static __always_inline bool is_in_marked_call(struct task_struct *task,
					      const struct audit_mark *mark)
{
	return mark_holds(mark, task_audit_context(task));
}

#endif
