/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of each finished operation, and why: counted as often as its record says, so that the
 * sums are those of the records. Each operation is counted once by its reason, and once by what
 * decided it: a rule in force, a rule of a policy before, or none.
 */
#ifndef MODWARDEN_TALLY_H
#define MODWARDEN_TALLY_H

#include "operation.h"

enum tally_end {
	TALLY_ALLOWED, /* by the policy, whatever the kernel made of it then */
	TALLY_DENIED,
	TALLY_WOULD_DENY,  /* let in: the mode was monitor */
	TALLY_NOT_STOPPED, /* the mode was enforce, and it was seen too late */
	TALLY_FAILED,      /* the kernel itself refused it before there was a verdict */
	TALLY_UNDECIDED,
	TALLY_ENDS,
};

struct tally {
	uint32_t generation; /* of the policy that the rules below are of */
	uint64_t reasons[MW_OPS][MW_REASONS][TALLY_ENDS];
	uint64_t rules[MW_RULES_MAX][TALLY_ENDS];
	uint64_t former_rules[TALLY_ENDS];
	uint64_t no_rule[TALLY_ENDS];
};

void tally_add(struct tally *tally, const struct operation *operation, uint32_t generation);

/* There is another policy now: its rules begin anew. */
void tally_set_generation(struct tally *tally, uint32_t generation);

#endif
