/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_decide() and mw_glob_match() for BPF_PROG_RUN, on a policy and facts that the test has put
 * into maps. Their memory is what it is to modwarden's gates: the policy a map's value, the facts
 * and the decision part of a ticket that a global function is handed.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

#include "decide_args.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct mw_policy));
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct decide_ticket);
} tickets SEC(".maps");

static __always_inline const struct mw_policy *policy_in_force(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&policies, &zero);
}

static __always_inline struct decide_ticket *ticket_find(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tickets, &zero);
}

__attribute__((noinline)) int judge(struct decide_ticket *ticket)
{
	const struct mw_policy *policy = policy_in_force();

	if (!ticket || !policy)
		return 1;
	mw_decide(policy, &ticket->facts, &ticket->decision);
	return 0;
}

__attribute__((noinline)) int try_pattern(struct decide_ticket *ticket)
{
	const struct mw_policy *policy = policy_in_force();

	if (!ticket || !policy)
		return 1;
	ticket->match = mw_glob_match(&policy->patterns[0], &ticket->facts, ticket->criterion,
				      &ticket->decision.glob);
	return 0;
}

SEC("syscall")
int decide(void *context)
{
	struct decide_ticket *ticket = ticket_find();

	return ticket ? judge(ticket) : 1;
}

SEC("syscall")
int match_glob(void *context)
{
	struct decide_ticket *ticket = ticket_find();

	return ticket ? try_pattern(ticket) : 1;
}
