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

#include "glob_cases.h"
#include "glob_reference.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

static enum mw_match match(const struct mw_pattern *pattern, const struct mw_facts *facts,
			   enum mw_criterion criterion)
{
	return mw_glob_match(pattern, facts, criterion, &(struct mw_glob){});
}

static void assert_like_reference(const char *pattern, const char *text,
				  enum mw_criterion criterion)
{
	bool expected = glob_reference(pattern, text, criterion);
	enum mw_match got = match_of(pattern, text, criterion);

	if (got != (expected ? YES : NO))
		fail_msg("'%s' on '%s': %d, expected %s", pattern, text, got,
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
			assert_like_reference(pattern, text, ALIAS);
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

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(agrees_with_the_reference_on_all_short_words),
	cmocka_unit_test(agrees_with_the_reference_on_longer_words),
	cmocka_unit_test(leaves_undecided_what_takes_too_many_steps),
	cmocka_unit_test(decides_the_longest_pattern_on_the_longest_text),
};

#define PLAIN array_size(plain_tests)

int main(void)
{
	struct CMUnitTest tests[PLAIN + array_size(glob_cases)] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(glob_cases); i++)
		tests[PLAIN + i] = (struct CMUnitTest){ glob_cases[i].claim, holds, NULL, NULL,
							(void *)&glob_cases[i] };
	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
