// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gates judge by: the policy, and exceptions to it. */
#include "gates_state.h"

#include "cleanup.h"
#include "log.h"

#include "modwarden/policy_image.h"

#include <errno.h>
#include <string.h>

#define UNLOADS_TIMEOUT_MS 1000
#define POLICIES_MAX       8 /* max_entries of digests */

static int put_digests(struct gates *gates, const struct policy *policy, __u32 generation)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	__u32 n = policy->digests.count;
	auto_close int table = bpf_map_create(BPF_MAP_TYPE_HASH, "digest_table", MW_DIGEST_SIZE,
					      sizeof(struct mw_ruleset), n ? n : 1, &options);

	if (table < 0)
		return table;
	for (__u32 i = 0; i < n; i++) {
		const struct digest_entry *entry = &policy->digests.entries[i];
		int error = bpf_map_update_elem(table, entry->digest, &entry->rules, BPF_NOEXIST);

		if (error)
			return error;
	}
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.digests), &generation, &table,
				   BPF_ANY);
}

static int put_image(struct gates *gates, const struct mw_policy *image)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	auto_close int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_image", sizeof(__u32),
					    sizeof(*image), 1, &options);
	__u32 zero = 0;
	int error;

	if (map < 0)
		return map;
	error = bpf_map_update_elem(map, &zero, image, BPF_ANY);
	if (error)
		return error;
	/* Returns when no gate reads the policy before any more. */
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.policies), &zero, &map,
				   BPF_ANY);
}

static int put_parts(struct gates *gates, const struct policy *policy)
{
	int digests = bpf_map__fd(gates->skeleton->maps.digests);
	__u32 generation = policy->image->generation;
	int error = put_digests(gates, policy, generation);

	if (!error)
		error = put_image(gates, policy->image);
	if (error) {
		bpf_map_delete_elem(digests, &generation);
		return error;
	}
	if (gates->generation)
		bpf_map_delete_elem(digests, &gates->generation);
	gates->generation = generation;
	return 0;
}

int gates_put_policy(struct gates *gates, const struct policy *policy)
{
	bool comes = gates->is_attached && !gates->wants_unloads &&
		     policy_can_deny(policy, MW_OP_UNLOAD);
	int error = comes ? gates_attach_unloads(gates) : 0;

	/* Unloads that began before the gate was there are none that got past it. */
	if (comes && !error)
		gates_wait(gates, 0, UNLOADS_TIMEOUT_MS);
	if (!error)
		error = put_parts(gates, policy);
	if (!error)
		gates->wants_unloads = policy_can_deny(policy, MW_OP_UNLOAD);
	if (gates->is_attached && !gates->wants_unloads)
		gates_detach_unloads(gates);
	if (error)
		log_error("gates: cannot put the policy into the kernel: %s; the one before stays",
			  strerror(-error));
	return error;
}

/* Of one that was being put in force when its daemon died, or that had just been replaced. */
void gates_drop_digests(const struct gates *gates)
{
	int digests = bpf_map__fd(gates->skeleton->maps.digests);
	__u32 generations[POLICIES_MAX], *before = NULL;
	size_t n = 0;

	while (n < POLICIES_MAX && !bpf_map_get_next_key(digests, before, &generations[n]))
		before = &generations[n++];
	for (size_t i = 0; i < n; i++)
		if (generations[i] != gates->generation)
			bpf_map_delete_elem(digests, &generations[i]);
}

size_t gates_exceptions(const struct gates *gates, __u8 digests[][MW_DIGEST_SIZE], uint64_t *until)
{
	int map = bpf_map__fd(gates->skeleton->maps.exceptions);
	size_t n = 0;

	while (n < MW_EXCEPTIONS_MAX &&
	       !bpf_map_get_next_key(map, n ? digests[n - 1] : NULL, digests[n])) {
		if (bpf_map_lookup_elem(map, digests[n], &until[n]))
			break;
		n++;
	}
	return n;
}

/* While one holds, loads that the rules would refuse by less are refused by their content. */
static void bound_exceptions(struct gates *gates)
{
	__u8 digests[MW_EXCEPTIONS_MAX][MW_DIGEST_SIZE];
	uint64_t until[MW_EXCEPTIONS_MAX], last = 0;
	size_t n = gates_exceptions(gates, digests, until);

	for (size_t i = 0; i < n; i++)
		if (until[i] > last)
			last = until[i];
	gates_set_excepted_until(gates, last);
}

int gates_except(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE], uint64_t until)
{
	int error = bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.exceptions), digest,
					&until, BPF_ANY);

	bound_exceptions(gates);
	return error;
}

int gates_end_exception(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE])
{
	int error = bpf_map_delete_elem(bpf_map__fd(gates->skeleton->maps.exceptions), digest);

	bound_exceptions(gates);
	return error;
}

/* The map that is in an outer one under a key. */
static int inner_map(int outer, const void *key)
{
	__u32 id;
	int error = bpf_map_lookup_elem(outer, key, &id);

	return error ?: bpf_map_get_fd_by_id(id);
}

static int read_digests(const struct gates *gates, __u32 generation, struct digest_table *table)
{
	auto_close int map = inner_map(bpf_map__fd(gates->skeleton->maps.digests), &generation);
	__u8 digest[MW_DIGEST_SIZE], *before = NULL;
	struct mw_ruleset rules;
	int error = 0;

	if (map < 0)
		return map;
	while (!error && !bpf_map_get_next_key(map, before, digest)) {
		if (!bpf_map_lookup_elem(map, digest, &rules))
			for (__u32 rule = 0; rule < MW_RULES_MAX && !error; rule++)
				if (mw_ruleset_test(&rules, rule))
					error = digest_table_add(table, digest, rule);
		before = digest;
	}
	return error ?: digest_table_seal(table);
}

int gates_read_policy(const struct gates *gates, struct policy **ret)
{
	__u32 zero = 0;
	auto_close int map = inner_map(bpf_map__fd(gates->skeleton->maps.policies), &zero);
	struct policy *policy = calloc(1, sizeof(*policy));
	int error = map < 0 ? map : 0;

	if (!policy)
		return -ENOMEM;
	policy->image = malloc(sizeof(*policy->image));
	if (!policy->image)
		error = -ENOMEM;
	if (!error)
		error = bpf_map_lookup_elem(map, &zero, policy->image);
	if (!error)
		error = read_digests(gates, policy->image->generation, &policy->digests);
	if (error)
		policy_free(policy);
	else
		*ret = policy;
	return error;
}
