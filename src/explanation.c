// SPDX-License-Identifier: GPL-2.0-or-later
#include "explanation.h"

#include <errno.h>

#include "cleanup.h"

/* The truth of one criterion of one rule. 'image' is a copy to work in. */
static enum mw_tristate criterion_ask(struct mw_policy *image, const struct policy *policy,
				      const struct mw_facts *facts,
				      const struct mw_ruleset *digests, __u32 rule,
				      enum mw_criterion criterion)
{
	struct mw_decision decision = { .digest = *digests };

	memset(image->op, 0, sizeof(image->op));
	memset(image->has, 0, sizeof(image->has));
	mw_ruleset_add(&image->op[facts->op], rule);
	if (mw_ruleset_test(&policy->image->has[criterion], rule))
		mw_ruleset_add(&image->has[criterion], rule);
	mw_decide(image, facts, &decision);
	if (decision.verdict == MW_VERDICT_PENDING)
		return MW_UNKNOWN;
	return decision.rule == rule ? MW_TRUE : MW_FALSE;
}

static void rule_explain(struct mw_policy *image, const struct policy *policy,
			 const struct mw_facts *facts, const struct mw_ruleset *digests,
			 struct rule_trace *trace)
{
	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++) {
		switch (criterion_ask(image, policy, facts, digests, trace->rule, c)) {
		case MW_TRUE:
			break;
		case MW_FALSE:
			trace->is_false |= MW_BIT(c);
			break;
		default:
			trace->is_unknown |= MW_BIT(c);
		}
	}
}

int policy_explain(const struct policy *policy, const struct mw_facts *facts,
		   struct explanation *explanation)
{
	auto_free struct mw_policy *image = malloc(sizeof(*image));

	if (!image)
		return -ENOMEM;
	*image = *policy->image;
	*explanation = (struct explanation){};
	policy_decide(policy, facts, &explanation->decision);
	if (facts->op == MW_OP_NONE || facts->op >= MW_OPS)
		return 0;
	for (__u32 rule = 0; rule < policy->image->rule_count; rule++) {
		struct rule_trace *trace = &explanation->rules[explanation->count];

		if (!mw_ruleset_test(&policy->image->op[facts->op], rule))
			continue;
		trace->rule = rule;
		rule_explain(image, policy, facts, &explanation->decision.digest, trace);
		explanation->count++;
		if (rule == explanation->decision.rule)
			break;
	}
	return 0;
}

struct judgement decision_judge(const struct mw_decision *decision, __u32 never_known)
{
	struct judgement judgement = {
		.verdict = decision->verdict,
		.reason = decision->rule == MW_RULE_NONE ? MW_REASON_DEFAULT : MW_REASON_RULE,
	};

	if (decision->verdict != MW_VERDICT_PENDING)
		return judgement;
	judgement.depends = decision->wants & ~never_known;
	judgement.reason = MW_REASON_NONE;
	if (judgement.depends)
		return judgement;
	judgement.verdict = MW_VERDICT_DENY;
	judgement.reason = mw_pending_reason(decision);
	return judgement;
}
