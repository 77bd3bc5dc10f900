/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often each rule and each reason has decided: counted by finished operations, each as often as
 * its record says, so it lags behind the gates' own counts by what is not finished yet.
 */
#ifndef MODWARDEN_TALLY_H
#define MODWARDEN_TALLY_H

#include "operation.h"

struct tally {
	uint32_t generation; /* of the policy that the rules below are of */
	uint64_t reasons[MW_OPS][MW_VERDICT_PENDING][MW_REASONS];
	uint64_t rules[MW_RULES_MAX][MW_VERDICT_PENDING];
};

/* Rules of another policy than the one counted before begin anew. */
void tally_add(struct tally *tally, const struct operation *operation, uint32_t generation);

#endif
