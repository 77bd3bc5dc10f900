/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a ticket to a verdict: the policy in force, decide(), the mode, and what a gate returns.
 *
 * Everything here fails closed. While the gates are not armed they see and remember, and refuse
 * nothing but what the self-test asks them to.
 *
 * Functions without `static` are global to the verifier: it walks each once in a program, not once
 * a call, knows nothing of their pointers but the size, and nothing of what they return.
 */
#ifndef MODWARDEN_JUDGE_BPF_H
#define MODWARDEN_JUDGE_BPF_H

#include "emit.bpf.h"

struct policy_image {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct mw_policy));
};

/* The policy in force. Replaced as a whole: a gate that has begun with one ends with it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct policy_image);
} policies SEC(".maps");

struct digest_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MW_DIGESTS_MAX);
	__uint(key_size, MW_DIGEST_SIZE);
	__uint(value_size, sizeof(struct mw_ruleset));
};

/*
 * The digests of a policy, by its generation: they are put here before the policy is, and taken
 * away after the kernel has let every reader of the policy go.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct digest_table);
} digests SEC(".maps");

/* What is let in for a while whatever the rules say: digest to CLOCK_BOOTTIME ns. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MW_EXCEPTIONS_MAX);
	__uint(key_size, MW_DIGEST_SIZE);
	__uint(value_size, sizeof(__u64));
} exceptions SEC(".maps");

static __always_inline const struct mw_policy *policy_in_force(void)
{
	__u32 zero = 0;
	void *image = bpf_map_lookup_elem(&policies, &zero);

	return image ? bpf_map_lookup_elem(image, &zero) : NULL;
}

static __always_inline bool policy_could_deny(const struct mw_policy *policy, __u32 op)
{
	return !policy || policy->can_deny & MW_BIT(op & 31);
}

static __always_inline enum mw_mode mode_in_force(const struct mw_policy *policy)
{
	__u32 mode = control.override_mode;
	__u64 until = control.override_until;

	if (observe_only)
		return MW_MODE_MONITOR;
	if (mode && (!until || bpf_ktime_get_boot_ns() < until))
		return mode;
	return policy ? policy->mode : MW_MODE_ENFORCE;
}

/* Sets the rules that list one of the digests seen. False: the policy's digests are not there. */
static __always_inline bool find_digest_rules(const struct mw_policy *policy, struct ticket *ticket)
{
	struct mw_ruleset *rules = &ticket->decision.digest;
	__u32 generation = policy->generation;
	void *table = bpf_map_lookup_elem(&digests, &generation);

	__builtin_memset(rules, 0, sizeof(*rules));
	if (!table)
		return false;
	for (int i = 0; i < MW_DIGESTS; i++) {
		__u8 key[MW_DIGEST_SIZE]; /* 6.1 takes no key from a global function's argument */
		struct mw_ruleset *listed;

		if (i >= ticket->facts.digest_count)
			break;
		__builtin_memcpy(key, ticket->facts.digest[i], sizeof(key));
		listed = bpf_map_lookup_elem(table, key);
		if (!listed)
			continue;
		for (int word = 0; word < 4; word++)
			rules->bits[word] |= listed->bits[word];
	}
	return true;
}

/* One of the digests seen is let in now. */
int find_exception(struct ticket *ticket)
{
	if (!ticket || ticket->facts.op != MW_OP_LOAD)
		return false;
	for (int i = 0; i < MW_DIGESTS; i++) {
		__u8 key[MW_DIGEST_SIZE]; /* as above */
		__u64 *until;

		if (i >= ticket->facts.digest_count)
			break;
		__builtin_memcpy(key, ticket->facts.digest[i], sizeof(key));
		until = bpf_map_lookup_elem(&exceptions, key);
		if (until && bpf_ktime_get_boot_ns() < *until)
			return true;
	}
	return false;
}

/*
 * What is let in is known by its content, stored or unpacked: as long as anything is let in, no
 * load is refused before the last digest that there will be. Where the content cannot be had, it is
 * refused there.
 */
static __always_inline bool may_be_excepted(const struct ticket *ticket)
{
	return ticket->facts.op == MW_OP_LOAD &&
	       (ticket->ruling.gate == MW_GATE_START || ticket->expecting) &&
	       bpf_ktime_get_boot_ns() < control.excepted_until;
}

static __always_inline void rule_denied(struct mw_ruling *ruling, enum mw_reason reason)
{
	ruling->verdict = MW_VERDICT_DENY;
	ruling->reason = reason;
}

/* The ruling on what is known now. Leaves it at MW_VERDICT_PENDING where it has to wait. */
static __always_inline int rule_on(struct ticket *ticket, __u32 last_stop)
{
	const struct mw_policy *policy = policy_in_force();
	struct mw_decision *decision = &ticket->decision;
	struct mw_ruling *ruling = &ticket->ruling;

	ruling->rule = MW_RULE_NONE;
	ruling->mode = mode_in_force(policy);
	if (!policy) {
		rule_denied(ruling, MW_REASON_NO_POLICY);
		return 0;
	}
	ruling->generation = policy->generation;
	if (ticket->failed) {
		rule_denied(ruling, ticket->failed);
		return 0;
	}
	if (find_exception(ticket)) {
		ruling->verdict = MW_VERDICT_ALLOW;
		ruling->reason = MW_REASON_EXCEPTION;
		return 0;
	}
	if (!find_digest_rules(policy, ticket)) {
		rule_denied(ruling, MW_REASON_INTERNAL);
		return 0;
	}
	mw_decide(policy, &ticket->facts, decision);
	ruling->verdict = decision->verdict;
	if (ruling->verdict == MW_VERDICT_DENY && may_be_excepted(ticket))
		ruling->verdict = MW_VERDICT_PENDING;
	ruling->rule = decision->rule;
	ruling->reason = decision->rule == MW_RULE_NONE ? MW_REASON_DEFAULT : MW_REASON_RULE;
	if (ruling->verdict == MW_VERDICT_PENDING && last_stop)
		rule_denied(ruling, ticket->unreadable ? MW_REASON_UNREADABLE
						       : mw_pending_reason(decision));
	return 0;
}

static __always_inline bool ruling_changed(const struct ticket *ticket)
{
	return ticket->ruling.verdict != ticket->emitted.verdict ||
	       ticket->ruling.rule != ticket->emitted.rule ||
	       ticket->ruling.reason != ticket->emitted.reason ||
	       ticket->ruling.enforced != ticket->emitted.enforced;
}

static __always_inline void count_verdict(const struct ticket *ticket)
{
	__u32 op = ticket->facts.op;
	__u32 verdict = ticket->ruling.verdict;

	if (op < MW_OPS && verdict <= MW_VERDICT_PENDING)
		count(&counters.verdicts[op][verdict]);
}

static __always_inline int deny(struct ticket *ticket)
{
	struct mw_ruling *ruling = &ticket->ruling;

	ruling->enforced = ruling->mode != MW_MODE_MONITOR;
	if (ruling_changed(ticket)) {
		/* What has been told once as an event of its own stays one. */
		ticket->folded = ruling->enforced && !ticket->emitted.verdict && fold(ticket);
		if (!ticket->folded)
			emit_decision(ticket);
	}
	count_verdict(ticket);
	if (ruling->enforced)
		return -EPERM;
	return 0;
}

/*
 * A denial stands: in monitor mode later gates learn more, but the verdict is the one that enforce
 * mode would have given, at the gate where it would have. Only the mode may have changed.
 */
static __always_inline int deny_again(struct ticket *ticket)
{
	if (mode_in_force(policy_in_force()) == MW_MODE_MONITOR)
		return 0;
	ticket->ruling.mode = MW_MODE_ENFORCE;
	return deny(ticket);
}

/*
 * What the gate returns: 0 goes on, a negative errno ends the load. At the last stop for what is
 * known then, pending is denied.
 */
int judge(struct ticket *ticket, __u32 gate, __u32 last_stop)
{
	if (!ticket)
		return -EPERM; /* never; the verifier cannot know that */
	if (!control.armed)
		return 0;
	if (ticket->ruling.verdict == MW_VERDICT_DENY)
		return deny_again(ticket);
	ticket->ruling.gate = gate;
	rule_on(ticket, last_stop);
	if (ticket->ruling.verdict == MW_VERDICT_DENY)
		return deny(ticket);
	/* An allowed load is written once its content is known, before any code of it runs. */
	if (ticket->ruling.verdict == MW_VERDICT_ALLOW && gate >= MW_GATE_CONTENT &&
	    !ticket->expecting && ruling_changed(ticket))
		emit_decision(ticket);
	return 0;
}

/* What no rule came to decide before the kernel itself ended it. */
static __always_inline void settle_by_kernel(struct mw_ruling *ruling)
{
	if (ruling->verdict == MW_VERDICT_ALLOW || ruling->verdict == MW_VERDICT_DENY)
		return;
	ruling->verdict = MW_VERDICT_DENY;
	ruling->reason = MW_REASON_KERNEL;
	ruling->rule = MW_RULE_NONE;
	ruling->gate = MW_GATE_EXIT;
}

/*
 * Writes what came of it; every verdict is counted once. A caller whom the kernel did not even let
 * ask leaves no record: where the gates come after that, they have not seen it either.
 */
static __always_inline void finish(struct ticket *ticket, __s64 result)
{
	if (observe_only && result == -EPERM && !current_may_load()) {
		count(&counters.unseen_exits);
		return;
	}
	if (!ticket->folded && ticket->ruling.gate) {
		settle_by_kernel(&ticket->ruling);
		if (!ticket->emitted.verdict)
			emit_decision(ticket);
		emit_outcome(ticket, result);
	}
	if (ticket->ruling.verdict == MW_VERDICT_ALLOW ||
	    ticket->ruling.reason == MW_REASON_INHERITED)
		count_verdict(ticket);
}

/* Tasks whose load was refused without a ticket, and told of, until the end of the call. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64); /* struct task_struct */
	__type(value, __u64);
} told_blindly SEC(".maps");

static __always_inline void tell_blindly(__u64 seq)
{
	__u64 task = (__u64)bpf_get_current_task_btf();

	bpf_map_update_elem(&told_blindly, &task, &seq, BPF_ANY);
}

/* Whether it was; asked once. */
static __always_inline bool was_told_blindly(void)
{
	__u64 task = (__u64)bpf_get_current_task_btf();

	return !bpf_map_delete_elem(&told_blindly, &task);
}

/*
 * A gate that cannot say what it sees: no ticket, or no memory for one. Where the policy could deny
 * no such operation, nothing is lost but a record.
 */
int deny_blind(__u32 op, __u32 gate, __u32 reason)
{
	const struct mw_policy *policy = policy_in_force();
	enum mw_mode mode = mode_in_force(policy);
	struct mw_ruling ruling = {
		.generation = policy ? policy->generation : 0,
		.rule = MW_RULE_NONE,
		.verdict = MW_VERDICT_DENY,
		.reason = reason,
		.gate = gate,
		.mode = mode,
		.enforced = mode != MW_MODE_MONITOR,
	};
	__u64 now = bpf_ktime_get_boot_ns();
	__u64 seq;

	if (!control.armed)
		return 0;
	if (!policy_could_deny(policy, op)) {
		count(&counters.unobserved);
		return 0;
	}
	seq = next_sequence();
	if (op < MW_OPS)
		count(&counters.verdicts[op][MW_VERDICT_DENY]);
	emit_bare_decision(op, seq, now, &ruling);
	if (!ruling.enforced)
		return 0;
	/* Without a ticket the exit cannot be told to be this one's: say now what it will be. */
	if (op != MW_OP_AUTOLOAD)
		emit_bare_outcome(op, seq, now, &ruling, -EPERM);
	if (op == MW_OP_LOAD)
		tell_blindly(seq);
	return -EPERM;
}

#endif
