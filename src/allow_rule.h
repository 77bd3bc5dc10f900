/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule that would have let an operation pass, made of what its record tells. */
#ifndef MODWARDEN_ALLOW_RULE_H
#define MODWARDEN_ALLOW_RULE_H

#include "record_facts.h"

#include "policy.h"

enum allow_by {
	ALLOW_BY_NONE, /* the strongest that there is: digest; what it is called, for others than
			  loads */
	ALLOW_BY_DIGEST,
	ALLOW_BY_NAME,
	ALLOW_BY_SIGNED,
};

struct allow_rule {
	char name[POLICY_NAME_SIZE]; /* which no other rule of the policy has */
	char *text;                  /* as policy_edit_add_rule() takes it */
	bool is_of_every_caller;     /* the kernel itself asked: there is none to name */
};

/*
 * Texts of a record are somebody else's: one that a pattern could not say as it is makes no rule.
 * Returns 0; -EINVAL with *why: there is no such rule, and what to do; or -ENOMEM.
 */
int allow_rule_make(struct allow_rule *rule, const struct policy *policy,
		    const struct mw_facts *facts, enum allow_by by, const char **why);

void allow_rule_clear(struct allow_rule *rule);

#endif
