/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide(): a policy and the facts known so far give a verdict. Pure, three-valued, and the same
 * code at every gate in the kernel, in `policy explain` and in the unit tests.
 *
 * A rule with a criterion known to be false is out; the first rule left decides: with all its
 * criteria known to be true it gives its verdict, else the verdict is pending. No rule left: the
 * policy's default. It works on sets of rules: each criterion takes out the rules it is false for
 * and marks those it cannot tell of yet, so learning a fact never turns a final verdict.
 */
#ifndef MODWARDEN_DECIDE_H
#define MODWARDEN_DECIDE_H

#include "policy_image.h"

#define MW_RULE_NONE 0xffff

/* In: digest. Out: wants, rule, verdict. The rest is room to work in. */
struct mw_decision {
	struct mw_ruleset digest; /* rules that list one of the facts' digests, set by the caller */
	struct mw_ruleset live;
	struct mw_ruleset pending;
	struct mw_ruleset holds;
	struct mw_ruleset unsure;
	struct mw_glob glob;
	__u32 wants; /* pending: bits of the criteria that the deciding rule waits for */
	__u16 rule;  /* index, or MW_RULE_NONE: the default */
	__u8 verdict;
	__u8 reserved;
};

/* What the loops over criteria, patterns and ranges hand on. */
struct mw_match_walk {
	const struct mw_policy *policy;
	const struct mw_facts *facts;
	struct mw_decision *decision;
	__u32 criterion;
	__u32 first;
};

static long mw_match_pattern(__u32 index, void *arg)
{
	struct mw_match_walk *walk = arg;
	__u32 at = (walk->first + index) & (MW_PATTERNS_MAX - 1);
	const struct mw_pattern *pattern = &walk->policy->patterns[at];
	__u32 rule = pattern->rule;

	if (!mw_ruleset_test(&walk->decision->live, rule))
		return 0;
	switch (mw_glob_match(pattern, walk->facts, walk->criterion, &walk->decision->glob)) {
	case MW_MATCH_YES:
		mw_ruleset_add(&walk->decision->holds, rule);
		break;
	case MW_MATCH_NO:
		break;
	default:
		mw_ruleset_add(&walk->decision->unsure, rule);
	}
	return 0;
}

static long mw_match_range(__u32 index, void *arg)
{
	struct mw_match_walk *walk = arg;
	__u32 at = (walk->first + index) & (MW_RANGES_MAX - 1);
	const struct mw_range *range = &walk->policy->ranges[at];
	__u32 value = walk->criterion == MW_CRITERION_UID ? walk->facts->uid : walk->facts->auid;

	if (value >= range->low && value <= range->high)
		mw_ruleset_add(&walk->decision->holds, range->rule);
	return 0;
}

/* Rules of a criterion: those it holds for stay, those it is unsure of wait, the rest are out. */
mw_inline void mw_narrow(const struct mw_policy *policy, const struct mw_facts *facts,
			 struct mw_decision *d, __u32 criterion)
{
	const struct mw_ruleset *has = &policy->has[criterion];
	bool is_final = mw_fact_known(facts, criterion);

	for (int i = 0; i < 4; i++) {
		__u64 holds = d->holds.bits[i];
		__u64 unsure = is_final ? d->unsure.bits[i] : ~0ULL;

		if (facts->unattributed & MW_BIT(criterion)) {
			holds = ~policy->allow.bits[i];
			unsure = 0;
		}
		unsure &= has->bits[i] & ~holds;
		d->live.bits[i] &= ~has->bits[i] | holds | unsure;
		d->pending.bits[i] |= unsure;
	}
}

/* One criterion whose fact is a text. */
static long mw_decide_text(__u32 criterion, void *arg)
{
	struct mw_match_walk *walk = arg;
	const struct mw_policy *policy = walk->policy;
	const struct mw_facts *facts = walk->facts;
	struct mw_decision *d = walk->decision;
	const struct mw_span *span;

	if (criterion >= MW_TEXT_CRITERIA)
		return 1;
	if (mw_ruleset_empty(&policy->has[criterion]))
		return 0;
	span = &policy->patterns_of[criterion];
	walk->criterion = criterion;
	walk->first = span->first;
	d->holds = (struct mw_ruleset){};
	d->unsure = (struct mw_ruleset){};
	if (facts->absent & MW_BIT(criterion))
		d->holds = policy->absent[criterion];
	else if (mw_fact_known(facts, criterion))
		mw_loop(span->count, mw_match_pattern, walk);
	mw_narrow(policy, facts, d, criterion);
	return 0;
}

/* The uid, then the auid. */
static long mw_decide_range(__u32 index, void *arg)
{
	struct mw_match_walk *walk = arg;
	const struct mw_policy *policy = walk->policy;
	struct mw_decision *d = walk->decision;
	__u32 criterion = MW_CRITERION_UID + (index & 1);
	const struct mw_span *span = &policy->ranges_of[index & 1];

	if (mw_ruleset_empty(&policy->has[criterion]))
		return 0;
	walk->criterion = criterion;
	walk->first = span->first;
	d->holds = (struct mw_ruleset){};
	d->unsure = (struct mw_ruleset){};
	if (mw_fact_known(walk->facts, criterion))
		mw_loop(span->count, mw_match_range, walk);
	mw_narrow(policy, walk->facts, d, criterion);
	return 0;
}

mw_inline void mw_decide_set(const struct mw_policy *policy, const struct mw_facts *facts,
			     struct mw_decision *d, enum mw_criterion criterion,
			     const struct mw_ruleset *holds)
{
	d->holds = *holds;
	d->unsure = (struct mw_ruleset){};
	mw_narrow(policy, facts, d, criterion);
}

/*
 * Index of the lowest bit; word is not 0. BPF has no instruction for it, and branches would make
 * the verifier walk what follows once for each of 64 answers: this counts the ones below the
 * lowest.
 */
mw_inline __u32 mw_lowest_bit(__u64 word)
{
	__u64 below = (word & -word) - 1;

	below -= below >> 1 & 0x5555555555555555ULL;
	below = (below & 0x3333333333333333ULL) + (below >> 2 & 0x3333333333333333ULL);
	below = (below + (below >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return below * 0x0101010101010101ULL >> 56;
}

/* The first rule of a set, or MW_RULE_NONE. */
mw_inline __u32 mw_ruleset_first(const struct mw_ruleset *set)
{
	for (__u32 i = 0; i < 4; i++)
		if (set->bits[i])
			return i * 64 + mw_lowest_bit(set->bits[i]);
	return MW_RULE_NONE;
}

/* Criteria of a rule that are not known. Without branches: the verifier would walk each way of
 * each. */
mw_inline __u32 mw_decision_wants(const struct mw_policy *policy, const struct mw_facts *facts,
				  __u32 rule)
{
	__u32 has = 0;

	for (__u32 c = 0; c < MW_CRITERIA; c++)
		has |= (__u32)mw_ruleset_test(&policy->has[c], rule) << c;
	return has & ~facts->known;
}

/*
 * Decides. d->digest must hold the rules that list one of facts->digest[]. Fills d->verdict (allow,
 * deny or pending), d->rule and, where pending, d->wants. An image that is not one gives deny.
 */
mw_inline void mw_decide(const struct mw_policy *policy, const struct mw_facts *facts,
			 struct mw_decision *d)
{
	struct mw_match_walk walk = { .policy = policy, .facts = facts, .decision = d };
	__u32 op = facts->op;
	__u32 rule;

	d->wants = 0;
	d->rule = MW_RULE_NONE;
	d->verdict = MW_VERDICT_DENY;
	if (policy->abi != MW_POLICY_ABI || op == MW_OP_NONE || op >= MW_OPS)
		return;

	d->live = policy->op[op];
	d->pending = (struct mw_ruleset){};
	/* Cheap criteria first: a pattern is only tried for a rule that is still live. */
	mw_decide_set(policy, facts, d, MW_CRITERION_DIGEST, &d->digest);
	mw_decide_set(policy, facts, d, MW_CRITERION_SIGNED,
		      &policy->is_signed[facts->is_signed < 3 ? facts->is_signed : 0]);
	mw_decide_set(policy, facts, d, MW_CRITERION_SOURCE,
		      &policy->source[facts->source < MW_SOURCES ? facts->source : 0]);
	mw_loop(2, mw_decide_range, &walk);
	mw_loop(MW_TEXT_CRITERIA, mw_decide_text, &walk);

	rule = mw_ruleset_first(&d->live);
	d->rule = rule;
	if (rule == MW_RULE_NONE) {
		d->verdict = policy->default_verdict[op];
		if (d->verdict != MW_VERDICT_ALLOW)
			d->verdict = MW_VERDICT_DENY;
	} else if (mw_ruleset_test(&d->pending, rule)) {
		d->verdict = MW_VERDICT_PENDING;
		d->wants = mw_decision_wants(policy, facts, rule);
	} else if (mw_ruleset_test(&policy->allow, rule)) {
		d->verdict = MW_VERDICT_ALLOW;
	}
}

/*
 * What a verdict that is still pending at the last stop is called. A fact that is known and yet
 * undecided is a pattern that did not come to an end within its bound.
 */
mw_inline enum mw_reason mw_pending_reason(const struct mw_decision *d)
{
	return d->wants & MW_BIT(MW_CRITERION_MODULE) ? MW_REASON_NAME_UNKNOWN
						      : MW_REASON_UNDECIDED;
}

#endif
