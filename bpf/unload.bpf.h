/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An unload. The kernel asks for a capability before anything else, and that is the only place
 * where it can be refused; what is to be unloaded is known there by the name that the caller has
 * written into its own memory, and may write over. So what really goes is compared with it.
 */
#ifndef MODWARDEN_UNLOAD_BPF_H
#define MODWARDEN_UNLOAD_BPF_H

#include "epoch.bpf.h"
#include "judge.bpf.h"

/* As many bytes of the name as the kernel itself reads, with the NUL. */
static __always_inline __u32 kernels_name_size(void)
{
	struct module *module = NULL;
	__u32 size = bpf_core_field_size(module->name);

	return size < MW_NAME_SIZE ? size : MW_NAME_SIZE;
}

static __always_inline __u64 callers_name(void)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;

	if (current_syscall(&abi, &regs) != MW_SYSCALL_DELETE_MODULE)
		return 0;
	return mw_saved_argument(regs, abi, 0);
}

/* A gate may not wait for a page: a name in one that is not there cannot be read. */
static __always_inline void read_callers_name(struct ticket *ticket)
{
	struct mw_facts *facts = &ticket->facts;

	if (bpf_probe_read_user_str(facts->module, kernels_name_size(), (void *)callers_name()) <
	    0) {
		ticket->unreadable = true;
		return;
	}
	facts->name_source = MW_NAME_CALLER;
	facts->known |= MW_BIT(MW_CRITERION_MODULE);
}

static __always_inline struct ticket *unload_begin(void)
{
	struct ticket *ticket = bpf_task_storage_get(&tickets, bpf_get_current_task_btf(), NULL,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!ticket)
		return NULL;
	ticket_begin(ticket, MW_OP_UNLOAD, next_sequence());
	read_caller_facts(ticket);
	return ticket;
}

/* The kernel asks whether the caller may. A caller who may not is refused by it, without a record.
 */
static __always_inline int unload(const struct cred *cred, enum mw_gate gate)
{
	struct ticket *ticket;

	if (is_self_test_task())
		return self_test_ends_here(gate) ? -ECANCELED : 0;
	if (!cred_may_load(cred))
		return 0;
	count(&counters.fired[gate]);
	ticket = unload_begin();
	if (!control.armed) {
		/* The proof that it began under a gate that was not armed yet. */
		if (ticket)
			ticket->passed = MW_BIT(MW_GATE_CALL);
		return 0;
	}
	if (!ticket)
		return deny_blind(MW_OP_UNLOAD, gate, MW_REASON_INTERNAL);
	ticket->passed = MW_BIT(gate);
	read_callers_name(ticket);
	return judge(ticket, gate, true);
}

static __always_inline int unload_first(const struct cred *cred)
{
	int refused = unload(cred, MW_GATE_UNLOAD);
	struct ticket *ticket = ticket_of(MW_OP_UNLOAD);

	if (has_clones && !refused && ticket)
		ticket->handed_on = true;
	return refused;
}

/* A function of its own: its stack is not there while a gate judges. */
static __noinline int unload_was_handed_on(void)
{
	struct ticket *ticket = ticket_of(MW_OP_UNLOAD);
	char name[MW_NAME_SIZE] = {};

	bpf_probe_read_user_str(name, kernels_name_size(), (void *)callers_name());
	if (!ticket || !ticket->handed_on || !same_name(name, ticket->facts.module))
		return false;
	ticket->handed_on = false;
	return true;
}

static __always_inline int unload_again(const struct cred *cred)
{
	if (unload_was_handed_on())
		return 0;
	return unload(cred, MW_GATE_UNLOAD);
}

/* What was judged is not what went: the verdict is on what went, and comes too late. */
static __always_inline void unload_was_raced(struct ticket *ticket)
{
	ticket->ruling.verdict = MW_VERDICT_NONE;
	ticket->ruling.gate = MW_GATE_UNLOADED;
	rule_on(ticket, true);
	ticket->ruling.reason = MW_REASON_RACE;
	ticket->ruling.enforced = false;
	if (ticket->ruling.verdict == MW_VERDICT_DENY) {
		count(&counters.holes);
		emit_tamper(MW_TAMPER_GATE_HOLE, ticket->facts.module);
	}
	emit_decision(ticket);
}

/*
 * Told of as soon as it cannot fail any more: the kernel skips the program at the end for calls
 * that are under way when another program comes to it or goes.
 */
static __always_inline void tell_unloaded(struct ticket *ticket)
{
	if (!ticket->ruling.gate) {
		rule_on(ticket, true);
		ticket->ruling.gate = MW_GATE_EXIT;
	}
	if (!ticket->emitted.verdict)
		emit_decision(ticket);
}

/* The module is being taken apart, by its own name. */
static __noinline int unloaded(struct module *module)
{
	struct ticket *ticket = ticket_of(MW_OP_UNLOAD);
	bool was_judged = ticket && ticket->passed & MW_BIT(MW_GATE_UNLOAD);
	bool was_seen = ticket && ticket->passed;
	char real[MW_NAME_SIZE] = {};
	bool is_callers;

	count(&counters.fired[MW_GATE_UNLOADED]);
	if (!control.armed)
		return 0;
	if (!was_seen && control.judges_unloads &&
	    policy_could_deny(policy_in_force(), MW_OP_UNLOAD)) {
		count(&counters.holes);
		emit_tamper(MW_TAMPER_GATE_HOLE, module->name);
	}
	if (!ticket)
		ticket = unload_begin();
	if (!ticket) {
		count(&counters.unobserved);
		return 0;
	}
	ticket->passed |= MW_BIT(MW_GATE_UNLOADED);
	bpf_probe_read_kernel_str(real, sizeof(real), module->name);
	is_callers = ticket->facts.name_source == MW_NAME_CALLER &&
		     same_name(real, ticket->facts.module);
	ticket->facts.name_source = MW_NAME_KERNEL;
	if (!is_callers) {
		__builtin_memcpy(ticket->facts.module, real, sizeof(real));
		ticket->facts.known |= MW_BIT(MW_CRITERION_MODULE);
		if (was_judged)
			unload_was_raced(ticket);
	}
	tell_unloaded(ticket);
	return 0;
}

/* Where nothing can be refused: what the caller asks for, before it can be written over. */
static __always_inline int call_unload(void)
{
	struct ticket *ticket;

	if (!control.armed || is_self_test_task() || !is_mine())
		return 0;
	count(&counters.fired[MW_GATE_CALL]);
	ticket = unload_begin();
	if (!ticket)
		return deny_blind(MW_OP_UNLOAD, MW_GATE_CALL, MW_REASON_INTERNAL);
	read_callers_name(ticket);
	return 0;
}

/* Where no gate has judged, because the policy could not deny, the record is made here. */
static __always_inline struct ticket *unload_unjudged(struct ticket *ticket, __s64 result)
{
	if (result == -EPERM && !current_may_load()) {
		count(&counters.unseen_exits);
		return NULL;
	}
	if (!ticket)
		ticket = unload_begin();
	if (!ticket) {
		count(&counters.unobserved);
		return NULL;
	}
	if (!(ticket->facts.known & MW_BIT(MW_CRITERION_MODULE)))
		read_callers_name(ticket);
	rule_on(ticket, true);
	ticket->ruling.gate = MW_GATE_EXIT;
	return ticket;
}

static __always_inline void end_unload(__s64 result)
{
	struct ticket *ticket = ticket_of(MW_OP_UNLOAD);

	count(&counters.fired[MW_GATE_EXIT]);
	if (is_self_test_task())
		return;
	if (!control.armed) {
		ticket_close();
		return;
	}
	if (!ticket || !ticket->ruling.gate)
		ticket = unload_unjudged(ticket, result);
	if (ticket)
		finish(ticket, result);
	ticket_close();
}

/* The system call is over. */
int leave_unload(__s64 result)
{
	if (!is_mine_to_end())
		return 0;
	end_unload(result);
	audit_call_returns();
	return 0;
}

#endif
