/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide(): claims on small policies, and random policies against an evaluator that goes rule by
 * rule and criterion by criterion. SEED=N, ROUNDS=N: which ones, and how many.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "explanation.h"
#include "glob_reference.h"
#include "modwarden/decide.h"

#define RULES	8
#define VALUES	3 /* different values of each fact */
#define DIGESTS 4

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

static __u32 digest_value(const __u8 *digest)
{
	return digest[0];
}

/* ---- the evaluator ---- */

static enum mw_tristate truth(bool value)
{
	return value ? MW_TRUE : MW_FALSE;
}

static enum mw_tristate text_holds(const struct model_rule *rule, const struct mw_facts *facts,
				   enum mw_criterion criterion)
{
	const char *text = (const char *)facts + mw_text_offset(criterion);

	if (facts->absent & MW_BIT(criterion))
		return truth(rule->absent && criterion == MW_CRITERION_CONTAINER);
	return truth(glob_reference(rule->patterns[criterion], text,
				    criterion == MW_CRITERION_MODULE));
}

static enum mw_tristate digest_holds(const struct model_rule *rule, const struct mw_facts *facts)
{
	for (int i = 0; i < facts->digest_count; i++)
		if (rule->digests & MW_BIT(digest_value(facts->digest[i])))
			return MW_TRUE;
	return mw_fact_known(facts, MW_CRITERION_DIGEST) ? MW_FALSE : MW_UNKNOWN;
}

static enum mw_tristate criterion_holds(const struct model_rule *rule, const struct mw_facts *facts,
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

static enum mw_tristate rule_holds(const struct model_rule *rule, const struct mw_facts *facts)
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

static enum mw_verdict evaluate(const struct model *model, const struct mw_facts *facts,
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

static void image_add_rule(struct mw_policy *image, const struct model_rule *rule, __u32 index)
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

static void image_add_patterns(struct mw_policy *image, const struct model *model,
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

static void image_add_ranges(struct mw_policy *image, const struct model *model,
			     enum mw_criterion criterion, __u16 *filled)
{
	struct mw_span *span = &image->ranges_of[criterion - MW_CRITERION_UID];

	span->first = *filled;
	for (__u32 i = 0; i < model->count; i++) {
		const struct model_rule *rule = &model->rules[i];

		if (!(rule->has & MW_BIT(criterion)))
			continue;
		image->ranges[*filled] = (struct mw_range){rule->low, rule->high, i};
		span->count++;
		++*filled;
	}
}

static struct mw_policy *image_new(const struct model *model)
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

static void digests_look_up(const struct model *model, const struct mw_facts *facts,
			    struct mw_decision *decision)
{
	for (__u32 i = 0; i < model->count; i++)
		for (int j = 0; j < facts->digest_count; j++)
			if (model->rules[i].digests & MW_BIT(digest_value(facts->digest[j])))
				mw_ruleset_add(&decision->digest, i);
}

static struct mw_decision decide(const struct model *model, const struct mw_policy *image,
				 const struct mw_facts *facts)
{
	struct mw_decision decision = {};

	digests_look_up(model, facts, &decision);
	mw_decide(image, facts, &decision);
	return decision;
}

static struct mw_decision decide_model(const struct model *model, const struct mw_facts *facts)
{
	struct mw_policy *image = image_new(model);
	struct mw_decision decision = decide(model, image, facts);

	free(image);
	return decision;
}

/* ---- claims ---- */

#define LOAD MW_BIT(MW_OP_LOAD)
#define HAS(criterion) MW_BIT(MW_CRITERION_##criterion)

static const struct model_rule allow_signed = {
	.ops = LOAD, .allow = true, .has = HAS(SIGNED), .is_signed = MW_TRUE};
static const struct model_rule deny_memory = {
	.ops = LOAD, .has = HAS(SOURCE), .sources = MW_BIT(MW_SOURCE_MEMORY)};
static const struct model_rule allow_all = {.ops = LOAD, .allow = true};
static const struct model_rule deny_all = {.ops = LOAD};
static const struct model_rule allow_digest = {
	.ops = LOAD, .allow = true, .has = HAS(DIGEST), .digests = MW_BIT(1)};
static const struct model_rule deny_module = {
	.ops = LOAD, .has = HAS(MODULE), .patterns = {[MW_CRITERION_MODULE] = "bad*"}};
static const struct model_rule allow_none = {
	.ops = LOAD, .allow = true, .has = HAS(CONTAINER), .absent = true,
	.patterns = {[MW_CRITERION_CONTAINER] = "f"}};
static const struct model_rule deny_root = {.ops = LOAD, .has = HAS(UID), .low = 0, .high = 0};
static const struct model_rule allow_root = {
	.ops = LOAD, .allow = true, .has = HAS(UID), .low = 0, .high = 0};

static void assert_decides(const struct model *model, const struct mw_facts *facts,
			   enum mw_verdict verdict, __u32 rule)
{
	struct mw_decision decision = decide_model(model, facts);

	assert_int_equal(decision.verdict, verdict);
	assert_int_equal(decision.rule, rule);
}

static void lets_the_first_match_win(void **state)
{
	struct model model = {{allow_all, deny_all}, 2};
	struct mw_facts facts = {.op = MW_OP_LOAD};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 0);
	model.rules[0] = deny_all;
	model.rules[1] = allow_all;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void waits_for_an_unknown_fact_rather_than_go_on(void **state)
{
	struct model model = {{allow_signed, allow_all}, 2};
	struct mw_facts facts = {.op = MW_OP_LOAD};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_PENDING, 0);
	facts.known = HAS(SIGNED);
	facts.is_signed = MW_FALSE;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 1);
}

static void is_not_kept_waiting_by_a_rule_known_to_be_false(void **state)
{
	struct model model = {{allow_signed, deny_all}, 2};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(SOURCE), .source = MW_SOURCE_FILE};

	(void)state;
	model.rules[0].has |= HAS(SOURCE);
	model.rules[0].sources = MW_BIT(MW_SOURCE_MEMORY);
	assert_decides(&model, &facts, MW_VERDICT_DENY, 1);
}

static void decides_before_a_later_rule_is_known(void **state)
{
	struct model model = {{deny_memory, allow_signed}, 2};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(SOURCE), .source = MW_SOURCE_MEMORY};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void tells_what_a_pending_rule_waits_for(void **state)
{
	struct model model = {{deny_module}, 1};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(SOURCE), .source = MW_SOURCE_FILE};
	struct mw_decision decision;

	(void)state;
	model.rules[0].has |= HAS(SOURCE) | HAS(SIGNED);
	model.rules[0].sources = MW_BIT(MW_SOURCE_FILE);
	model.rules[0].is_signed = MW_FALSE;
	decision = decide_model(&model, &facts);
	assert_int_equal(decision.verdict, MW_VERDICT_PENDING);
	assert_int_equal(decision.wants, HAS(MODULE) | HAS(SIGNED));
	assert_int_equal(mw_pending_reason(&decision), MW_REASON_NAME_UNKNOWN);
}

static void holds_for_a_listed_digest_before_all_are_known(void **state)
{
	struct model model = {{allow_digest}, 1};
	struct mw_facts facts = {.op = MW_OP_LOAD};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_PENDING, 0);
	facts.digest_count = 1;
	facts.digest[0][0] = 2;
	assert_decides(&model, &facts, MW_VERDICT_PENDING, 0);
	facts.digest_count = 2;
	facts.digest[1][0] = 1;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 0);
	facts.digest[1][0] = 3;
	facts.known = HAS(DIGEST);
	assert_decides(&model, &facts, MW_VERDICT_DENY, MW_RULE_NONE);
}

static void matches_none_only_where_there_is_no_container(void **state)
{
	struct model model = {{allow_none}, 1};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(CONTAINER), .container = "e"};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, MW_RULE_NONE);
	strcpy(facts.container, "f");
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 0);
	facts.container[0] = '\0';
	facts.absent = HAS(CONTAINER);
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 0);
	model.rules[0].absent = false;
	assert_decides(&model, &facts, MW_VERDICT_DENY, MW_RULE_NONE);
}

static void takes_nobody_for_whom_a_deny_rule_means(void **state)
{
	struct model model = {{deny_root, allow_all}, 2};
	struct mw_facts facts = {
		.op = MW_OP_LOAD, .known = HAS(UID), .unattributed = HAS(UID), .uid = 1000};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void takes_nobody_for_whom_an_allow_rule_means(void **state)
{
	struct model model = {{allow_root}, 1};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(UID), .unattributed = HAS(UID)};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, MW_RULE_NONE);
}

static void skips_rules_for_other_operations(void **state)
{
	struct model model = {{deny_all}, 1};
	struct mw_facts facts = {.op = MW_OP_UNLOAD};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, MW_RULE_NONE);
}

static void denies_without_an_image(void **state)
{
	struct mw_policy *image = image_new(&(struct model){{allow_all}, 1});
	struct mw_facts facts = {.op = MW_OP_LOAD};
	struct mw_decision decision = {};

	(void)state;
	image->abi = 0;
	mw_decide(image, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_DENY);
	assert_int_equal(decision.rule, MW_RULE_NONE);
	free(image);
}

static void denies_an_operation_that_is_none(void **state)
{
	static const __u8 ops[] = {MW_OP_NONE, MW_OPS, 255};
	struct model model = {{allow_all}, 1};

	(void)state;
	model.rules[0].ops = ~0U;
	for (size_t i = 0; i < sizeof(ops); i++)
		assert_decides(&model, &(struct mw_facts){.op = ops[i]}, MW_VERDICT_DENY,
			       MW_RULE_NONE);
}

static void denies_where_the_default_is_none(void **state)
{
	struct mw_policy *image = image_new(&(struct model){});
	struct mw_facts facts = {.op = MW_OP_LOAD};
	struct mw_decision decision = {};

	(void)state;
	image->default_verdict[MW_OP_LOAD] = MW_VERDICT_NONE;
	mw_decide(image, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_DENY);
	free(image);
}

static void finds_each_of_256_rules(void **state)
{
	struct mw_policy *image = image_new(&(struct model){});
	struct mw_facts facts = {.op = MW_OP_LOAD};

	(void)state;
	for (__u32 rule = MW_RULES_MAX; rule-- > 0;) {
		struct mw_decision decision = {};

		mw_ruleset_add(&image->op[MW_OP_LOAD], rule);
		mw_ruleset_add(&image->allow, rule);
		mw_decide(image, &facts, &decision);
		assert_int_equal(decision.rule, rule);
		assert_int_equal(decision.verdict, MW_VERDICT_ALLOW);
	}
	free(image);
}

static void waits_where_a_pattern_comes_to_no_end(void **state)
{
	struct model model = {{deny_module}, 1};
	struct mw_facts facts = {.op = MW_OP_LOAD, .known = HAS(PATH)};
	struct mw_decision decision;

	(void)state;
	model.rules[0].has = HAS(PATH);
	model.rules[0].patterns[MW_CRITERION_PATH] = "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	memset(facts.path, 'a', sizeof(facts.path) - 1);
	decision = decide_model(&model, &facts);
	assert_int_equal(decision.verdict, MW_VERDICT_PENDING);
	assert_int_equal(mw_pending_reason(&decision), MW_REASON_UNDECIDED);
}

/* ---- random policies ---- */

static uint64_t from_environment(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static __u32 random_below(uint64_t *seed, __u32 bound)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (__u32)(*seed >> 33) % bound;
}

static struct model model_random(uint64_t *seed)
{
	static const char *const patterns[] = {"a", "b*", "**", "?", "a/*", "*-"};
	struct model model = {.count = random_below(seed, RULES + 1)};

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
static struct mw_facts facts_random(uint64_t *seed)
{
	static const char *const texts[VALUES] = {"a", "b_", "a/b"};
	struct mw_facts facts = {.op = (__u8)(MW_OP_LOAD + random_below(seed, 3))};

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
static struct mw_facts facts_seen(const struct mw_facts *all, __u32 known, __u8 digests)
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

static void assert_evaluates(const struct model *model, const struct mw_policy *image,
			     const struct mw_facts *facts, struct mw_decision *decision)
{
	__u32 rule;
	enum mw_verdict verdict = evaluate(model, facts, &rule);

	*decision = decide(model, image, facts);
	assert_int_equal(decision->verdict, verdict);
	assert_int_equal(decision->rule, rule);
	assert_true(verdict != MW_VERDICT_PENDING || decision->wants);
}

/* One operation, its facts learnt in a random order; returns how many verdicts were final early. */
static int operation_follow(uint64_t *seed, const struct model *model,
			    const struct mw_policy *image)
{
	struct mw_facts all = facts_random(seed);
	struct mw_decision final = {};
	__u32 known = 0;
	__u8 digests = 0;
	int early = 0;

	for (;;) {
		struct mw_facts seen = facts_seen(&all, known, digests);
		struct mw_decision now;
		__u32 next = random_below(seed, MW_CRITERIA);

		assert_evaluates(model, image, &seen, &now);
		if (final.verdict) {
			assert_int_equal(now.verdict, final.verdict);
			assert_int_equal(now.rule, final.rule);
			early++;
		} else if (now.verdict != MW_VERDICT_PENDING) {
			final = now;
		}
		if (known == (1U << MW_CRITERIA) - 1)
			break;
		while (known & MW_BIT(next))
			next = (next + 1) % MW_CRITERIA;
		if (next == MW_CRITERION_DIGEST && digests < all.digest_count)
			digests++;
		else
			known |= MW_BIT(next);
	}
	assert_true(final.verdict == MW_VERDICT_ALLOW || final.verdict == MW_VERDICT_DENY);
	return early;
}

static void agrees_with_the_evaluator_and_never_turns_a_final_verdict(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	uint64_t rounds = from_environment("ROUNDS", 3000);
	int early = 0;

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		struct model model = model_random(&seed);
		struct mw_policy *image = image_new(&model);

		for (int j = 0; j < 10; j++)
			early += operation_follow(&seed, &model, image);
		free(image);
	}
	assert_true(early > 0);
}

static void assert_explains(const struct model *model, const struct policy *policy,
			    const struct mw_facts *facts)
{
	struct explanation explanation;

	assert_int_equal(policy_explain(policy, facts, &explanation), 0);
	for (size_t i = 0; i < explanation.count; i++) {
		const struct rule_trace *trace = &explanation.rules[i];
		const struct model_rule *rule = &model->rules[trace->rule];

		for (enum mw_criterion c = 0; c < MW_CRITERIA; c++) {
			enum mw_tristate holds = rule->has & MW_BIT(c) ?
							 criterion_holds(rule, facts, c) :
							 MW_TRUE;

			assert_int_equal(!!(trace->is_false & MW_BIT(c)), holds == MW_FALSE);
			assert_int_equal(!!(trace->is_unknown & MW_BIT(c)), holds == MW_UNKNOWN);
		}
		assert_true(trace->rule == explanation.decision.rule || trace->is_false);
	}
}

static void explains_each_criterion_as_the_evaluator_does(void **state)
{
	uint64_t seed = from_environment("SEED", 1) + 1;

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct model model = model_random(&seed);
		struct policy policy = {.image = image_new(&model)};
		struct mw_facts all = facts_random(&seed);
		struct mw_facts seen;

		for (__u32 j = 0; j < model.count; j++)
			for (__u32 bit = 0; bit < DIGESTS; bit++)
				if (model.rules[j].digests & MW_BIT(bit)) {
					__u8 digest[MW_DIGEST_SIZE] = {(__u8)bit};

					assert_int_equal(
						digest_table_add(&policy.digests, digest, j), 0);
				}
		assert_int_equal(digest_table_seal(&policy.digests), 0);
		seen = facts_seen(&all, random_below(&seed, 1U << MW_CRITERIA), all.digest_count);
		assert_explains(&model, &policy, &seen);
		digest_table_clear(&policy.digests);
		free(policy.image);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_the_first_match_win),
		cmocka_unit_test(waits_for_an_unknown_fact_rather_than_go_on),
		cmocka_unit_test(is_not_kept_waiting_by_a_rule_known_to_be_false),
		cmocka_unit_test(decides_before_a_later_rule_is_known),
		cmocka_unit_test(tells_what_a_pending_rule_waits_for),
		cmocka_unit_test(holds_for_a_listed_digest_before_all_are_known),
		cmocka_unit_test(matches_none_only_where_there_is_no_container),
		cmocka_unit_test(takes_nobody_for_whom_a_deny_rule_means),
		cmocka_unit_test(takes_nobody_for_whom_an_allow_rule_means),
		cmocka_unit_test(skips_rules_for_other_operations),
		cmocka_unit_test(denies_without_an_image),
		cmocka_unit_test(denies_an_operation_that_is_none),
		cmocka_unit_test(denies_where_the_default_is_none),
		cmocka_unit_test(finds_each_of_256_rules),
		cmocka_unit_test(waits_where_a_pattern_comes_to_no_end),
		cmocka_unit_test(agrees_with_the_evaluator_and_never_turns_a_final_verdict),
		cmocka_unit_test(explains_each_criterion_as_the_evaluator_does),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
