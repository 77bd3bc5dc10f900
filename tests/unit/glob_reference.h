/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a glob means, in the most obvious words there are: recursion over all ways to match. */
#ifndef MODWARDEN_TEST_GLOB_REFERENCE_H
#define MODWARDEN_TEST_GLOB_REFERENCE_H

#include <stdbool.h>
#include <string.h>

static inline char glob_reference_fold(char c, bool fold)
{
	return fold && c == '-' ? '_' : c;
}

static inline bool glob_reference(const char *pattern, const char *text, bool fold)
{
	if (!strncmp(pattern, "**", 2))
		return glob_reference(pattern + 2, text, fold) ||
		       (*text && glob_reference(pattern, text + 1, fold));
	if (*pattern == '*')
		return glob_reference(pattern + 1, text, fold) ||
		       (*text && *text != '/' && glob_reference(pattern, text + 1, fold));
	if (!*pattern || !*text)
		return !*pattern && !*text;
	if (*pattern == '?'
		    ? *text == '/'
		    : glob_reference_fold(*pattern, fold) != glob_reference_fold(*text, fold))
		return false;
	return glob_reference(pattern + 1, text + 1, fold);
}

#endif
