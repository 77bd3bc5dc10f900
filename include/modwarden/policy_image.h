/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy as the kernel sees it: sets of rules, one bit a rule, and the patterns and ranges that
 * put rules into them. Rule names and digests live elsewhere (user space; a hash map from digest to
 * struct mw_ruleset). An image is written whole before anything reads it, and never changed.
 */
#ifndef MODWARDEN_POLICY_IMAGE_H
#define MODWARDEN_POLICY_IMAGE_H

#include "glob.h"

#define MW_POLICY_ABI   1
#define MW_RULES_MAX    256
#define MW_PATTERNS_MAX 1024
#define MW_RANGES_MAX   1024
#define MW_DIGESTS_MAX  100000

struct mw_ruleset {
	__u64 bits[MW_RULES_MAX / 64];
};

/* Inclusive bounds of a uid or auid. */
struct mw_range {
	__u32 low;
	__u32 high;
	__u32 rule;
};

struct mw_span {
	__u16 first;
	__u16 count;
};

struct mw_policy {
	__u32 abi;
	__u32 generation; /* counts up from 1 with each policy put in force */
	__u16 rule_count;
	__u8 mode;                          /* enum mw_mode: the policy's own */
	__u8 can_deny;                      /* bits of enum mw_op: operations that it could deny */
	__u8 default_verdict[MW_OPS];       /* enum mw_verdict, where no rule is left */
	__u8 sha256[MW_DIGEST_SIZE];        /* of the policy's text and its digest files */
	struct mw_ruleset op[MW_OPS];       /* rules that speak of the operation */
	struct mw_ruleset allow;            /* rules that allow; the others deny */
	struct mw_ruleset has[MW_CRITERIA]; /* rules that carry the criterion */
	struct mw_ruleset
		absent[MW_TEXT_CRITERIA]; /* rules it holds for where the fact does not exist */
	struct mw_ruleset is_signed[3];   /* by enum mw_tristate */
	struct mw_ruleset source[MW_SOURCES];
	struct mw_span patterns_of[MW_TEXT_CRITERIA];
	struct mw_span ranges_of[2]; /* uid, auid */
	struct mw_pattern patterns[MW_PATTERNS_MAX];
	struct mw_range ranges[MW_RANGES_MAX];
};

mw_inline __u32 mw_ruleset_test(const struct mw_ruleset *set, __u32 rule)
{
	return set->bits[(rule >> 6) & 3] >> (rule & 63) & 1;
}

mw_inline void mw_ruleset_add(struct mw_ruleset *set, __u32 rule)
{
	set->bits[(rule >> 6) & 3] |= 1ULL << (rule & 63);
}

mw_inline bool mw_ruleset_empty(const struct mw_ruleset *set)
{
	return !(set->bits[0] | set->bits[1] | set->bits[2] | set->bits[3]);
}

#endif
