// SPDX-License-Identifier: GPL-2.0-or-later
/* From a draft without errors to the image: sets of rules, and patterns grouped by criterion. */
#include <errno.h>
#include <stdlib.h>

#include "policy_draft.h"

static void rule_compile(struct mw_policy *image, const struct rule_draft *draft, __u32 rule)
{
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		if (draft->ops & MW_BIT(op))
			mw_ruleset_add(&image->op[op], rule);
	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (draft->criteria & MW_BIT(c))
			mw_ruleset_add(&image->has[c], rule);
	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++)
		if (draft->absent & MW_BIT(c))
			mw_ruleset_add(&image->absent[c], rule);
	for (enum mw_tristate t = MW_FALSE; t <= MW_TRUE; t++)
		if (draft->is_signed & MW_BIT(t))
			mw_ruleset_add(&image->is_signed[t], rule);
	for (enum mw_source s = MW_SOURCE_FILE; s < MW_SOURCES; s++)
		if (draft->sources & MW_BIT(s))
			mw_ruleset_add(&image->source[s], rule);
	if (draft->verdict == MW_VERDICT_ALLOW)
		mw_ruleset_add(&image->allow, rule);
}

static bool could_deny(const struct mw_policy *image, enum mw_op op)
{
	if (image->default_verdict[op] != MW_VERDICT_ALLOW)
		return true;
	for (int word = 0; word < MW_RULES_MAX / 64; word++)
		if (image->op[op].bits[word] & ~image->allow.bits[word])
			return true;
	return false;
}

static void patterns_compile(struct mw_policy *image, const struct policy_draft *draft)
{
	__u16 filled = 0;

	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++) {
		image->patterns_of[c].first = filled;
		for (__u32 i = 0; i < draft->pattern_count; i++)
			if (draft->patterns[i].criterion == c)
				image->patterns[filled++] = draft->patterns[i].pattern;
		image->patterns_of[c].count = filled - image->patterns_of[c].first;
	}
}

static void ranges_compile(struct mw_policy *image, const struct policy_draft *draft)
{
	__u16 filled = 0;

	for (__u32 span = 0; span < 2; span++) {
		image->ranges_of[span].first = filled;
		for (__u32 i = 0; i < draft->range_count; i++)
			if (draft->ranges[i].criterion == MW_CRITERION_UID + span)
				image->ranges[filled++] = draft->ranges[i].range;
		image->ranges_of[span].count = filled - image->ranges_of[span].first;
	}
}

static int names_compile(struct policy *policy, const struct policy_draft *draft)
{
	policy->rule_names = calloc(draft->rule_count + 1, sizeof(*policy->rule_names));
	policy->rule_lines = calloc(draft->rule_count + 1, sizeof(*policy->rule_lines));
	if (!policy->rule_names || !policy->rule_lines)
		return -ENOMEM;
	for (__u32 i = 0; i < draft->rule_count; i++) {
		strcpy(policy->rule_names[i], draft->rules[i].name->text);
		policy->rule_lines[i] = draft->rules[i].node->line;
	}
	return 0;
}

int policy_compile(struct policy_draft *draft)
{
	struct mw_policy *image = calloc(1, sizeof(*image));

	draft->policy->image = image;
	if (!image)
		return -ENOMEM;
	image->abi = MW_POLICY_ABI;
	image->rule_count = (__u16)draft->rule_count;
	image->mode = draft->mode;
	image->default_verdict[MW_OP_LOAD] = draft->default_verdict;
	image->default_verdict[MW_OP_UNLOAD] = MW_VERDICT_ALLOW;
	image->default_verdict[MW_OP_AUTOLOAD] = MW_VERDICT_ALLOW;
	for (__u32 i = 0; i < draft->rule_count; i++)
		rule_compile(image, &draft->rules[i], i);
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		if (could_deny(image, op))
			image->can_deny |= MW_BIT(op);
	patterns_compile(image, draft);
	ranges_compile(image, draft);
	if (!EVP_DigestFinal_ex(draft->identity, image->sha256, NULL))
		return -ENOMEM;
	return names_compile(draft->policy, draft);
}
