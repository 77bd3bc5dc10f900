/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which policy a generation was, while others take its place. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "policy_case.h"
#include "policy_history.h"

static struct policy *make_policy(const char *rule)
{
	char text[256];

	snprintf(text, sizeof(text), "version: 1\nrules: [{name: %s, allow: load, signed: true}]\n",
		 rule);
	return good(text);
}

/* Remembers a policy of one rule under a generation. */
static void remember(struct policy_history *history, __u32 generation)
{
	char rule[32];
	struct policy *policy;

	snprintf(rule, sizeof(rule), "rule-%u", generation);
	policy = make_policy(rule);
	policy->image->generation = generation;
	assert_int_equal(policy_history_add(history, policy), 0);
	policy_free(policy);
}

static void knows_the_rules_of_each_generation(void **state)
{
	struct policy_history *history;

	(void)state;
	assert_int_equal(policy_history_new(&history), 0);
	assert_null(policy_history_rule(history, 0, 0));
	assert_null(policy_history_rule(history, 1, 0));
	assert_null(policy_history_sha256(history, 1));
	remember(history, 1);
	remember(history, 2);
	assert_string_equal(policy_history_rule(history, 1, 0), "rule-1");
	assert_string_equal(policy_history_rule(history, 2, 0), "rule-2");
	assert_null(policy_history_rule(history, 2, 1));
	assert_null(policy_history_rule(history, 2, MW_RULE_NONE));
	assert_string_not_equal(policy_history_sha256(history, 1),
				policy_history_sha256(history, 2));
	policy_history_free(history);
}

static void forgets_the_oldest_and_takes_none_for_another(void **state)
{
	struct policy_history *history;

	(void)state;
	assert_int_equal(policy_history_new(&history), 0);
	for (__u32 generation = 1; generation <= POLICY_HISTORY_MAX + 1; generation++)
		remember(history, generation);
	assert_null(policy_history_rule(history, 1, 0));
	assert_null(policy_history_sha256(history, 1));
	assert_string_equal(policy_history_rule(history, 2, 0), "rule-2");
	assert_string_equal(policy_history_rule(history, POLICY_HISTORY_MAX + 1, 0), "rule-257");
	policy_history_free(history);
	policy_history_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_rules_of_each_generation),
		cmocka_unit_test(forgets_the_oldest_and_takes_none_for_another),
	};

	return cmocka_run_group_tests_name("policy_history", tests, NULL, NULL);
}
