/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What decide() decides: claims on small policies. Whoever includes this defines decide_image(),
 * and so says where: natively, or inside BPF.
 */
#ifndef MODWARDEN_TEST_DECIDE_CASES_H
#define MODWARDEN_TEST_DECIDE_CASES_H

#include "decide_model.h"

/* decision->digest is filled. */
static void decide_image(const struct mw_policy *image, const struct mw_facts *facts,
			 struct mw_decision *decision);

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

static struct mw_decision decide_model(const struct model *model, const struct mw_facts *facts)
{
	struct mw_policy *image = image_new(model);
	struct mw_decision decision = {};

	digests_look_up(model, facts, &decision);
	decide_image(image, facts, &decision);
	free(image);
	return decision;
}

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
	decide_image(image, &facts, &decision);
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
	decide_image(image, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_DENY);
	free(image);
}

/* Numbers that no gate writes: no rule holds for what they say. */
static void takes_a_word_that_there_is_not_for_none(void **state)
{
	struct model model = { .count = 2 };
	struct mw_facts facts = { .op = MW_OP_LOAD, .known = ~0U, .is_signed = 7, .source = 9 };
	struct mw_decision decision = {};
	struct mw_policy *image;

	(void)state;
	model.rules[0] = (struct model_rule){ .ops = MW_BIT(MW_OP_LOAD), .has = HAS(SIGNED), .allow = true, .is_signed = MW_TRUE };
	model.rules[1] = (struct model_rule){ .ops = MW_BIT(MW_OP_LOAD), .has = HAS(SOURCE), .allow = true, .sources = 6 };
	image = image_new(&model);
	decide_image(image, &facts, &decision);
	assert_int_equal(decision.verdict, MW_VERDICT_DENY);
	assert_int_equal(decision.rule, MW_RULE_NONE);
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
		decide_image(image, &facts, &decision);
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

/* All of the above; test(claim) makes one element of a list. */
#define DECIDE_CASES(test)                                                                         \
	test(lets_the_first_match_win), test(waits_for_an_unknown_fact_rather_than_go_on),         \
		test(is_not_kept_waiting_by_a_rule_known_to_be_false),                             \
		test(decides_before_a_later_rule_is_known),                                        \
		test(tells_what_a_pending_rule_waits_for),                                         \
		test(holds_for_a_listed_digest_before_all_are_known),                              \
		test(matches_none_only_where_there_is_no_container),                               \
		test(takes_nobody_for_whom_a_deny_rule_means),                                     \
		test(takes_nobody_for_whom_an_allow_rule_means),                                   \
		test(skips_rules_for_other_operations), test(denies_without_an_image),             \
		test(denies_an_operation_that_is_none), test(denies_where_the_default_is_none),    \
		test(takes_a_word_that_there_is_not_for_none), test(finds_each_of_256_rules),              \
		test(waits_where_a_pattern_comes_to_no_end)

#endif
