// SPDX-License-Identifier: GPL-2.0-or-later
/* The rule that a denial becomes: it means what was denied, and nothing else. */
#include "policy_case.h"

#include "allow_rule.h"
#include "cleanup.h"

struct rule_case {
	const char *claim;
	enum mw_op op;
	enum allow_by by;
	const char *subject; /* name, or alias */
	const char *loader;
	const char *text; /* NULL: there is none, ... */
	const char *why;  /* ... and why */
	__u32 unattributed;
	enum mw_tristate is_signed;
	__u32 unknown;
};

#define HEX_LOWER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OF_NOBODY (MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_LOADER))

static const struct rule_case cases[] = {
	{ "a_load_is_let_in_by_its_digest", MW_OP_LOAD, ALLOW_BY_NONE, "vfat", "/usr/bin/kmod",
	  "name: allow-vfat\nallow: load\nsha256: " HEX_LOWER "\n" },
	{ "a_name_of_any_bytes_is_let_in_by_digest", MW_OP_LOAD, ALLOW_BY_DIGEST, "* {\n", "",
	  "name: allow-____\nallow: load\nsha256: " HEX_LOWER "\n" },
	{ "a_name_is_a_pattern_that_means_itself", MW_OP_LOAD, ALLOW_BY_NAME, "nft_chain-nat", "",
	  "name: allow-nft_chain-nat\nallow: load\nmodule: nft_chain-nat\n" },
	{ "a_name_that_is_a_pattern_is_no_rule", MW_OP_LOAD, ALLOW_BY_NAME, "nft*", "", NULL,
	  "characters that no pattern means" },
	{ "a_name_that_begins_like_yaml_is_quoted", MW_OP_LOAD, ALLOW_BY_NAME, "-x", "",
	  "name: allow--x\nallow: load\nmodule: \"-x\"\n" },
	{ "a_missing_name_is_no_rule", MW_OP_LOAD, ALLOW_BY_NAME, "", "", NULL, "has no name" },
	{ "a_signature_goes_with_the_name", MW_OP_LOAD, ALLOW_BY_SIGNED, "vfat", "",
	  "name: allow-vfat\nallow: load\nsigned: true\nmodule: vfat\n" },
	{ "an_unsigned_one_is_not_let_in_as_signed", MW_OP_LOAD, ALLOW_BY_SIGNED, "vfat", "", NULL,
	  "takes it for unsigned", 0, MW_FALSE },
	{ "an_unload_is_its_callers", MW_OP_UNLOAD, ALLOW_BY_NONE, "vfat", "/usr/bin/kmod",
	  "name: allow-vfat\nallow: unload\nmodule: vfat\nloader: /usr/bin/kmod\nuid: 1000\n" },
	{ "an_unload_has_no_digest", MW_OP_UNLOAD, ALLOW_BY_DIGEST, "vfat", "", NULL,
	  "only a load has a digest" },
	{ "a_caller_that_is_not_told_is_no_rule", MW_OP_UNLOAD, ALLOW_BY_NONE, "vfat", "", NULL,
	  "the executable of its caller" },
	{ "a_user_that_is_not_told_is_no_rule", MW_OP_AUTOLOAD, ALLOW_BY_NONE, "crypto-x", "/bin/x",
	  NULL, "the user of its caller", 0, 0, MW_BIT(MW_CRITERION_UID) },
	{ "a_caller_that_is_a_pattern_is_no_rule", MW_OP_UNLOAD, ALLOW_BY_NONE, "vfat", "/tmp/**",
	  NULL, "write the rule by hand" },
	{ "an_autoload_is_its_aliass", MW_OP_AUTOLOAD, ALLOW_BY_NONE, "crypto-cbc(aes)", "/bin/x",
	  "name: allow-crypto-cbc_aes_\nallow: autoload\nalias: \"crypto-cbc(aes)\"\n"
	  "loader: /bin/x\nuid: 1000\n" },
	{ "an_alias_that_is_a_pattern_is_no_rule", MW_OP_AUTOLOAD, ALLOW_BY_NONE, "net-*", "", NULL,
	  "characters that no pattern means" },
	{ "who_asks_for_the_kernel_is_not_asked_for", MW_OP_AUTOLOAD, ALLOW_BY_NONE, "crypto-x",
	  "/bin/x", "name: allow-crypto-x\nallow: autoload\nalias: crypto-x\n", NULL, OF_NOBODY },
};

static struct mw_facts facts_of(const struct rule_case *test)
{
	struct mw_facts facts = load(test->op == MW_OP_AUTOLOAD ? "" : test->subject);

	facts.op = test->op;
	facts.uid = 1000;
	facts.is_signed = test->is_signed;
	facts.unattributed = test->unattributed;
	facts.known = (facts.known | OF_NOBODY) & ~test->unknown;
	snprintf(facts.loader, sizeof(facts.loader), "%s", test->loader);
	if (test->op == MW_OP_AUTOLOAD)
		snprintf(facts.alias, sizeof(facts.alias), "%s", test->subject);
	with_digest(&facts);
	return facts;
}

static void becomes(void **state)
{
	const struct rule_case *test = *state;
	struct policy *policy = good("version: 1\nrules: []\n");
	struct mw_facts facts = facts_of(test);
	struct allow_rule rule;
	const char *why = NULL;
	int r = allow_rule_make(&rule, policy, &facts, test->by, &why);

	assert_int_equal(r, test->text ? 0 : -EINVAL);
	assert_int_equal(rule.is_of_every_caller, test->text && test->unattributed);
	if (test->text)
		assert_string_equal(rule.text, test->text);
	else
		assert_non_null(strstr(why, test->why));
	allow_rule_clear(&rule);
	policy_free(policy);
}

static void chooses_a_name_that_is_free(void **state)
{
	struct policy *policy = good(HEAD "  - name: allow-a\n    allow: load\n    module: a\n"
					  "  - name: allow-a-2\n    allow: load\n    module: b\n");
	struct mw_facts facts = load("a");
	struct allow_rule rule;
	const char *why = NULL;

	(void)state;
	with_digest(&facts);
	assert_int_equal(allow_rule_make(&rule, policy, &facts, ALLOW_BY_NONE, &why), 0);
	assert_string_equal(rule.name, "allow-a-3");
	allow_rule_clear(&rule);
	policy_free(policy);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + 1] = {
		cmocka_unit_test(chooses_a_name_that_is_free),
	};

	for (size_t i = 0; i < array_size(cases); i++)
		tests[i + 1] = (struct CMUnitTest){ cases[i].claim, becomes, NULL, NULL,
						    (void *)&cases[i] };
	return _cmocka_run_group_tests("allow_rule", tests, array_size(tests), NULL, NULL);
}
