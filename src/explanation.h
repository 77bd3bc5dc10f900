/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a policy decides as it does: the decision, and of each rule before it the criteria that were
 * false or not known. Asked of decide() itself, one rule and one criterion at a time, so that the
 * explanation cannot differ from the verdict.
 */
#ifndef MODWARDEN_EXPLANATION_H
#define MODWARDEN_EXPLANATION_H

#include <jansson.h>
#include <stdio.h>

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

/* What the last stop makes of a decision. */
struct judgement {
	enum mw_verdict verdict; /* pending: depends on facts that are not said */
	enum mw_reason reason;   /* of allow and deny */
	__u32 depends;           /* pending: bits of the criteria to be told */
};

/* never_known: bits of the criteria that the gates cannot come to know. */
struct judgement decision_judge(const struct mw_decision *decision, __u32 never_known);

/* Returns 0 or -ENOMEM. */
int policy_explain(const struct policy *policy, const struct mw_facts *facts,
		   struct explanation *explanation);

/* For people: "deny by rule 'x'", and a line for each rule passed over. */
void judgement_print(FILE *out, const struct policy *policy, const struct judgement *judgement,
		     const struct mw_decision *decision);
void explanation_print(FILE *out, const struct policy *policy,
		       const struct explanation *explanation);

/* For programs. Criteria as an array; NULL: no memory. */
json_t *criteria_json(__u32 criteria);
json_t *passed_over_json(const struct policy *policy, const struct explanation *explanation);

/* An unload or autoload on standard output, as text or as one line of JSON. 0 or -ENOMEM. */
int operation_outcome_print(const struct policy *policy, enum mw_op op, const char *subject,
			    const struct judgement *judgement,
			    const struct explanation *explanation, bool json);

#endif
