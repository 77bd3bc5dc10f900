/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule of a policy, as its image has it: what is asked of rules one by one. */
#ifndef MODWARDEN_RULE_VIEW_H
#define MODWARDEN_RULE_VIEW_H

#include "policy.h"

struct rule {
	const struct policy *policy;
	__u32 index;
};

bool rule_allows(struct rule rule);

/* Bits of enum mw_criterion, and of enum mw_op. */
__u32 rule_criteria(struct rule rule);
__u32 rule_ops(struct rule rule);

/* The rule's pattern behind 'after' (NULL: its first) of a criterion; NULL: there is no more. */
const struct mw_pattern *rule_next_pattern(struct rule rule, enum mw_criterion criterion,
					   const struct mw_pattern *after);

/* The same of its ranges; span: 0 uid, 1 auid. */
const struct mw_range *rule_next_range(struct rule rule, __u32 span, const struct mw_range *after);

/* They say the same but for the digests that they list, whatever they are called. */
bool rule_is_same_but_digests(struct rule a, struct rule b);

/* Does 'b' list every digest that 'a' does? */
bool rule_lists_all_of(struct rule b, struct rule a);

/*
 * Does 'first' hold wherever 'second' does, of the same policy? Says true only where that is plain
 * from what is written.
 */
bool rule_covers(struct rule first, struct rule second);

#endif
