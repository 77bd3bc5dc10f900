/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a look at a valid policy brought up: how grave it is, of which rule, what, and what to do.
 */
#ifndef MODWARDEN_POLICY_FINDING_H
#define MODWARDEN_POLICY_FINDING_H

#include <jansson.h>
#include <stdio.h>

#include "policy.h"

enum policy_finding_level {
	FINDING_WARNING = 1, /* it will not do what it seems to, or not for long */
	FINDING_NOTE,        /* it may be meant so */
};

struct policy_findings {
	const struct policy *policy;
	const char *path; /* of the policy */
	json_t *list;
	size_t warnings;
};

/* kind: a word for programs. rule may be MW_RULE_NONE. todo may be NULL. */
struct policy_finding {
	enum policy_finding_level level;
	const char *kind;
	__u32 rule;
	const char *todo;
};

/* 0 or -ENOMEM. */
int policy_findings_begin(struct policy_findings *findings, const struct policy *policy,
			  const char *path);

/* 0 or -ENOMEM. */
__attribute__((format(printf, 3, 4))) int policy_finding_add(struct policy_findings *findings,
							     const struct policy_finding *finding,
							     const char *format, ...);

/* Each as a line: "FILE:LINE: warning: rule 'x' ...; what to do". */
void policy_findings_print(const struct policy_findings *findings, FILE *out);

void policy_findings_end(struct policy_findings *findings);

#endif
