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

#include "decide_cases.h"
#include "explanation.h"

static void decide_image(const struct mw_policy *image, const struct mw_facts *facts,
			 struct mw_decision *decision)
{
	mw_decide(image, facts, decision);
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
		DECIDE_CASES(cmocka_unit_test),
		cmocka_unit_test(agrees_with_the_evaluator_and_never_turns_a_final_verdict),
		cmocka_unit_test(explains_each_criterion_as_the_evaluator_does),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
