// SPDX-License-Identifier: GPL-2.0-or-later
#include "tally.h"

#include <string.h>

static enum tally_end end_of(const struct mw_ruling *ruling)
{
	if (ruling->reason == MW_REASON_KERNEL)
		return TALLY_FAILED;
	if (ruling->verdict == MW_VERDICT_ALLOW)
		return TALLY_ALLOWED;
	if (ruling->verdict != MW_VERDICT_DENY)
		return TALLY_UNDECIDED;
	if (ruling->enforced)
		return TALLY_DENIED;
	return ruling->mode == MW_MODE_ENFORCE ? TALLY_NOT_STOPPED : TALLY_WOULD_DENY;
}

void tally_set_generation(struct tally *tally, uint32_t generation)
{
	if (tally->generation == generation)
		return;
	for (size_t rule = 0; rule < MW_RULES_MAX; rule++)
		for (enum tally_end end = 0; end < TALLY_ENDS; end++)
			tally->former_rules[end] += tally->rules[rule][end];
	memset(tally->rules, 0, sizeof(tally->rules));
	tally->generation = generation;
}

static uint64_t *decider_of(struct tally *tally, const struct mw_ruling *ruling)
{
	if (ruling->rule >= MW_RULES_MAX)
		return tally->no_rule;
	if (ruling->generation != tally->generation)
		return tally->former_rules;
	return tally->rules[ruling->rule];
}

void tally_add(struct tally *tally, const struct operation *operation, uint32_t generation)
{
	const struct mw_ruling *ruling = &operation->ruling;
	uint64_t count = operation->repeated.count ?: 1;
	enum tally_end end = end_of(ruling);

	tally_set_generation(tally, generation);
	if (!operation->facts.op || operation->facts.op >= MW_OPS || ruling->reason >= MW_REASONS)
		return;
	tally->reasons[operation->facts.op][ruling->reason][end] += count;
	decider_of(tally, ruling)[end] += count;
}
