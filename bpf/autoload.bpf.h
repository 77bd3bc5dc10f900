/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An autoload: somebody's system call makes the kernel ask for a module by an alias. The current
 * task is the one who asks; where it is the kernel itself, nobody knows on whose behalf.
 *
 * Anybody may cause one, in any number. So nothing is allocated for it: its ticket comes from a
 * fixed set, and goes back before the gate ends.
 */
#ifndef MODWARDEN_AUTOLOAD_BPF_H
#define MODWARDEN_AUTOLOAD_BPF_H

#include "epoch.bpf.h"
#include "judge.bpf.h"

#define REQUESTS_MAX  256 /* one a CPU, and one for each task that was preempted in the gate */
#define REQUEST_TRIES 16

struct request {
	__u64 taken;
	struct ticket ticket;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REQUESTS_MAX);
	__type(key, __u32);
	__type(value, struct request);
} requests SEC(".maps");

#define OF_A_PROCESS                                                                               \
	(MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID) | MW_BIT(MW_CRITERION_CONTAINER) |   \
	 MW_BIT(MW_CRITERION_LOADER))

static __always_inline struct request *request_take(void)
{
	__u32 first = bpf_get_smp_processor_id() * REQUEST_TRIES;

	for (__u32 i = 0; i < REQUEST_TRIES; i++) {
		__u32 at = (first + i) & (REQUESTS_MAX - 1);
		struct request *request = bpf_map_lookup_elem(&requests, &at);

		if (request && !__sync_val_compare_and_swap(&request->taken, 0, 1))
			return request;
	}
	return NULL;
}

static __always_inline void request_give_back(struct request *request)
{
	__sync_lock_test_and_set(&request->taken, 0);
}

/* A helper of the kernel's asks on behalf of those on whose behalf it runs. */
static __always_inline bool read_requester_facts(struct mw_facts *facts,
						 struct mw_requester *requester)
{
	bpf_probe_read_kernel(requester, sizeof(*requester), zeros);
	read_requester(requester);
	if (!requester->pid)
		return false;
	facts->uid = requester->uid;
	facts->auid = requester->auid;
	if (requester->kernel_thread)
		facts->unattributed = OF_A_PROCESS;
	bpf_probe_read_kernel(facts->container, sizeof(facts->container), requester->container);
	facts->absent &= ~MW_BIT(MW_CRITERION_CONTAINER);
	if (!requester->container[0])
		facts->absent |= MW_BIT(MW_CRITERION_CONTAINER);
	facts->known |= OF_A_PROCESS & ~MW_BIT(MW_CRITERION_LOADER);
	return true;
}

static __always_inline void read_request(struct ticket *ticket, const char *alias)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mw_facts *facts = &ticket->facts;

	if (bpf_probe_read_kernel_str(facts->alias, sizeof(facts->alias), alias) < 0)
		ticket_fail(ticket, MW_REASON_UNREADABLE);
	facts->known |= MW_BIT(MW_CRITERION_ALIAS);
	if (task_is_kernel(task)) {
		facts->unattributed = OF_A_PROCESS;
		facts->known |= OF_A_PROCESS;
		facts->uid = BPF_CORE_READ(task, cred, euid.val);
		facts->auid = task_auid(task);
		return;
	}
	read_caller_facts(ticket);
	read_requester_facts(facts, &ticket->scratch.requester);
}

/* Anybody can ask for ever new aliases: half of the room stays for loads and unloads. */
static __always_inline void tell_request(struct ticket *ticket)
{
	if (events_are_half_full())
		count(&counters.lost[MW_EVENT_DECISION]);
	else
		emit_decision(ticket);
}

/* It ends here either way, so it is told at once: the helper's loads are operations of their own.
 */
static __noinline int judge_request(struct request *request, const char *alias)
{
	struct ticket *ticket = &request->ticket;
	bool refused;

	ticket_begin(ticket, MW_OP_AUTOLOAD, next_sequence());
	read_request(ticket, alias);
	ticket->ruling.gate = MW_GATE_REQUEST;
	rule_on(ticket, true);
	refused =
		ticket->ruling.verdict == MW_VERDICT_DENY && ticket->ruling.mode != MW_MODE_MONITOR;
	ticket->ruling.enforced = refused;
	if (!fold(ticket))
		tell_request(ticket);
	count_verdict(ticket);
	if (!refused)
		requester_asked(ticket);
	return refused ? -EPERM : 0;
}

/* What was let pass has left word for its helper: nobody needs to take it again. */
static __always_inline bool request_is_mine(const char *alias)
{
	__u64 epochs = control.epochs;

	if (is_self_test_task())
		return epoch == control.self_test_epoch;
	if (epoch == mw_epochs_current(epochs))
		return true;
	return epoch == mw_epochs_former(epochs) && !find_asking(alias);
}

static __always_inline int request_first(const char *alias)
{
	struct request *request;
	int refused;

	if (!request_is_mine(alias))
		return 0;
	if (is_self_test_task())
		return self_test_ends_here(MW_GATE_REQUEST) ? -ECANCELED : 0;
	if (!control.armed)
		return 0;
	count(&counters.fired[MW_GATE_REQUEST]);
	request = request_take();
	if (!request)
		return deny_blind(MW_OP_AUTOLOAD, MW_GATE_REQUEST, MW_REASON_INTERNAL);
	refused = judge_request(request, alias);
	request_give_back(request);
	return refused;
}

/* What was let pass has left word for its helper. */
static __always_inline int request_again(const char *alias)
{
	if (find_asking(alias))
		return 0;
	return request_first(alias);
}

#endif
