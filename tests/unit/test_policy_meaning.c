/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What good policies mean: each criterion against one load, and the policy's other words.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy_case.h"

/* One criterion against one load. */
struct criterion_case {
	const char *claim;
	const char *criterion;
	bool holds;
	void (*change)(struct mw_facts *facts);
};

static void in_container(struct mw_facts *facts)
{
	facts->absent = 0;
	strcpy(facts->container, "4f6e" TEN("012345"));
}

static void from_memory(struct mw_facts *facts)
{
	facts->absent |= MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);
	facts->source = MW_SOURCE_MEMORY;
}

static void by_nobody(struct mw_facts *facts)
{
	facts->auid = 4294967295U;
}

static void by_last_user(struct mw_facts *facts)
{
	facts->uid = facts->auid = 4294967294U;
}

static void signed_validly(struct mw_facts *facts)
{
	facts->is_signed = MW_TRUE;
}

static const struct criterion_case criterion_cases[] = {
	{ "takes_dash_and_underscore_for_one_in_module", "module: snd-hda_intel", true, NULL },
	{ "matches_any_of_a_list", "module: [x, snd_*]", true, NULL },
	{ "does_not_match_another_module", "module: snd", false, NULL },
	{ "keeps_dash_and_underscore_apart_in_path", "path: /lib/modules/6.1/a-ko", false, NULL },
	{ "matches_a_path_below_a_directory", "path: /lib/**", true, NULL },
	{ "keeps_a_star_within_a_directory", "path: /lib/*", false, NULL },
	{ "has_no_path_in_memory", "path: '**'", false, from_memory },
	{ "matches_the_filesystem", "filesystem: [xfs, ext?]", true, NULL },
	{ "matches_the_loader", "loader: /usr/bin/kmod", true, NULL },
	{ "matches_none_outside_a_container", "container: none", true, NULL },
	{ "does_not_match_none_in_a_container", "container: none", false, in_container },
	{ "does_not_match_any_outside_a_container", "container: any", false, NULL },
	{ "matches_any_in_a_container", "container: any", true, in_container },
	{ "matches_a_container_by_its_first_digits", "container: 4f6e*", true, in_container },
	{ "does_not_match_an_id_outside_a_container", "container: '*'", false, NULL },
	{ "matches_one_uid", "uid: 0", true, NULL },
	{ "does_not_match_all_but_the_uid", "uid: \"!0\"", false, NULL },
	{ "matches_all_but_a_range_on_its_low_side", "uid: \"!1-4294967294\"", true, NULL },
	{ "matches_all_but_a_range_on_its_high_side", "uid: \"!0-9\"", true, by_last_user },
	{ "matches_an_open_range_at_its_end", "uid: 1000-", true, by_last_user },
	{ "matches_a_range_at_its_low_end", "auid: 1000-1999", true, NULL },
	{ "matches_a_range_at_its_high_end", "auid: 1-1000", true, NULL },
	{ "does_not_match_above_a_range", "auid: 1-999", false, NULL },
	{ "matches_an_unset_auid", "auid: unset", true, by_nobody },
	{ "does_not_take_unset_for_a_number", "auid: 1000-", false, by_nobody },
	{ "takes_unset_for_another_than_zero", "auid: \"!0\"", true, by_nobody },
	{ "matches_all_but_unset", "auid: \"!unset\"", true, by_last_user },
	{ "does_not_match_all_but_unset_for_unset", "auid: \"!unset\"", false, by_nobody },
	{ "matches_signed", "signed: true", true, signed_validly },
	{ "does_not_match_signed_without_a_signature", "signed: true", false, NULL },
	{ "matches_not_signed", "signed: false", true, NULL },
	{ "matches_a_file", "source: file", true, NULL },
	{ "does_not_match_memory", "source: memory", false, NULL },
	{ "matches_either_source", "source: [file, memory]", true, from_memory },
	{ "matches_a_digest_in_either_case", "sha256: " HEX, true, with_digest },
	{ "does_not_match_without_its_digest", "sha256: " HEX, false, NULL },
};

static void matches(void **state)
{
	const struct criterion_case *test = *state;
	struct mw_facts facts = load("snd_hda_intel");
	struct policy *policy;
	char text[512];

	snprintf(text, sizeof(text), RULE("    %s\n"), test->criterion);
	policy = good(text);
	if (test->change)
		test->change(&facts);
	assert_int_equal(verdict(policy, &facts), test->holds ? MW_VERDICT_ALLOW : MW_VERDICT_DENY);
	policy_free(policy);
}

static void fills_in_what_a_short_policy_leaves_out(void **state)
{
	struct policy *policy = good("version: 1\nrules: []\n");

	(void)state;
	assert_int_equal(policy->image->abi, MW_POLICY_ABI);
	assert_int_equal(policy->image->mode, MW_MODE_MONITOR);
	assert_int_equal(policy->image->default_verdict[MW_OP_LOAD], MW_VERDICT_DENY);
	assert_int_equal(policy->image->default_verdict[MW_OP_UNLOAD], MW_VERDICT_ALLOW);
	assert_int_equal(policy->image->default_verdict[MW_OP_AUTOLOAD], MW_VERDICT_ALLOW);
	assert_int_equal(policy->image->rule_count, 0);
	assert_true(policy_matches_kernel(policy, "6.1.0"));
	assert_string_equal(policy_rule_name(policy, MW_RULE_NONE), "default");
	policy_free(policy);
}

static void takes_mode_and_default_as_written(void **state)
{
	struct policy *policy = good("version: 1\nmode: enforce\ndefault: allow\nrules: []\n");

	(void)state;
	assert_int_equal(policy->image->mode, MW_MODE_ENFORCE);
	assert_int_equal(policy->image->default_verdict[MW_OP_LOAD], MW_VERDICT_ALLOW);
	policy_free(policy);
}

static void tells_kernels_it_was_made_for(void **state)
{
	struct policy *policy = good("version: 1\nkernels: [6.1.0-56-amd64, 6.12.*]\nrules: []\n");

	(void)state;
	assert_true(policy_matches_kernel(policy, "6.1.0-56-amd64"));
	assert_true(policy_matches_kernel(policy, "6.12.9"));
	assert_false(policy_matches_kernel(policy, "6.1.0-56-amd64-rt"));
	assert_false(policy_matches_kernel(policy, "6x12.9"));
	policy_free(policy);
}

static void takes_keys_of_audit_rules_as_written(void **state)
{
	struct policy *policy = good("version: 1\naudit: {keys: [mine, \"also mine\"]}\nrules: []\n");

	(void)state;
	assert_int_equal(policy->audit_key_count, 2);
	assert_string_equal(policy->audit_keys[0], "mine");
	assert_string_equal(policy->audit_keys[1], "also mine");
	policy_free(policy);
}

static void tells_which_operations_it_can_deny(void **state)
{
	struct policy *policy = good("version: 1\ndefault: allow\nrules:\n"
				     "  - {name: a, allow: [load, autoload]}\n"
				     "  - {name: b, deny: unload, module: x}\n");

	(void)state;
	assert_false(policy_can_deny(policy, MW_OP_LOAD));
	assert_true(policy_can_deny(policy, MW_OP_UNLOAD));
	assert_false(policy_can_deny(policy, MW_OP_AUTOLOAD));
	policy_free(policy);
	policy = good("version: 1\nrules: []\n");
	assert_true(policy_can_deny(policy, MW_OP_LOAD));
	policy_free(policy);
}

static void applies_a_rule_to_each_of_its_operations(void **state)
{
	struct policy *policy = good(HEAD "  - {name: a, deny: [unload, autoload], uid: 0}\n");
	struct mw_facts facts = load("x");

	(void)state;
	for (facts.op = MW_OP_UNLOAD; facts.op <= MW_OP_AUTOLOAD; facts.op++)
		assert_int_equal(verdict(policy, &facts), MW_VERDICT_DENY);
	facts.uid = 1;
	for (facts.op = MW_OP_UNLOAD; facts.op <= MW_OP_AUTOLOAD; facts.op++)
		assert_int_equal(verdict(policy, &facts), MW_VERDICT_ALLOW);
	policy_free(policy);
}

static int digest_number(struct digest_table *table, __u32 number, __u32 rule)
{
	__u8 digest[MW_DIGEST_SIZE] = {};

	memcpy(digest, &number, sizeof(number));
	return digest_table_add(table, digest, rule);
}

static void counts_a_digest_once_however_many_rules_list_it(void **state)
{
	struct digest_table table = {};
	__u8 first[MW_DIGEST_SIZE] = {};

	(void)state;
	for (__u32 rule = 0; rule < 4; rule++)
		for (__u32 i = 0; i < MW_DIGESTS_MAX; i++)
			assert_int_equal(digest_number(&table, i, rule), 0);
	assert_int_equal(digest_table_seal(&table), 0);
	assert_int_equal(table.count, MW_DIGESTS_MAX);
	assert_int_equal(digest_table_find(&table, first)->bits[0], 15);
	assert_int_equal(digest_number(&table, MW_DIGESTS_MAX, 0), 0);
	assert_int_equal(digest_table_seal(&table), -ENOSPC);
	digest_table_clear(&table);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(counts_a_digest_once_however_many_rules_list_it),
	cmocka_unit_test(fills_in_what_a_short_policy_leaves_out),
	cmocka_unit_test(takes_mode_and_default_as_written),
	cmocka_unit_test(tells_kernels_it_was_made_for),
	cmocka_unit_test(takes_keys_of_audit_rules_as_written),
	cmocka_unit_test(tells_which_operations_it_can_deny),
	cmocka_unit_test(applies_a_rule_to_each_of_its_operations),
};

#define PLAIN    array_size(plain_tests)
#define CRITERIA array_size(criterion_cases)

int main(void)
{
	struct CMUnitTest tests[PLAIN + CRITERIA] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < CRITERIA; i++)
		tests[PLAIN + i] = (struct CMUnitTest){ criterion_cases[i].claim, matches, NULL,
							NULL, (void *)&criterion_cases[i] };
	return cmocka_run_group_tests_name("policy_meaning", tests, NULL, NULL);
}
