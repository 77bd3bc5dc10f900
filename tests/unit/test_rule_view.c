// SPDX-License-Identifier: GPL-2.0-or-later
/* Which rule takes all that another one would. */
#include "policy_case.h"

#include "rule_view.h"

#define DIGITS(n) "00000000000000000000000000000000000000000000000000000000000000" n

struct cover_case {
	const char *claim;
	const char *first; /* verdict and criteria */
	const char *second;
	bool covers;
};

#define A "    allow: load\n"
#define D "    deny: load\n"

static const struct cover_case cases[] = {
	{ "same_criteria_cover_each_other", A "    module: a\n", D "    module: a\n", true },
	{ "glob_covers_name", A "    module: \"a*\"\n", A "    module: [ab, a-b]\n", true },
	{ "dash_is_underscore", A "    module: a_b\n", A "    module: a-b\n", true },
	{ "name_covers_no_glob", A "    module: ab\n", A "    module: \"a*\"\n", false },
	{ "star_covers_any_name", A "    module: \"*\"\n", A "    module: \"a*\"\n", true },
	{ "star_covers_no_deeper_path", A "    path: /lib/*\n", A "    path: /lib/a/b.ko\n",
	  false },
	{ "two_stars_cover_deeper_path", A "    path: /lib/**\n", A "    path: /lib/a/b.ko\n",
	  true },
	{ "one_of_two_names_is_not_both", A "    module: a\n", A "    module: [a, b]\n", false },
	{ "more_criteria_cover_no_fewer", A "    module: a\n    uid: 0\n", A "    module: a\n",
	  false },
	{ "fewer_criteria_cover_more", A "    uid: 0-999\n", A "    module: a\n    uid: 5-7\n",
	  true },
	{ "range_covers_no_wider_one", A "    uid: 1-9\n", A "    uid: 1-10\n", false },
	{ "range_covers_none_that_begins_before", A "    uid: 5-\n", A "    uid: 1-9\n", false },
	{ "others_are_two_ranges", A "    uid: \"!5\"\n", A "    uid: [0-4, 6-9]\n", true },
	{ "all_digests_are_listed", A "    sha256: [\"" DIGITS("01") "\", \"" DIGITS("02") "\"]\n",
	  A "    sha256: \"" DIGITS("02") "\"\n", true },
	{ "a_digest_is_not_listed", A "    sha256: \"" DIGITS("01") "\"\n",
	  A "    sha256: [\"" DIGITS("01") "\", \"" DIGITS("02") "\"]\n", false },
	{ "signed_covers_no_unsigned", A "    signed: true\n", A "    signed: false\n", false },
	{ "both_sources_cover_one", A "    source: [file, memory]\n", A "    source: memory\n",
	  true },
	{ "one_source_covers_not_both", A "    source: file\n", A "    source: [file, memory]\n",
	  false },
	{ "any_container_is_not_none", A "    container: any\n", A "    container: none\n", false },
	{ "none_is_not_any_container", A "    container: none\n", A "    container: any\n", false },
	{ "other_operation_is_not_covered", A "    module: a\n",
	  "    deny: unload\n    module: a\n", false },
	{ "more_operations_cover_one", "    deny: [load, unload]\n    module: a\n",
	  "    allow: unload\n    module: a\n", true },
	{ "who_asks_for_the_kernel_is_not_allowed_by_uid", "    allow: autoload\n    uid: 0\n",
	  "    deny: autoload\n    uid: 0\n", false },
	{ "who_asks_for_the_kernel_is_denied_by_uid", "    deny: autoload\n    uid: 0\n",
	  "    allow: autoload\n    uid: 0\n", true },
};

static void covers(void **state)
{
	const struct cover_case *test = *state;
	struct policy *policy;
	char text[2048];

	snprintf(text, sizeof(text), HEAD "  - name: first\n%s  - name: second\n%s", test->first,
		 test->second);
	policy = good(text);
	assert_int_equal(rule_covers((struct rule){ policy, 0 }, (struct rule){ policy, 1 }),
			 test->covers);
	policy_free(policy);
}

static void knows_the_line_of_each_rule(void **state)
{
	struct policy *policy =
		good(HEAD "  - name: a\n    allow: load\n\n  - allow: unload\n    name: b\n");

	(void)state;
	assert_int_equal(policy->rule_lines[0], 3);
	assert_int_equal(policy->rule_lines[1], 6);
	policy_free(policy);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + 1] = {
		cmocka_unit_test(knows_the_line_of_each_rule),
	};

	for (size_t i = 0; i < array_size(cases); i++)
		tests[i + 1] = (struct CMUnitTest){ cases[i].claim, covers, NULL, NULL,
						    (void *)&cases[i] };
	return _cmocka_run_group_tests("rule_view", tests, array_size(tests), NULL, NULL);
}
