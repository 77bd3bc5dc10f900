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

#include "decide_model.h"
#include "explanation.h"

/* ---- claims ---- */

#define LOAD MW_BIT(MW_OP_LOAD)

static const struct model_rule allow_signed = {
	.ops = LOAD, .allow = true, .has = HAS(SIGNED), .is_signed = MW_TRUE
};
static const struct model_rule deny_memory = { .ops = LOAD,
					       .has = HAS(SOURCE),
					       .sources = MW_BIT(MW_SOURCE_MEMORY) };
static const struct model_rule allow_all = { .ops = LOAD, .allow = true };
static const struct model_rule deny_all = { .ops = LOAD };
static const struct model_rule allow_digest = {
	.ops = LOAD, .allow = true, .has = HAS(DIGEST), .digests = MW_BIT(1)
};
static const struct model_rule deny_module = { .ops = LOAD,
					       .has = HAS(MODULE),
					       .patterns = { [MW_CRITERION_MODULE] = "bad*" } };
static const struct model_rule allow_none = { .ops = LOAD,
					      .allow = true,
					      .has = HAS(CONTAINER),
					      .absent = true,
					      .patterns = { [MW_CRITERION_CONTAINER] = "f" } };
static const struct model_rule deny_root = { .ops = LOAD, .has = HAS(UID), .low = 0, .high = 0 };
static const struct model_rule allow_root = {
	.ops = LOAD, .allow = true, .has = HAS(UID), .low = 0, .high = 0
};

static void assert_decides(const struct model *model, const struct mw_facts *facts,
			   enum mw_verdict verdict, __u32 rule)
{
	struct mw_decision decision = decide_model(model, facts);

	assert_int_equal(decision.verdict, verdict);
	assert_int_equal(decision.rule, rule);
}

static void lets_the_first_match_win(void **state)
{
	struct model model = { { allow_all, deny_all }, 2 };
	struct mw_facts facts = { .op = MW_OP_LOAD };

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 0);
	model.rules[0] = deny_all;
	model.rules[1] = allow_all;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void waits_for_an_unknown_fact_rather_than_go_on(void **state)
{
	struct model model = { { allow_signed, allow_all }, 2 };
	struct mw_facts facts = { .op = MW_OP_LOAD };

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_PENDING, 0);
	facts.known = HAS(SIGNED);
	facts.is_signed = MW_FALSE;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, 1);
}

static void is_not_kept_waiting_by_a_rule_known_to_be_false(void **state)
{
	struct model model = { { allow_signed, deny_all }, 2 };
	struct mw_facts facts = { .op = MW_OP_LOAD,
				  .known = HAS(SOURCE),
				  .source = MW_SOURCE_FILE };

	(void)state;
	model.rules[0].has |= HAS(SOURCE);
	model.rules[0].sources = MW_BIT(MW_SOURCE_MEMORY);
	assert_decides(&model, &facts, MW_VERDICT_DENY, 1);
}

static void decides_before_a_later_rule_is_known(void **state)
{
	struct model model = { { deny_memory, allow_signed }, 2 };
	struct mw_facts facts = { .op = MW_OP_LOAD,
				  .known = HAS(SOURCE),
				  .source = MW_SOURCE_MEMORY };

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void tells_what_a_pending_rule_waits_for(void **state)
{
	struct model model = { { deny_module }, 1 };
	struct mw_facts facts = { .op = MW_OP_LOAD,
				  .known = HAS(SOURCE),
				  .source = MW_SOURCE_FILE };
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
	struct model model = { { allow_digest }, 1 };
	struct mw_facts facts = { .op = MW_OP_LOAD };

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
	struct model model = { { allow_none }, 1 };
	struct mw_facts facts = { .op = MW_OP_LOAD, .known = HAS(CONTAINER), .container = "e" };

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
	struct model model = { { deny_root, allow_all }, 2 };
	struct mw_facts facts = {
		.op = MW_OP_LOAD, .known = HAS(UID), .unattributed = HAS(UID), .uid = 1000
	};

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, 0);
}

static void takes_nobody_for_whom_an_allow_rule_means(void **state)
{
	struct model model = { { allow_root }, 1 };
	struct mw_facts facts = { .op = MW_OP_LOAD, .known = HAS(UID), .unattributed = HAS(UID) };

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_DENY, MW_RULE_NONE);
}

static void skips_rules_for_other_operations(void **state)
{
	struct model model = { { deny_all }, 1 };
	struct mw_facts facts = { .op = MW_OP_UNLOAD };

	(void)state;
	assert_decides(&model, &facts, MW_VERDICT_ALLOW, MW_RULE_NONE);
}

static void denies_without_an_image(void **state)
{
	struct mw_policy *image = image_new(&(struct model){ { allow_all }, 1 });
	struct mw_facts facts = { .op = MW_OP_LOAD };
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
	static const __u8 ops[] = { MW_OP_NONE, MW_OPS, 255 };
	struct model model = { { allow_all }, 1 };

	(void)state;
	model.rules[0].ops = ~0U;
	for (size_t i = 0; i < sizeof(ops); i++)
		assert_decides(&model, &(struct mw_facts){ .op = ops[i] }, MW_VERDICT_DENY,
			       MW_RULE_NONE);
}

static void denies_where_the_default_is_none(void **state)
{
	struct mw_policy *image = image_new(&(struct model){});
	struct mw_facts facts = { .op = MW_OP_LOAD };
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
	struct mw_facts facts = { .op = MW_OP_LOAD };

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
	struct model model = { { deny_module }, 1 };
	struct mw_facts facts = { .op = MW_OP_LOAD, .known = HAS(PATH) };
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
			enum mw_tristate holds =
				rule->has & MW_BIT(c) ? criterion_holds(rule, facts, c) : MW_TRUE;

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
		struct policy policy = { .image = image_new(&model) };
		struct mw_facts all = facts_random(&seed);
		struct mw_facts seen;

		for (__u32 j = 0; j < model.count; j++)
			for (__u32 bit = 0; bit < DIGESTS; bit++)
				if (model.rules[j].digests & MW_BIT(bit)) {
					__u8 digest[MW_DIGEST_SIZE] = { (__u8)bit };

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
