/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of kernels in a policy's text: edited in place, in each form that it may have. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_kernels.h"

struct edit {
	const char *claim;
	const char *text;
	int (*edit)(const char *text, const char *release, char **ret);
	const char *release;
	const char *expected; /* NULL: nothing is to change */
	int error;
};

#define add  policy_kernels_add
#define take policy_kernels_remove

static const struct edit edits[] = {
	{ "adds_in_brackets", "a: 1\nkernels: [6.1, \"6.2\"] # c\nb: 2\n", add, "6.3",
	  "a: 1\nkernels: [6.1, \"6.2\", \"6.3\"] # c\nb: 2\n", 0 },
	{ "adds_to_a_list", "kernels: # c\n  - 6.1 # first\n  # more\n\nb: 2\n", add, "6.3",
	  "kernels: # c\n  - 6.1 # first\n  - \"6.3\"\n  # more\n\nb: 2\n", 0 },
	{ "adds_to_a_list_at_the_end", "kernels:\n- '6.1'", add, "6.3",
	  "kernels:\n- '6.1'\n- \"6.3\"", 0 },
	{ "adds_to_a_word", "kernels: 6.1 # c\nb: 2\n", add, "6.3",
	  "kernels: [6.1, \"6.3\"] # c\nb: 2\n", 0 },
	{ "adds_to_a_word_in_quotes", "kernels: '6.#1'\n", add, "6.3",
	  "kernels: ['6.#1', \"6.3\"]\n", 0 },
	{ "adds_over_several_lines", "kernels: [6.1,\n  6.2\n  ]\n", add, "6.3",
	  "kernels: [6.1,\n  6.2, \"6.3\"\n  ]\n", 0 },
	{ "adds_behind_wide_characters", "\"kernels\": [\"\xc3\xa4\", 6.2]\n", add, "6.3",
	  "\"kernels\": [\"\xc3\xa4\", 6.2, \"6.3\"]\n", 0 },
	{ "keeps_the_ends_of_lines", "kernels:\r\n  - 6.1\r\nb: 2\r\n", add, "6.3",
	  "kernels:\r\n  - 6.1\r\n  - \"6.3\"\r\nb: 2\r\n", 0 },
	{ "adds_nothing_twice", "kernels: [6.1, 6.3]\n", add, "6.3", NULL, 0 },
	{ "adds_nothing_that_a_pattern_has", "kernels: [\"6.*-amd64\"]\n", add, "6.3-amd64", NULL,
	  0 },
	{ "leaves_a_policy_for_any_kernel", "a: 1\nrules: []\n", add, "6.3", NULL, 0 },
	{ "leaves_an_empty_list", "kernels: []\n", add, "6.3", NULL, 0 },
	{ "refuses_an_odd_release", "kernels: [6.1]\n", add, "6\"", NULL, -EOPNOTSUPP },
	{ "refuses_what_is_no_yaml", "kernels: [6.1\n", add, "6.3", NULL, -EINVAL },
	{ "refuses_lists_in_the_list", "kernels: [[6.1]]\n", add, "6.3", NULL, -EOPNOTSUPP },

	{ "removes_the_first", "kernels: [6.1, 6.2, 6.3]\n", take, "6.1", "kernels: [6.2, 6.3]\n",
	  0 },
	{ "removes_one_amid", "kernels: [6.1, \"6.2\", 6.3]\n", take, "6.2",
	  "kernels: [6.1, 6.3]\n", 0 },
	{ "removes_the_last", "kernels: [6.1, 6.2 ] # c\n", take, "6.2", "kernels: [6.1 ] # c\n",
	  0 },
	{ "removes_a_line", "kernels:\n  # one\n  - 6.1 # x\n  - 6.2\nb: 1\n", take, "6.1",
	  "kernels:\n  # one\n  - 6.2\nb: 1\n", 0 },
	{ "removes_the_last_line", "kernels:\n  - 6.1\n  - \"6.2\"\n", take, "6.2",
	  "kernels:\n  - 6.1\n", 0 },
	{ "does_not_remove_the_only_one", "kernels: [6.1]\n", take, "6.1", NULL, 0 },
	{ "does_not_remove_a_word", "kernels: 6.1\n", take, "6.1", NULL, 0 },
	{ "does_not_remove_a_pattern", "kernels: [6.*, 7]\n", take, "6.1", NULL, 0 },
	{ "removes_nothing_that_is_not_there", "kernels: [6.2, 7]\n", take, "6.1", NULL, 0 },
};

static void edit_as_claimed(void **state)
{
	const struct edit *edit = *state;
	char *text = NULL;

	assert_int_equal(edit->edit(edit->text, edit->release, &text), edit->error);
	if (edit->expected) {
		assert_non_null(text);
		assert_string_equal(text, edit->expected);
	} else {
		assert_null(text);
	}
	free(text);
}

int main(void)
{
	enum { COUNT = sizeof(edits) / sizeof(*edits) };
	struct CMUnitTest tests[COUNT];

	for (int i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
			.name = edits[i].claim,
			.test_func = edit_as_claimed,
			.initial_state = (void *)&edits[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
