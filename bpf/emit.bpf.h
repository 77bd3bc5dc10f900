/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What user space is told: events in the ring buffer, counts in the folds and counters. Nothing
 * here can change a verdict; what does not fit is counted.
 */
#ifndef MODWARDEN_EMIT_BPF_H
#define MODWARDEN_EMIT_BPF_H

#include "audit.bpf.h"
#include "caller.bpf.h"
#include "event.bpf.h"
#include "requester.bpf.h"

struct mw_control control SEC(".data.control");
/* The window of operations that is being counted; user space puts in an empty one and reads this.
 */
struct fold_window {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MW_FOLDS_MAX);
	__uint(key_size, sizeof(struct mw_fold_key)); /* of an inner map libbpf sees no types */
	__uint(value_size, sizeof(struct mw_fold));
};

/* Beside it the one before, for a daemon that comes after one that died while it told of it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct fold_window);
} folds SEC(".maps");

_Static_assert(sizeof(struct mw_caller) <= sizeof(zeros),
	       "zeros must cover every part of an event");
_Static_assert(sizeof(struct mw_outcome) <= sizeof(zeros),
	       "zeros must cover every part of an event");

int emit_decision(struct ticket *ticket)
{
	struct mw_decision_event *event;
	const struct cgroup_walk *walk;

	if (!ticket)
		return 0;
	walk = walk_to_caller(ticket);
	event = event_reserve(MW_EVENT_DECISION, sizeof(struct mw_decision_event));
	ticket->emitted = ticket->ruling;
	if (!event)
		return 0;
	event->event.seq = ticket->seq;
	event->event.time = ticket->began;
	event->ruling = ticket->ruling;
	event->call = audit_call_of();
	event->leader = ticket->leader;
	bpf_probe_read_kernel(&event->facts, sizeof(event->facts), &ticket->facts);
	bpf_probe_read_kernel(&event->caller, sizeof(event->caller), zeros);
	event->caller.deleted = ticket->deleted;
	event->caller.memfd = ticket->memfd;
	read_caller(&event->caller, walk);
	bpf_probe_read_kernel(&event->requester, sizeof(event->requester), zeros);
	if (ticket->facts.op == MW_OP_LOAD)
		read_requester(&event->requester);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static __always_inline void outcome_task(struct mw_outcome *event)
{
	__u64 id = bpf_get_current_pid_tgid();

	event->pid = id >> 32;
	event->tid = (__u32)id;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
}

static __always_inline int emit_outcome(struct ticket *ticket, __s64 exit)
{
	struct mw_outcome *event = event_reserve(MW_EVENT_OUTCOME, sizeof(struct mw_outcome));
	const struct mw_facts *facts = &ticket->facts;

	if (!event)
		return 0;
	event->event.seq = ticket->seq;
	event->event.time = ticket->began;
	event->ruling = ticket->ruling;
	event->call = audit_call_of();
	event->exit = exit;
	event->size = facts->size;
	event->taints = ticket->taints;
	outcome_task(event);
	event->uid = facts->uid;
	event->reserved2 = 0;
	event->op = facts->op;
	event->source = facts->source;
	event->name_source = facts->name_source;
	event->signature = facts->signature;
	event->is_signed = facts->is_signed;
	event->digest_count = facts->digest_count;
	event->loaded = !!(ticket->passed & MW_BIT(MW_GATE_LOADED));
	event->reserved = 0;
	__builtin_memcpy(event->digest, facts->digest, sizeof(event->digest));
	__builtin_memcpy(event->module, facts->module, sizeof(event->module));
	__builtin_memcpy(event->srcversion, ticket->srcversion, sizeof(event->srcversion));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* The outcome without a ticket: all that is known is the ruling and the task. */
static __always_inline void emit_bare_outcome(enum mw_op op, __u64 seq, __u64 time,
					      const struct mw_ruling *ruling, __s64 exit)
{
	struct mw_outcome *event = event_reserve(MW_EVENT_OUTCOME, sizeof(struct mw_outcome));

	if (!event)
		return;
	bpf_probe_read_kernel(event, sizeof(*event), zeros);
	event->event.type = MW_EVENT_OUTCOME;
	event->event.size = sizeof(*event);
	event->event.seq = seq;
	event->event.time = time;
	event->ruling = *ruling;
	event->exit = exit;
	outcome_task(event);
	event->uid = BPF_CORE_READ(bpf_get_current_task_btf(), cred, euid.val);
	event->op = op;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void emit_bare_decision(enum mw_op op, __u64 seq, __u64 time,
					       const struct mw_ruling *ruling)
{
	struct mw_decision_event *event =
		event_reserve(MW_EVENT_DECISION, sizeof(struct mw_decision_event));

	if (!event)
		return;
	bpf_probe_read_kernel(&event->facts, sizeof(event->facts), zeros);
	bpf_probe_read_kernel(&event->caller, sizeof(event->caller), zeros);
	event->event.seq = seq;
	event->event.time = time;
	event->ruling = *ruling;
	event->call = audit_call_of();
	event->leader = 0;
	event->facts.op = op;
	read_caller(&event->caller, NULL);
	bpf_probe_read_kernel(&event->requester, sizeof(event->requester), zeros);
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void fold_key_of(struct mw_fold_key *key, const struct ticket *ticket)
{
	struct inode *exe = BPF_CORE_READ(bpf_get_current_task_btf(), mm, exe_file, f_inode);
	const struct mw_facts *facts = &ticket->facts;

	__builtin_memset(key, 0, sizeof(*key));
	key->generation = ticket->ruling.generation;
	key->rule = ticket->ruling.rule;
	key->reason = ticket->ruling.reason;
	key->gate = ticket->ruling.gate;
	key->verdict = ticket->ruling.verdict;
	key->mode = ticket->ruling.mode;
	key->enforced = ticket->ruling.enforced;
	key->op = facts->op;
	key->source = facts->source;
	key->uid = facts->uid;
	key->cgroup_id = bpf_get_current_cgroup_id();
	if (exe) {
		key->exe_inode = BPF_CORE_READ(exe, i_ino);
		key->exe_device = BPF_CORE_READ(exe, i_sb, s_dev);
	}
	key->digest_count = facts->digest_count;
	__builtin_memcpy(key->digest, facts->digest[0], sizeof(key->digest));
	bpf_probe_read_kernel(key->module, sizeof(key->module),
			      facts->op == MW_OP_AUTOLOAD ? facts->alias : facts->module);
}

/*
 * Counts an operation under an identical one of the same window. False: it is the first, or there
 * is no room to count it, and it is to be written as an event of its own.
 */
static __noinline bool count_as_another(struct ticket *ticket)
{
	struct mw_fold_key key; /* on the stack: 6.1 takes no argument's memory for a key */
	struct mw_fold first = {
		.seq = ticket->seq,
		.first = ticket->began,
		.last = ticket->began,
	};
	struct mw_fold *counted;
	__u32 zero = 0;
	void *window = bpf_map_lookup_elem(&folds, &zero);

	if (!window) {
		count(&counters.fold_full);
		return false;
	}
	fold_key_of(&key, ticket);
	counted = bpf_map_lookup_elem(window, &key);
	if (!counted) {
		long error = bpf_map_update_elem(window, &key, &first, BPF_NOEXIST);

		if (!error)
			return false;
		/* Another CPU was first; or the window is full, and it is still not there. */
		counted = bpf_map_lookup_elem(window, &key);
		if (!counted) {
			count(&counters.fold_full);
			return false;
		}
	}
	count(&counted->count);
	counted->last = ticket->began;
	ticket->seq = counted->seq; /* what refers to it finds the record that counts it */
	return true;
}

/* The same, and its system call is known to be part of that count. */
static __always_inline bool fold(struct ticket *ticket)
{
	if (!count_as_another(ticket))
		return false;
	audit_call_folds(ticket->seq);
	return true;
}

#endif
