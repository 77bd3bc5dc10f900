// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule_view.h"

#include <string.h>

bool rule_allows(struct rule rule)
{
	return mw_ruleset_test(&rule.policy->image->allow, rule.index);
}

__u32 rule_criteria(struct rule rule)
{
	__u32 criteria = 0;

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		criteria |= mw_ruleset_test(&rule.policy->image->has[c], rule.index) << c;
	return criteria;
}

__u32 rule_ops(struct rule rule)
{
	__u32 ops = 0;

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		ops |= mw_ruleset_test(&rule.policy->image->op[op], rule.index) << op;
	return ops;
}

const struct mw_pattern *rule_next_pattern(struct rule rule, enum mw_criterion criterion,
					   const struct mw_pattern *after)
{
	const struct mw_policy *image = rule.policy->image;
	const struct mw_span *span = &image->patterns_of[criterion];
	const struct mw_pattern *pattern = after ? after + 1 : &image->patterns[span->first];

	for (; pattern < &image->patterns[span->first + span->count]; pattern++)
		if (pattern->rule == rule.index)
			return pattern;
	return NULL;
}

const struct mw_range *rule_next_range(struct rule rule, __u32 span, const struct mw_range *after)
{
	const struct mw_policy *image = rule.policy->image;
	const struct mw_span *held = &image->ranges_of[span];
	const struct mw_range *range = after ? after + 1 : &image->ranges[held->first];

	for (; range < &image->ranges[held->first + held->count]; range++)
		if (range->rule == rule.index)
			return range;
	return NULL;
}

bool rule_lists_all_of(struct rule b, struct rule a)
{
	const struct digest_table *digests = &a.policy->digests;

	for (size_t i = 0; i < digests->count; i++) {
		const struct digest_entry *entry = &digests->entries[i];
		const struct mw_ruleset *rules = policy_digest_rules(b.policy, entry->digest);

		if (mw_ruleset_test(&entry->rules, a.index) &&
		    (!rules || !mw_ruleset_test(rules, b.index)))
			return false;
	}
	return true;
}

static bool same_patterns(struct rule a, struct rule b, enum mw_criterion criterion)
{
	const struct mw_pattern *one = NULL, *other = NULL;

	do {
		one = rule_next_pattern(a, criterion, one);
		other = rule_next_pattern(b, criterion, other);
		if (!one != !other || (one && strcmp(one->text, other->text)))
			return false;
	} while (one);
	return true;
}

static bool same_ranges(struct rule a, struct rule b, __u32 span)
{
	const struct mw_range *one = NULL, *other = NULL;

	do {
		one = rule_next_range(a, span, one);
		other = rule_next_range(b, span, other);
		if (!one != !other || (one && (one->low != other->low || one->high != other->high)))
			return false;
	} while (one);
	return true;
}

static bool same_bit(const struct mw_ruleset *a, struct rule one, const struct mw_ruleset *b,
		     struct rule other)
{
	return mw_ruleset_test(a, one.index) == mw_ruleset_test(b, other.index);
}

bool rule_is_same_but_digests(struct rule a, struct rule b)
{
	const struct mw_policy *one = a.policy->image, *other = b.policy->image;

	if (rule_allows(a) != rule_allows(b) || rule_ops(a) != rule_ops(b) ||
	    rule_criteria(a) != rule_criteria(b))
		return false;
	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++)
		if (!same_patterns(a, b, c) || !same_bit(&one->absent[c], a, &other->absent[c], b))
			return false;
	for (enum mw_tristate t = MW_UNKNOWN; t <= MW_TRUE; t++)
		if (!same_bit(&one->is_signed[t], a, &other->is_signed[t], b))
			return false;
	for (enum mw_source s = MW_SOURCE_NONE; s < MW_SOURCES; s++)
		if (!same_bit(&one->source[s], a, &other->source[s], b))
			return false;
	return same_ranges(a, b, 0) && same_ranges(a, b, 1);
}

/* Every text that the second glob matches, the first one does, too. */
static bool glob_covers(enum mw_criterion criterion, const char *first, const char *second)
{
	bool crosses = criterion == MW_CRITERION_ALIAS || criterion == MW_CRITERION_MODULE;
	struct mw_pattern pattern = {};
	struct mw_facts facts = {};
	struct mw_glob glob;

	if (!strcmp(first, second) || !strcmp(first, "**") || (crosses && !strcmp(first, "*")))
		return true;
	/* A glob as a text of its own: '*' for '*' and '?' for '?' would not be enough. */
	if (strpbrk(second, "*?") || strlen(second) >= MW_NAME_SIZE)
		return false;
	strcpy(pattern.text, first);
	strcpy((char *)&facts + mw_text_offset(criterion), second);
	return mw_glob_match(&pattern, &facts, criterion, &glob) == MW_MATCH_YES;
}

static bool patterns_cover(struct rule first, struct rule second, enum mw_criterion criterion)
{
	const struct mw_pattern *inner = NULL, *outer;

	while ((inner = rule_next_pattern(second, criterion, inner))) {
		outer = rule_next_pattern(first, criterion, NULL);
		while (outer && !glob_covers(criterion, outer->text, inner->text))
			outer = rule_next_pattern(first, criterion, outer);
		if (!outer)
			return false;
	}
	return mw_ruleset_test(&first.policy->image->absent[criterion], first.index) ||
	       !mw_ruleset_test(&second.policy->image->absent[criterion], second.index);
}

static bool ranges_cover(struct rule first, struct rule second, __u32 span)
{
	const struct mw_range *inner = NULL, *outer;

	while ((inner = rule_next_range(second, span, inner))) {
		outer = rule_next_range(first, span, NULL);
		while (outer && (outer->low > inner->low || outer->high < inner->high))
			outer = rule_next_range(first, span, outer);
		if (!outer)
			return false;
	}
	return true;
}

static bool bits_cover(const struct mw_ruleset *sets, size_t count, __u32 first, __u32 second)
{
	for (size_t i = 0; i < count; i++)
		if (mw_ruleset_test(&sets[i], second) && !mw_ruleset_test(&sets[i], first))
			return false;
	return true;
}

static bool criterion_covers(struct rule first, struct rule second, enum mw_criterion criterion)
{
	const struct mw_policy *image = first.policy->image;

	switch (criterion) {
	case MW_CRITERION_DIGEST:
		return rule_lists_all_of(first, second);
	case MW_CRITERION_SIGNED:
		return bits_cover(image->is_signed, 3, first.index, second.index);
	case MW_CRITERION_SOURCE:
		return bits_cover(image->source, MW_SOURCES, first.index, second.index);
	case MW_CRITERION_UID:
	case MW_CRITERION_AUID:
		return ranges_cover(first, second, criterion - MW_CRITERION_UID);
	default:
		return patterns_cover(first, second, criterion);
	}
}

bool rule_covers(struct rule first, struct rule second)
{
	__u32 criteria = rule_criteria(first);

	if ((rule_ops(second) & ~rule_ops(first)) || (criteria & ~rule_criteria(second)))
		return false;
	/* On whose behalf the kernel asks nobody knows: what denies holds then, what allows not. */
	if (rule_ops(second) & MW_BIT(MW_OP_AUTOLOAD) && rule_allows(first) &&
	    !rule_allows(second) && criteria)
		return false;
	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (criteria & MW_BIT(c) && !criterion_covers(first, second, c))
			return false;
	return true;
}
