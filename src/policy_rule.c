// SPDX-License-Identifier: GPL-2.0-or-later
/* A rule as a whole: its criteria exist for its operations, and there is something it can match. */
#include <errno.h>

#include "policy_draft.h"
#include "words.h"

static const char *op_name(enum mw_op op)
{
	return word_of(&op_words, op);
}

/* As it is written in the policy: 'digests' and 'sha256' are one criterion. */
static const char *criterion_key(const struct rule_draft *rule, enum mw_criterion criterion)
{
	return rule->values[criterion]->key->text;
}

static int criteria_check(struct policy_draft *draft, const struct rule_draft *rule)
{
	int result = 0;

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++) {
			if (!(rule->criteria & MW_BIT(c)) || !(rule->ops & MW_BIT(op)) ||
			    (policy_criterion_ops(c) & MW_BIT(op)))
				continue;
			result = draft_error(
				draft, rule->values[c]->key,
				"'%s' does not exist for %s; remove it, or write a rule "
				"of its own for %s",
				criterion_key(rule, c), op_name(op), op_name(op));
		}
	return result;
}

static int contents_check(struct policy_draft *draft, const struct rule_draft *rule)
{
	static const enum mw_criterion of_files[] = { MW_CRITERION_PATH, MW_CRITERION_FILESYSTEM };

	if ((rule->criteria & MW_BIT(MW_CRITERION_DIGEST)) && !rule->digests)
		return draft_error(
			draft, rule->values[MW_CRITERION_DIGEST],
			"rule '%s' can never match: its files list no digest; add one or "
			"remove the rule",
			rule->name->text);
	for (size_t i = 0; i < sizeof(of_files) / sizeof(*of_files); i++) {
		enum mw_criterion c = of_files[i];

		if (rule->sources == MW_BIT(MW_SOURCE_MEMORY) && (rule->criteria & MW_BIT(c)))
			return draft_error(
				draft, rule->values[c]->key,
				"rule '%s' can never match: a load from memory has no %s; "
				"remove one of '%s' and 'source'",
				rule->name->text, criterion_key(rule, c), criterion_key(rule, c));
	}
	return 0;
}

/* The rule without criteria that takes every such operation first, or NULL. */
static const struct rule_draft *rule_before(const struct policy_draft *draft,
					    const struct rule_draft *rule, enum mw_op op)
{
	for (const struct rule_draft *other = draft->rules; other < rule; other++)
		if ((other->ops & MW_BIT(op)) && !other->criteria && !other->broken)
			return other;
	return NULL;
}

static int reach_check(struct policy_draft *draft, const struct rule_draft *rule)
{
	const struct rule_draft *taker = NULL;
	__u32 taken = 0;

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++) {
		const struct rule_draft *other =
			rule->ops & MW_BIT(op) ? rule_before(draft, rule, op) : NULL;

		if (other) {
			taken |= MW_BIT(op);
			taker = other;
		}
	}
	if (!taken)
		return 0;
	if (taken == rule->ops)
		return draft_error(
			draft, rule->name,
			"rule '%s' can never match: rule '%s' in line %u has no criteria "
			"and comes first; move it up or remove it",
			rule->name->text, taker->name->text, taker->node->line);
	draft_warning(
		draft, rule->name,
		"rule '%s' can match only some of its operations: rule '%s' in line %u has no "
		"criteria and comes first",
		rule->name->text, taker->name->text, taker->node->line);
	return 0;
}

int policy_rule_check(struct policy_draft *draft, const struct rule_draft *rule)
{
	int r;

	if (!rule->verdict)
		return draft_error(draft, rule->node,
				   "rule '%s' has no verdict; add 'allow: load' or 'deny: load'",
				   rule->name->text);
	r = criteria_check(draft, rule);
	if (r < 0)
		return r;
	r = contents_check(draft, rule);
	if (r < 0)
		return r;
	return reach_check(draft, rule);
}
