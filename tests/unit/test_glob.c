/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Globs: a table of claims, all short patterns and texts over a small alphabet against a reference,
 * and the bound. SEED=N, ROUNDS=N: which long random ones, and how many.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glob_reference.h"
#include "modwarden/glob.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

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

static const struct glob_case cases[] = {
	{ "matches_itself", "nvidia", "nvidia", MODULE, YES },
	{ "is_anchored_at_the_end", "nvidia", "nvidia_drm", MODULE, NO },
	{ "is_anchored_at_the_start", "nvidia", "xnvidia", MODULE, NO },
	{ "needs_the_whole_pattern", "nvidia", "nvidi", MODULE, NO },
	{ "matches_nothing_with_nothing", "", "", MODULE, YES },
	{ "does_not_match_something_with_nothing", "", "a", MODULE, NO },
	{ "takes_dash_for_underscore_in_module", "snd-hda", "snd_hda", MODULE, YES },
	{ "takes_underscore_for_dash_in_module", "snd_hda", "snd-hda", MODULE, YES },
	{ "keeps_dash_and_underscore_apart_in_alias", "net-pf-1", "net_pf_1", ALIAS, NO },
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
	{ "has_no_classes", "[a]", "a", ALIAS, NO },
	{ "matches_bytes_above_127", "\xc3\xa4*", "\xc3\xa4x", ALIAS, YES },
};

static void match_of(const char *glob, const char *text, enum mw_criterion criterion,
		     enum mw_match *match)
{
	struct mw_pattern pattern = {};
	struct mw_facts facts;
	char *field = (char *)&facts + mw_text_offset(criterion);

	/* What is beside the text must not matter. */
	memset(&facts, 'a', sizeof(facts));
	memcpy(field, text, strlen(text) + 1);
	memcpy(pattern.text, glob, strlen(glob) + 1);
	*match = mw_glob_match(&pattern, &facts, criterion, &(struct mw_glob){});
}

static void holds(void **state)
{
	const struct glob_case *test = *state;
	enum mw_match match;

	match_of(test->pattern, test->text, test->criterion, &match);
	assert_int_equal(match, test->match);
}

static void assert_like_reference(const char *pattern, const char *text,
				  enum mw_criterion criterion)
{
	bool expected = glob_reference(pattern, text, criterion == MODULE);
	enum mw_match match;

	match_of(pattern, text, criterion, &match);
	if (match != (expected ? YES : NO))
		fail_msg("'%s' on '%s': %d, expected %s", pattern, text, match,
			 expected ? "a match" : "none");
}

/* Counts through all words of up to 'longest' letters; false after the last. */
static bool word_next(char *word, const char *letters, size_t longest)
{
	size_t at = 0;

	for (;; at++) {
		const char *next;

		if (at == longest)
			return false;
		if (!word[at]) {
			word[at] = letters[0];
			word[at + 1] = '\0';
			return true;
		}
		next = strchr(letters, word[at]) + 1;
		word[at] = *next ? *next : letters[0];
		if (*next)
			return true;
	}
}

static void agrees_with_the_reference_on_all_short_words(void **state)
{
	char pattern[8] = "", text[8];

	(void)state;
	do {
		text[0] = '\0';
		do {
			assert_like_reference(pattern, text, PATH);
		} while (word_next(text, "ab/", 5));
	} while (word_next(pattern, "ab/*?", 5));
}

static uint64_t from_environment(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33) % bound;
}

static void word_random(uint64_t *seed, const char *letters, uint32_t longest, char *word)
{
	uint32_t length = random_below(seed, longest + 1);

	for (uint32_t i = 0; i < length; i++)
		word[i] = letters[random_below(seed, (uint32_t)strlen(letters))];
	word[length] = '\0';
}

static void agrees_with_the_reference_on_longer_words(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	uint64_t rounds = from_environment("ROUNDS", 200000);
	char pattern[16], text[24];

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		word_random(&seed, "ab-_/**?", 10, pattern);
		word_random(&seed, "ab-_/", 20, text);
		assert_like_reference(pattern, text, i & 1 ? PATH : MODULE);
	}
}

static void leaves_undecided_what_takes_too_many_steps(void **state)
{
	char text[MW_PATH_SIZE], pattern[64];
	enum mw_match match;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[0] = '*';
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	match_of(pattern, text, PATH, &match);
	assert_int_equal(match, MW_MATCH_NONE);
}

static void decides_the_longest_pattern_on_the_longest_text(void **state)
{
	char text[MW_PATH_SIZE], pattern[MW_PATTERN_SIZE];
	enum mw_match match;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, '?', sizeof(pattern) - 1);
	pattern[sizeof(pattern) - 1] = '\0';
	pattern[sizeof(pattern) - 2] = '*';
	match_of(pattern, text, PATH, &match);
	assert_int_equal(match, YES);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(agrees_with_the_reference_on_all_short_words),
	cmocka_unit_test(agrees_with_the_reference_on_longer_words),
	cmocka_unit_test(leaves_undecided_what_takes_too_many_steps),
	cmocka_unit_test(decides_the_longest_pattern_on_the_longest_text),
};

#define PLAIN array_size(plain_tests)

int main(void)
{
	struct CMUnitTest tests[PLAIN + array_size(cases)] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(cases); i++)
		tests[PLAIN + i] =
			(struct CMUnitTest){ cases[i].claim, holds, NULL, NULL, (void *)&cases[i] };
	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
