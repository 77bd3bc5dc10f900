/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The warden, whom the lock spares, what is locked, and how an attempt is refused and told of. */
#ifndef MODWARDEN_WARDEN_BPF_H
#define MODWARDEN_WARDEN_BPF_H

#include "event.bpf.h"
#include "modwarden/lock.h"

#define NSEC_PER_SEC 1000000000ULL

struct mw_lock lock SEC(".data.lock");

/* Maps, programs and files by their addresses, links by their ids, which no address is as small as.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MW_LOCKED_OBJECTS);
	__type(key, __u64);
	__type(value, __u32);
} locked_objects SEC(".maps");

struct task_struct___exit {
	int exit_state;
} __attribute__((preserve_access_index));

/* Is the lock closed, and the current task not the warden? */
static __always_inline bool is_foreign(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!lock.locked)
		return false;
	return (__u32)task->tgid != lock.tgid ||
	       task_start_time(BPF_CORE_READ(task, group_leader)) != lock.started;
}

static __always_inline bool is_warden(struct task_struct *task)
{
	return (__u32)BPF_CORE_READ(task, tgid) == lock.tgid &&
	       task_start_time(BPF_CORE_READ(task, group_leader)) == lock.started;
}

/* What is its process's alone is nobody's after its end, and the addresses may be another's. */
static __always_inline bool warden_lives(void)
{
	struct task_struct *task = (struct task_struct *)lock.task;

	return is_warden(task) && !BPF_CORE_READ((struct task_struct___exit *)task, exit_state);
}

/* Who tries without end must not keep the warden from what it looks after each second. */
static __always_inline bool may_tell(void)
{
	__u64 second = bpf_ktime_get_boot_ns() / NSEC_PER_SEC;

	if (lock.second != second) {
		lock.second = second;
		lock.told = 0;
	}
	return __sync_fetch_and_add(&lock.told, 1) < MW_LOCKED_TOLD_MAX;
}

/* Nor take the room of other records: half of the buffer is theirs alone. */
static __noinline int tell(__u32 attempt, __u64 object)
{
	struct mw_tamper_event *event;

	if (events_are_half_full() || !may_tell()) {
		count(&counters.lost[MW_EVENT_TAMPER]);
		return 0;
	}
	event = tamper_reserve(MW_TAMPER_LOCKED);
	if (!event)
		return 0;
	event->attempt = attempt;
	event->object = object;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#define REFUSE(attempt, object)                                                                    \
	do {                                                                                       \
		tell((attempt), (object));                                                         \
		return -EPERM;                                                                     \
	} while (0)

static __always_inline bool is_locked_object(__u64 key)
{
	return bpf_map_lookup_elem(&locked_objects, &key);
}

/* Is it one that belongs to the warden's process? */
static __always_inline enum mw_locked_kind file_kind(struct inode *inode)
{
	__u64 key = (__u64)inode;
	__u32 *kind = bpf_map_lookup_elem(&locked_objects, &key);

	if (!kind || !warden_lives())
		return MW_LOCKED_NONE;
	return *kind;
}

#endif
