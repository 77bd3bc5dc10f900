// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of rules, for the next daemon. */
#include "pins_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

int pins_put_names(struct pins *pins, const struct policy *policy)
{
	__u32 generation = policy->image->generation, old = generation - PINS_NAMES;
	auto_free struct pins_names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	memcpy(names->sha256, policy->image->sha256, sizeof(names->sha256));
	names->rule_count = policy->image->rule_count;
	for (__u32 i = 0; i < policy->image->rule_count; i++)
		memcpy(names->of[i], policy->rule_names[i], POLICY_NAME_SIZE);
	bpf_map_delete_elem(pins->maps[PINS_MAP_NAMES], &old);
	return bpf_map_update_elem(pins->maps[PINS_MAP_NAMES], &generation, names, BPF_ANY);
}

int pins_take_names(const struct pins *pins, struct policy *policy)
{
	auto_free struct pins_names *names = calloc(1, sizeof(*names));
	__u32 generation = policy->image->generation;
	int error = names ? bpf_map_lookup_elem(pins->maps[PINS_MAP_NAMES], &generation, names)
			  : -ENOMEM;

	if (error)
		return error;
	free(policy->rule_names);
	policy->rule_names = malloc(sizeof(names->of));
	if (!policy->rule_names)
		return -ENOMEM;
	memcpy(policy->rule_names, names->of, sizeof(names->of));
	return 0;
}

int pins_each_policy(const struct pins *pins, pins_policy_fn *call, void *arg)
{
	auto_free struct pins_names *names = calloc(1, sizeof(*names));
	auto_free struct mw_policy *image = calloc(1, sizeof(*image));
	__u32 generation, *before = NULL;
	int result = names && image ? 0 : -ENOMEM;

	while (!result && !bpf_map_get_next_key(pins->maps[PINS_MAP_NAMES], before, &generation)) {
		const struct policy policy = { .image = image, .rule_names = names->of };

		before = &generation;
		if (bpf_map_lookup_elem(pins->maps[PINS_MAP_NAMES], &generation, names))
			continue;
		image->generation = generation;
		image->rule_count = names->rule_count;
		memcpy(image->sha256, names->sha256, sizeof(image->sha256));
		result = call(&policy, arg);
	}
	return result;
}
