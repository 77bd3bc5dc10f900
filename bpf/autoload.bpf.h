/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An autoload: somebody's system call makes the kernel ask for a module by an alias. The current
 * task is the one who asks; where it is the kernel itself, nobody knows on whose behalf.
 */
#ifndef MODWARDEN_AUTOLOAD_BPF_H
#define MODWARDEN_AUTOLOAD_BPF_H

#include "judge.bpf.h"
#include "self_test.bpf.h"

#define OF_A_PROCESS                                                                               \
	(MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID) | MW_BIT(MW_CRITERION_CONTAINER) |   \
	 MW_BIT(MW_CRITERION_LOADER))

static __always_inline void request_close(void)
{
	bpf_task_storage_delete(&requests, bpf_get_current_task_btf());
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
	} else {
		read_caller_facts(ticket);
	}
}

/* It ends here either way, so it is told at once: the helper's loads are operations of their own.
 */
static __noinline int request(const char *alias)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct ticket *ticket =
		bpf_task_storage_get(&requests, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	bool refused;

	count(&counters.fired[MW_GATE_REQUEST]);
	if (!ticket)
		return deny_blind(MW_OP_AUTOLOAD, MW_GATE_REQUEST, MW_REASON_INTERNAL);
	ticket_begin(ticket, MW_OP_AUTOLOAD, next_sequence());
	read_request(ticket, alias);
	ticket->ruling.gate = MW_GATE_REQUEST;
	rule_on(ticket, true);
	refused =
		ticket->ruling.verdict == MW_VERDICT_DENY && ticket->ruling.mode != MW_MODE_MONITOR;
	ticket->ruling.enforced = refused;
	if (!fold(ticket))
		emit_decision(ticket);
	count_verdict(ticket);
	if (!refused)
		requester_asked(ticket);
	if (!refused && has_clones)
		ticket->handed_on = true;
	else
		request_close();
	return refused ? -EPERM : 0;
}

static __always_inline int request_first(const char *alias)
{
	if (is_self_test_task())
		return self_test_ends_here(MW_GATE_REQUEST) ? -ECANCELED : 0;
	if (!control.armed)
		return 0;
	return request(alias);
}

static __always_inline int request_again(const char *alias)
{
	struct ticket *ticket =
		bpf_task_storage_get(&requests, bpf_get_current_task_btf(), NULL, 0);

	char asked[MW_NAME_SIZE] = {};

	bpf_probe_read_kernel_str(asked, sizeof(asked), alias);
	if (ticket && ticket->handed_on && same_name(asked, ticket->facts.alias)) {
		request_close();
		return 0;
	}
	return request_first(alias);
}

#endif
