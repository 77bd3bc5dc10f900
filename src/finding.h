/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a look at a valid policy brought up: how grave it is, of which rule, what, and what to do.
 */
#ifndef MODWARDEN_FINDING_H
#define MODWARDEN_FINDING_H

#include <jansson.h>
#include <stdio.h>

#include "policy.h"

enum finding_level {
	FINDING_WARNING = 1, /* it will not do what it seems to, or not for long */
	FINDING_NOTE,        /* it may be meant so */
};

struct findings {
	const struct policy *policy;
	const char *path; /* of the policy */
	json_t *list;
	size_t warnings;
};

/* kind: a word for programs. rule may be MW_RULE_NONE. todo may be NULL. */
struct finding {
	enum finding_level level;
	const char *kind;
	__u32 rule;
	const char *todo;
};

/* 0 or -ENOMEM. */
int findings_begin(struct findings *findings, const struct policy *policy, const char *path);

/* 0 or -ENOMEM. */
__attribute__((format(printf, 3, 4))) int
finding_add(struct findings *findings, const struct finding *finding, const char *format, ...);

/* Each as a line: "FILE:LINE: warning: rule 'x' ...; what to do". */
void findings_print(const struct findings *findings, FILE *out);

void findings_end(struct findings *findings);

#endif
