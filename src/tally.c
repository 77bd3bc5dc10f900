// SPDX-License-Identifier: GPL-2.0-or-later
#include "tally.h"

#include <string.h>

void tally_add(struct tally *tally, const struct operation *operation, uint32_t generation)
{
	const struct mw_ruling *ruling = &operation->ruling;
	uint64_t count = operation->repeated.count ?: 1;

	if (tally->generation != generation) {
		memset(tally->rules, 0, sizeof(tally->rules));
		tally->generation = generation;
	}
	if (operation->facts.op >= MW_OPS || ruling->verdict >= MW_VERDICT_PENDING ||
	    ruling->reason >= MW_REASONS)
		return;
	tally->reasons[operation->facts.op][ruling->verdict][ruling->reason] += count;
	if (ruling->rule < MW_RULES_MAX && ruling->generation == generation)
		tally->rules[ruling->rule][ruling->verdict] += count;
}
