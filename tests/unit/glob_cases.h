/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What globs match: a table of claims, and the bound. Whoever includes this defines match(), and so
 * says where: natively, or inside BPF.
 */
#ifndef MODWARDEN_TEST_GLOB_CASES_H
#define MODWARDEN_TEST_GLOB_CASES_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "modwarden/glob.h"

static enum mw_match match(const struct mw_pattern *pattern, const struct mw_facts *facts,
			   enum mw_criterion criterion);

struct glob_case {
	const char *claim;
	const char *pattern;
	const char *text;
	enum mw_criterion criterion;
	enum mw_match match;
};

#define PATH   MW_CRITERION_PATH
#define MODULE MW_CRITERION_MODULE
#define ALIAS  MW_CRITERION_ALIAS
#define YES    MW_MATCH_YES
#define NO     MW_MATCH_NO

static const struct glob_case glob_cases[] = {
	{ "matches_itself", "nvidia", "nvidia", MODULE, YES },
	{ "is_anchored_at_the_end", "nvidia", "nvidia_drm", MODULE, NO },
	{ "is_anchored_at_the_start", "nvidia", "xnvidia", MODULE, NO },
	{ "needs_the_whole_pattern", "nvidia", "nvidi", MODULE, NO },
	{ "matches_nothing_with_nothing", "", "", MODULE, YES },
	{ "does_not_match_something_with_nothing", "", "a", MODULE, NO },
	{ "takes_dash_for_underscore_in_module", "snd-hda", "snd_hda", MODULE, YES },
	{ "takes_underscore_for_dash_in_module", "snd_hda", "snd-hda", MODULE, YES },
	{ "takes_underscore_for_dash_in_alias", "fs-binfmt_misc", "fs-binfmt-misc", ALIAS, YES },
	{ "keeps_dash_and_underscore_apart_in_path", "/a-b", "/a_b", PATH, NO },
	{ "minds_case", "Nvidia", "nvidia", MODULE, NO },
	{ "lets_a_star_be_empty", "a*b", "ab", MODULE, YES },
	{ "lets_a_star_be_long", "a*b", "axxxb", MODULE, YES },
	{ "goes_back_to_the_star", "a*bc", "abbc", MODULE, YES },
	{ "goes_back_more_than_once", "*aab", "aaaab", MODULE, YES },
	{ "uses_the_last_of_two_stars", "*a*b", "xaxab", MODULE, YES },
	{ "ends_with_a_star", "a*", "a", MODULE, YES },
	{ "keeps_a_star_within_a_component", "/lib/*", "/lib/a/b", PATH, NO },
	{ "lets_a_star_match_no_slash_at_all", "/lib*modules", "/lib/modules", PATH, NO },
	{ "lets_two_stars_cross_slashes", "/lib/**", "/lib/a/b", PATH, YES },
	{ "lets_two_stars_be_empty", "/lib/**", "/lib/", PATH, YES },
	{ "lets_two_stars_stand_in_the_middle", "/lib/**/a.ko", "/lib/x/y/a.ko", PATH, YES },
	{ "wants_both_slashes_around_two_stars", "/lib/**/a.ko", "/lib/a.ko", PATH, NO },
	{ "goes_back_from_a_star_to_two_stars", "**/x*y", "p/xq/xry", PATH, YES },
	{ "does_not_go_back_over_a_slash", "/*/b", "/a/c/b", PATH, NO },
	{ "matches_one_character_by_a_mark", "ext?", "ext4", ALIAS, YES },
	{ "does_not_match_none_by_a_mark", "ext?", "ext", ALIAS, NO },
	{ "does_not_match_a_slash_by_a_mark", "/lib?a", "/lib/a", PATH, NO },
	{ "matches_a_star_by_a_mark", "a?b", "a*b", ALIAS, YES },
	{ "lets_a_star_cross_slashes_in_alias", "crypto-*", "crypto-a/b", ALIAS, YES },
	{ "matches_a_slash_by_a_mark_in_alias", "fs-?", "fs-/", ALIAS, YES },
	{ "has_no_classes", "[a]", "a", ALIAS, NO },
	{ "matches_bytes_above_127", "\xc3\xa4*", "\xc3\xa4x", ALIAS, YES },
};

static enum mw_match match_of(const char *words, const char *text, enum mw_criterion criterion)
{
	struct mw_pattern pattern = {};
	struct mw_facts facts;

	/* What is beside the text must not matter. */
	memset(&facts, 'a', sizeof(facts));
	memcpy((char *)&facts + mw_text_offset(criterion), text, strlen(text) + 1);
	memcpy(pattern.text, words, strlen(words) + 1);
	return match(&pattern, &facts, criterion);
}

static void holds(void **state)
{
	const struct glob_case *test = *state;

	assert_int_equal(match_of(test->pattern, test->text, test->criterion), test->match);
}

static void leaves_undecided_what_takes_too_many_steps(void **state)
{
	char text[MW_PATH_SIZE], pattern[64];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[0] = '*';
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	assert_int_equal(match_of(pattern, text, PATH), MW_MATCH_NONE);
}

static void decides_the_longest_pattern_on_the_longest_text(void **state)
{
	char text[MW_PATH_SIZE], pattern[MW_PATTERN_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, '?', sizeof(pattern) - 1);
	pattern[sizeof(pattern) - 1] = '\0';
	pattern[sizeof(pattern) - 2] = '*';
	assert_int_equal(match_of(pattern, text, PATH), YES);
}

#endif
