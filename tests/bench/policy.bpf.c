/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a gate does to decide, many times over: it finds the policy's digests, looks up the
 * module's, and calls mw_decide(). The maps are those of the gates.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

#include "policy_args.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct mw_policy));
} policies SEC(".maps");

struct digest_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MW_DIGESTS_MAX);
	__uint(key_size, MW_DIGEST_SIZE);
	__uint(value_size, sizeof(struct mw_ruleset));
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct digest_table);
} digests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct policy_ticket);
} tickets SEC(".maps");

struct walk {
	struct policy_ticket *ticket;
	__u32 generation;
};

static __always_inline const struct mw_policy *policy_in_force(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&policies, &zero);
}

/* A global function, as the gates have one: the verifier walks it once. */
__attribute__((noinline)) int decide_once(struct policy_ticket *ticket, __u32 generation, __u32 i)
{
	const struct mw_policy *policy = policy_in_force();
	struct mw_ruleset *listed;
	__u8 key[MW_DIGEST_SIZE];
	void *table;

	if (!ticket || !policy)
		return 1;
	table = bpf_map_lookup_elem(&digests, &generation);
	__builtin_memset(&ticket->decision.digest, 0, sizeof(ticket->decision.digest));
	if (!table)
		return 1;
	__builtin_memcpy(key, ticket->keys[i & (POLICY_KEYS - 1)], sizeof(key));
	listed = bpf_map_lookup_elem(table, key);
	if (listed)
		ticket->decision.digest = *listed;
	mw_decide(policy, &ticket->facts, &ticket->decision);
	return 0;
}

static long decide_again(__u32 i, struct walk *walk)
{
	return decide_once(walk->ticket, walk->generation, i) ? 1 : 0;
}

SEC("syscall")
int decide(struct policy_args *args)
{
	__u32 zero = 0;
	struct walk walk = { bpf_map_lookup_elem(&tickets, &zero), args->generation };
	__u64 begin = bpf_ktime_get_ns();
	long done;

	if (!walk.ticket)
		return 1;
	done = bpf_loop(args->rounds, decide_again, &walk, 0);
	args->ns = bpf_ktime_get_ns() - begin;
	return done != (long)args->rounds;
}
