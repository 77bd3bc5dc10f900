// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits of a policy's text, and what they are shown as. */
#include "policy_case.h"

#include "cleanup.h"
#include "policy_edit.h"
#include "text_diff.h"

#define NEW "name: new\nallow: load\nmodule: x\n"

struct edit_case {
	const char *claim;
	const char *before; /* NULL: behind the last rule */
	const char *from;
	const char *to; /* NULL: it is not done */
	int error;
};

#define A        "  - name: a\n    deny: load\n    module: b # why\n"
#define INSERTED "  # of x\n  - name: new\n    allow: load\n    module: x\n"

static const struct edit_case rule_cases[] = {
	{ "puts_a_rule_before_another", "b", HEAD A "  - name: b\n    deny: unload\n",
	  HEAD A INSERTED "  - name: b\n    deny: unload\n", 0 },
	{ "puts_a_rule_above_the_comment_of_another", "b",
	  HEAD A "\n  # about b\n  # and more\n  - name: b\n    deny: unload\n",
	  HEAD A "\n" INSERTED "  # about b\n  # and more\n  - name: b\n    deny: unload\n", 0 },
	{ "puts_a_rule_behind_the_last", NULL, HEAD A "\n# the end\n",
	  HEAD A INSERTED "\n# the end\n", 0 },
	{ "puts_a_rule_behind_a_list_of_several_lines", NULL,
	  HEAD "  - name: a\n    deny: load\n    module: [b,\n      c\n    ]\nmode: enforce\n",
	  HEAD "  - name: a\n    deny: load\n    module: [b,\n      c\n    ]\n" INSERTED
	       "mode: enforce\n",
	  0 },
	{ "ends_a_last_line_that_has_no_end", NULL, HEAD "  - name: a\n    deny: unload",
	  HEAD "  - name: a\n    deny: unload\n" INSERTED, 0 },
	{ "keeps_to_dashes_that_are_not_indented", "a", HEAD "- name: a\n  deny: unload\n",
	  HEAD "# of x\n- name: new\n  allow: load\n  module: x\n- name: a\n  deny: unload\n", 0 },
	{ "finds_a_dash_on_a_line_of_its_own", "a", HEAD "  -\n    name: a\n    deny: unload\n",
	  HEAD INSERTED "  -\n    name: a\n    deny: unload\n", 0 },
	{ "finds_a_rule_whose_name_comes_last", "a", HEAD "  - deny: unload\n    name: \"a\"\n",
	  HEAD INSERTED "  - deny: unload\n    name: \"a\"\n", 0 },
	{ "finds_a_rule_in_braces", "a", HEAD "  - { name: a, deny: unload }\n",
	  HEAD INSERTED "  - { name: a, deny: unload }\n", 0 },
	{ "makes_a_list_of_an_empty_one", NULL, "version: 1\nrules: []\nmode: enforce\n",
	  HEAD INSERTED "mode: enforce\n", 0 },
	{ "makes_a_list_at_the_end_of_the_text", NULL, "version: 1\nrules: []", HEAD INSERTED, 0 },
	{ "leaves_rules_in_one_line_alone", "a", "version: 1\nrules: [{ name: a, deny: unload }]\n",
	  NULL, -EOPNOTSUPP },
	{ "puts_no_rule_into_a_text_with_other_ends_of_lines", "b",
	  HEAD "  - name: a\r    deny: load\r    module: |\r      x\r  - name: b\r"
	       "    deny: unload\r", NULL, -EOPNOTSUPP },
	{ "puts_no_rule_at_another_place", "b",
	  "version: 1\n# x\xe2\x80\xa8# y\nrules:\n  - { name: b, deny: unload }\n"
	  "  - { name: c, deny: autoload }\n",
	  NULL, -EILSEQ },
	{ "knows_no_rule_that_is_not_there", "c", HEAD A, NULL, -EINVAL },
	{ "edits_no_text_that_is_none", NULL, "version: [1\n", NULL, -EINVAL },
	{ "edits_no_text_without_rules", NULL, "version: 1\n", NULL, -EINVAL },
};

static void adds_rule(void **state)
{
	const struct edit_case *test = *state;
	auto_free char *to = NULL;
	char *messages;

	assert_int_equal(policy_edit_add_rule(test->from, test->before, "of x", NEW, &to),
			 test->error);
	if (test->error)
		return;
	assert_string_equal(to, test->to);
	policy_free(parse(to, &messages));
	assert_string_equal(messages, "");
	free(messages);
}

static const struct edit_case mode_cases[] = {
	{ "sets_a_word", NULL, "version: 1\nmode:   monitor   # for now\nrules: []\n",
	  "version: 1\nmode:   enforce   # for now\nrules: []\n", 0 },
	{ "sets_a_word_in_quotes", NULL, "version: 1\nmode: \"monitor\"\nrules: []\n",
	  "version: 1\nmode: enforce\nrules: []\n", 0 },
	{ "sets_a_word_in_braces", NULL, "{version: 1, mode: monitor, rules: []}",
	  "{version: 1, mode: enforce, rules: []}", 0 },
	{ "adds_a_key_that_is_missing", NULL, "# ä\nversion: 1 # first\n\nrules: []\n",
	  "# ä\nversion: 1 # first\nmode: enforce\n\nrules: []\n", 0 },
	{ "adds_a_key_behind_the_last_line", NULL, "rules: []\nversion: 1",
	  "rules: []\nversion: 1\nmode: enforce\n", 0 },
	{ "counts_columns_in_characters", NULL,
	  "{ \"rules\": [], \"version\": 1, mode: \"monitor\" } # ä",
	  "{ \"rules\": [], \"version\": 1, mode: enforce } # ä", 0 },
	{ "sets_no_block", NULL, "version: 1\nmode: |-\n  monitor\nrules: []\n# a | b\n", NULL,
	  -EOPNOTSUPP },
	{ "takes_no_other_end_of_line_for_its_own", NULL,
	  "# a\xe2\x80\xa8# b\nversion: 1\nrules:\n  - name: a\n    deny: load\n", NULL,
	  -EILSEQ },
	{ "changes_nothing_beside_the_word", NULL,
	  "version: 1\nmode: \"monitor\\\"\" #\"\nrules: []\n", NULL, -EILSEQ },
	{ "adds_no_key_in_braces", NULL, "{version: 1, rules: []}", NULL, -EOPNOTSUPP },
	{ "sets_nothing_in_a_list", NULL, "- version\n", NULL, -EINVAL },
};

static void sets_mode(void **state)
{
	const struct edit_case *test = *state;
	auto_free char *to = NULL;

	assert_int_equal(policy_edit_set(test->from, "mode", "enforce", &to), test->error);
	if (!test->error)
		assert_string_equal(to, test->to);
}

static char *diff_of(const char *from, const char *to, bool colour)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	text_diff(out, "p.yaml", from, to, colour);
	fclose(out);
	return text;
}

#define PATHS "--- p.yaml\n+++ p.yaml\n"

static const struct edit_case diff_cases[] = {
	{ "shows_no_difference_of_one_text", "a\nb\n", "a\nb\n", "", 0 },
	{ "shows_three_lines_around", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	  "1\n2\n3\n4\n5\nnew\n6\n7\n8\n9\n",
	  PATHS "@@ -3,6 +3,7 @@\n 3\n 4\n 5\n+new\n 6\n 7\n 8\n", 0 },
	{ "shows_what_comes_first", "b\n", "a\nb\n", PATHS "@@ -1,1 +1,2 @@\n+a\n b\n", 0 },
	{ "shows_what_comes_to_nothing", "", "a\n", PATHS "@@ -0,0 +1,1 @@\n+a\n", 0 },
	{ "shows_a_line_that_changes", "a\nb\nc\n", "a\nB\nc\n",
	  PATHS "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", 0 },
	{ "tells_of_a_missing_newline", "a\nb", "a\nb\nc\n",
	  PATHS "@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n", 0 },
	{ "shows_a_repeated_line_once", "a\na\n", "a\na\na\n",
	  PATHS "@@ -1,2 +1,3 @@\n a\n a\n+a\n", 0 },
};

static void shows(void **state)
{
	const struct edit_case *test = *state;
	auto_free char *text = diff_of(test->before, test->from, false);

	assert_string_equal(text, test->to);
}

static void shows_a_terminal_nothing_but_text(void **state)
{
	auto_free char *text = diff_of("a\033]0;x\n", "b\033]0;y\n", true);

	(void)state;
	assert_non_null(strstr(text, "\033[31m-a\\x1b]0;x\033[0m\n"));
	assert_null(strstr(text, "\033]"));
}

#define ADD(cases, check)                                                                          \
	for (size_t i = 0; i < array_size(cases); i++)                                             \
		tests[count++] = (struct CMUnitTest)                                               \
		{                                                                                  \
			cases[i].claim, check, NULL, NULL, (void *)&cases[i]                       \
		}

int main(void)
{
	struct CMUnitTest tests[64] = { cmocka_unit_test(shows_a_terminal_nothing_but_text) };
	size_t count = 1;

	ADD(rule_cases, adds_rule);
	ADD(mode_cases, sets_mode);
	ADD(diff_cases, shows);
	return _cmocka_run_group_tests("policy_edit", tests, count, NULL, NULL);
}
