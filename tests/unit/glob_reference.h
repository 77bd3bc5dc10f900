/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a glob means, in the most obvious words there are: recursion over all ways to match. */
#ifndef MODWARDEN_TEST_GLOB_REFERENCE_H
#define MODWARDEN_TEST_GLOB_REFERENCE_H

#include <stdbool.h>
#include <string.h>

#include "modwarden/fact.h"

static inline char glob_reference_fold(char c, enum mw_criterion criterion)
{
	bool is_name = criterion == MW_CRITERION_MODULE || criterion == MW_CRITERION_ALIAS;

	return is_name && c == '-' ? '_' : c;
}

/* Is it what neither a star nor a mark goes over? */
static inline bool glob_reference_parts(char c, enum mw_criterion criterion)
{
	return criterion != MW_CRITERION_ALIAS && c == '/';
}

static inline bool glob_reference(const char *pattern, const char *text,
				  enum mw_criterion criterion)
{
	if (!strncmp(pattern, "**", 2))
		return glob_reference(pattern + 2, text, criterion) ||
		       (*text && glob_reference(pattern, text + 1, criterion));
	if (*pattern == '*')
		return glob_reference(pattern + 1, text, criterion) ||
		       (*text && !glob_reference_parts(*text, criterion) &&
			glob_reference(pattern, text + 1, criterion));
	if (!*pattern || !*text)
		return !*pattern && !*text;
	if (*pattern == '?' ? glob_reference_parts(*text, criterion)
			    : glob_reference_fold(*pattern, criterion) !=
				      glob_reference_fold(*text, criterion))
		return false;
	return glob_reference(pattern + 1, text + 1, criterion);
}

#endif
