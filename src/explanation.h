/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a policy decides as it does: the decision, and of each rule before it the criteria that were
 * false or not known. Asked of decide() itself, one rule and one criterion at a time, so that the
 * explanation cannot differ from the verdict.
 */
#ifndef MODWARDEN_EXPLANATION_H
#define MODWARDEN_EXPLANATION_H

#include "policy.h"

struct rule_trace {
	__u32 rule;
	__u32 is_false; /* bits of enum mw_criterion */
	__u32 is_unknown;
};

struct explanation {
	struct mw_decision decision;
	size_t count;
	/* Rules for the operation, in their order, up to the one that decided, which comes last. */
	struct rule_trace rules[MW_RULES_MAX];
};

/* Returns 0 or -ENOMEM. */
int policy_explain(const struct policy *policy, const struct mw_facts *facts,
		   struct explanation *explanation);

#endif
