/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random policies in a form that an obvious evaluator understands, that evaluator, and the same
 * policy as an image: for whoever wants to know whether decide() is right, natively or inside BPF.
 */
#ifndef MODWARDEN_TEST_DECIDE_MODEL_H
#define MODWARDEN_TEST_DECIDE_MODEL_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "glob_reference.h"
#include "modwarden/decide.h"

#define RULES   8
#define VALUES  3 /* different values of each fact */
#define DIGESTS 4

#define HAS(criterion) MW_BIT(MW_CRITERION_##criterion)

/* A rule as the evaluator sees it. A text has one pattern, an id one range. */
struct model_rule {
	__u32 ops;
	__u32 has;
	bool allow;
	bool absent; /* of container: 'none' is listed */
	const char *patterns[MW_TEXT_CRITERIA];
	__u32 low, high;
	__u32 is_signed;
	__u32 sources;
	__u32 digests; /* bits of those it lists */
};

struct model {
	struct model_rule rules[RULES];
	__u32 count;
};

static inline __u32 digest_value(const __u8 *digest)
{
	return digest[0];
}

/* ---- the evaluator ---- */

static inline enum mw_tristate truth(bool value)
{
	return value ? MW_TRUE : MW_FALSE;
}

static inline enum mw_tristate text_holds(const struct model_rule *rule,
					  const struct mw_facts *facts, enum mw_criterion criterion)
{
	const char *text = (const char *)facts + mw_text_offset(criterion);

	if (facts->absent & MW_BIT(criterion))
		return truth(rule->absent && criterion == MW_CRITERION_CONTAINER);
	return truth(
		glob_reference(rule->patterns[criterion], text, criterion));
}

static inline enum mw_tristate digest_holds(const struct model_rule *rule,
					    const struct mw_facts *facts)
{
	for (int i = 0; i < facts->digest_count; i++)
		if (rule->digests & MW_BIT(digest_value(facts->digest[i])))
			return MW_TRUE;
	return mw_fact_known(facts, MW_CRITERION_DIGEST) ? MW_FALSE : MW_UNKNOWN;
}

static inline enum mw_tristate criterion_holds(const struct model_rule *rule,
					       const struct mw_facts *facts,
					       enum mw_criterion criterion)
{
	if (facts->unattributed & MW_BIT(criterion))
		return truth(!rule->allow);
	if (criterion == MW_CRITERION_DIGEST)
		return digest_holds(rule, facts);
	if (!mw_fact_known(facts, criterion))
		return MW_UNKNOWN;
	switch (criterion) {
	case MW_CRITERION_UID:
		return truth(facts->uid >= rule->low && facts->uid <= rule->high);
	case MW_CRITERION_AUID:
		return truth(facts->auid >= rule->low && facts->auid <= rule->high);
	case MW_CRITERION_SIGNED:
		return truth(facts->is_signed == rule->is_signed);
	case MW_CRITERION_SOURCE:
		return truth(rule->sources & MW_BIT(facts->source));
	default:
		return text_holds(rule, facts, criterion);
	}
}

static inline enum mw_tristate rule_holds(const struct model_rule *rule,
					  const struct mw_facts *facts)
{
	enum mw_tristate all = MW_TRUE;

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++) {
		enum mw_tristate one;

		if (!(rule->has & MW_BIT(c)))
			continue;
		one = criterion_holds(rule, facts, c);
		if (one == MW_FALSE)
			return MW_FALSE;
		if (one == MW_UNKNOWN)
			all = MW_UNKNOWN;
	}
	return all;
}

static inline enum mw_verdict evaluate(const struct model *model, const struct mw_facts *facts,
				       __u32 *decider)
{
	for (__u32 i = 0; i < model->count; i++) {
		const struct model_rule *rule = &model->rules[i];
		enum mw_tristate holds;

		if (!(rule->ops & MW_BIT(facts->op)))
			continue;
		holds = rule_holds(rule, facts);
		if (holds == MW_FALSE)
			continue;
		*decider = i;
		if (holds == MW_UNKNOWN)
			return MW_VERDICT_PENDING;
		return rule->allow ? MW_VERDICT_ALLOW : MW_VERDICT_DENY;
	}
	*decider = MW_RULE_NONE;
	return facts->op == MW_OP_LOAD ? MW_VERDICT_DENY : MW_VERDICT_ALLOW;
}

/* ---- the same model as an image ---- */

static inline void image_add_rule(struct mw_policy *image, const struct model_rule *rule,
				  __u32 index)
{
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		if (rule->ops & MW_BIT(op))
			mw_ruleset_add(&image->op[op], index);
	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (rule->has & MW_BIT(c))
			mw_ruleset_add(&image->has[c], index);
	if (rule->allow)
		mw_ruleset_add(&image->allow, index);
	if (rule->absent)
		mw_ruleset_add(&image->absent[MW_CRITERION_CONTAINER], index);
	if (rule->is_signed)
		mw_ruleset_add(&image->is_signed[rule->is_signed], index);
	for (enum mw_source s = MW_SOURCE_FILE; s < MW_SOURCES; s++)
		if (rule->sources & MW_BIT(s))
			mw_ruleset_add(&image->source[s], index);
}

static inline void image_add_patterns(struct mw_policy *image, const struct model *model,
				      enum mw_criterion criterion, __u16 *filled)
{
	image->patterns_of[criterion].first = *filled;
	for (__u32 i = 0; i < model->count; i++) {
		struct mw_pattern *pattern = &image->patterns[*filled];

		if (!(model->rules[i].has & MW_BIT(criterion)))
			continue;
		pattern->rule = (__u16)i;
		strcpy(pattern->text, model->rules[i].patterns[criterion]);
		image->patterns_of[criterion].count++;
		++*filled;
	}
}

static inline void image_add_ranges(struct mw_policy *image, const struct model *model,
				    enum mw_criterion criterion, __u16 *filled)
{
	struct mw_span *span = &image->ranges_of[criterion - MW_CRITERION_UID];

	span->first = *filled;
	for (__u32 i = 0; i < model->count; i++) {
		const struct model_rule *rule = &model->rules[i];

		if (!(rule->has & MW_BIT(criterion)))
			continue;
		image->ranges[*filled] = (struct mw_range){ rule->low, rule->high, i };
		span->count++;
		++*filled;
	}
}

static inline struct mw_policy *image_new(const struct model *model)
{
	struct mw_policy *image = calloc(1, sizeof(*image));
	__u16 patterns = 0, ranges = 0;

	assert_non_null(image);
	image->abi = MW_POLICY_ABI;
	image->rule_count = (__u16)model->count;
	image->default_verdict[MW_OP_LOAD] = MW_VERDICT_DENY;
	image->default_verdict[MW_OP_UNLOAD] = MW_VERDICT_ALLOW;
	image->default_verdict[MW_OP_AUTOLOAD] = MW_VERDICT_ALLOW;
	for (__u32 i = 0; i < model->count; i++)
		image_add_rule(image, &model->rules[i], i);
	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++)
		image_add_patterns(image, model, c, &patterns);
	image_add_ranges(image, model, MW_CRITERION_UID, &ranges);
	image_add_ranges(image, model, MW_CRITERION_AUID, &ranges);
	return image;
}

static inline void digests_look_up(const struct model *model, const struct mw_facts *facts,
				   struct mw_decision *decision)
{
	for (__u32 i = 0; i < model->count; i++)
		for (int j = 0; j < facts->digest_count; j++)
			if (model->rules[i].digests & MW_BIT(digest_value(facts->digest[j])))
				mw_ruleset_add(&decision->digest, i);
}

static inline struct mw_decision decide(const struct model *model, const struct mw_policy *image,
					const struct mw_facts *facts)
{
	struct mw_decision decision = {};

	digests_look_up(model, facts, &decision);
	mw_decide(image, facts, &decision);
	return decision;
}

/* ---- random policies ---- */

static inline uint64_t from_environment(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static inline __u32 random_below(uint64_t *seed, __u32 bound)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (__u32)(*seed >> 33) % bound;
}

static inline struct model model_random(uint64_t *seed)
{
	static const char *const patterns[] = { "a", "b*", "**", "?", "a/*", "*-" };
	struct model model = { .count = random_below(seed, RULES + 1) };

	for (__u32 i = 0; i < model.count; i++) {
		struct model_rule *rule = &model.rules[i];

		rule->ops = (1 + random_below(seed, 7)) << 1;
		rule->allow = random_below(seed, 2);
		rule->has = random_below(seed, 1U << MW_CRITERIA) &
			    random_below(seed, 1U << MW_CRITERIA);
		rule->absent = random_below(seed, 2) && (rule->has & HAS(CONTAINER));
		rule->low = random_below(seed, VALUES);
		rule->high = rule->low + random_below(seed, VALUES);
		rule->is_signed = rule->has & HAS(SIGNED) ? 1 + random_below(seed, 2) : 0;
		rule->sources = rule->has & HAS(SOURCE) ? (1 + random_below(seed, 3)) << 1 : 0;
		rule->digests = rule->has & HAS(DIGEST) ? random_below(seed, 1U << DIGESTS) : 0;
		for (int c = 0; c < MW_TEXT_CRITERIA; c++)
			rule->patterns[c] = patterns[random_below(seed, 6)];
	}
	return model;
}

/* All that will be known of an operation; 'known' is empty and grows by fact_learn(). */
static inline struct mw_facts facts_random(uint64_t *seed)
{
	static const char *const texts[VALUES] = { "a", "b_", "a/b" };
	struct mw_facts facts = { .op = (__u8)(MW_OP_LOAD + random_below(seed, 3)) };

	facts.uid = random_below(seed, VALUES);
	facts.auid = random_below(seed, VALUES);
	facts.source = (__u8)(MW_SOURCE_FILE + random_below(seed, 2));
	facts.is_signed = (__u8)(MW_FALSE + random_below(seed, 2));
	facts.digest_count = (__u8)random_below(seed, MW_DIGESTS + 1);
	for (int i = 0; i < facts.digest_count; i++)
		facts.digest[i][0] = (__u8)random_below(seed, DIGESTS);
	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++)
		strcpy((char *)&facts + mw_text_offset(c), texts[random_below(seed, VALUES)]);
	if (!random_below(seed, 3))
		facts.absent = random_below(seed, 1U << MW_TEXT_CRITERIA);
	if (!random_below(seed, 3))
		facts.unattributed =
			random_below(seed, 4) * HAS(UID) | random_below(seed, 2) * HAS(CONTAINER);
	return facts;
}

/* What the gates would have seen of 'all' when 'known' is known. */
static inline struct mw_facts facts_seen(const struct mw_facts *all, __u32 known, __u8 digests)
{
	struct mw_facts seen = *all;

	seen.known = known;
	seen.absent &= known;
	seen.unattributed &= known;
	seen.digest_count = digests;
	if (!(known & HAS(SIGNED)))
		seen.is_signed = MW_UNKNOWN;
	if (!(known & HAS(SOURCE)))
		seen.source = MW_SOURCE_NONE;
	for (enum mw_criterion c = 0; c < MW_TEXT_CRITERIA; c++)
		if (!(known & MW_BIT(c)))
			*((char *)&seen + mw_text_offset(c)) = '\0';
	return seen;
}

#endif
