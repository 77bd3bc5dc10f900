/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Globs: '*' matches any run of characters but '/', '**' any run, '?' one character but '/'. There
 * are no character classes and no escapes; the policy parser refuses what would need them. In an
 * alias, which the caller may choose, '/' is a character like any other, and '-' and '_' are one,
 * as they are for modprobe.
 *
 * Matching is a bounded walk with two points to fall back to (the last '*' and the last '**'), so
 * that the verifier and the load path both see an end. A text that needs more steps than the bound
 * is undecided, which is never a match and never a proof of no match.
 */
#ifndef MODWARDEN_GLOB_H
#define MODWARDEN_GLOB_H

#include "fact.h"

#define MW_PATTERN_SIZE 252 /* with the final NUL */
#define MW_GLOB_STEPS   8192

struct mw_pattern {
	__u16 rule;
	__u16 reserved;
	char text[MW_PATTERN_SIZE];
};
_Static_assert(sizeof(struct mw_pattern) == 256, "a pattern is one power of two");

enum mw_match {
	MW_MATCH_NONE, /* not finished within the bound */
	MW_MATCH_NO,
	MW_MATCH_YES,
};

#define MW_GLOB_OFF 0xffff

/*
 * Where a match stands in the pattern and in the text, and where it can fall back to. In BPF this
 * is memory of a map: on the stack the verifier would tell every combination of positions apart.
 */
struct mw_glob {
	__u32 text; /* offset of the text in the facts */
	__u16 p, t;
	__u16 star_p, star_t;         /* after the last '*', or MW_GLOB_OFF */
	__u16 globstar_p, globstar_t; /* after the last '**', or MW_GLOB_OFF */
	__u8 fold_dash;               /* '-' and '_' are one character */
	__u8 match;
	char separator; /* what neither '*' nor '?' matches; NUL: they match all */
	__u8 reserved;
};

struct mw_glob_walk {
	const struct mw_pattern *pattern;
	const char *facts; /* struct mw_facts, as bytes */
	struct mw_glob *glob;
};

mw_inline char mw_pattern_char(const struct mw_pattern *pattern, __u32 at)
{
	return at < MW_PATTERN_SIZE ? pattern->text[at] : 0;
}

mw_inline char mw_glob_fold(const struct mw_glob *glob, char c)
{
	return glob->fold_dash && c == '-' ? '_' : c;
}

mw_inline long mw_glob_end(struct mw_glob *glob, enum mw_match match)
{
	glob->match = match;
	return 1;
}

/* Goes on behind the star at p; a globstar makes what a star before it could eat irrelevant. */
mw_inline long mw_glob_star(const struct mw_glob_walk *walk)
{
	struct mw_glob *glob = walk->glob;

	if (mw_pattern_char(walk->pattern, glob->p + 1U) == '*') {
		glob->p += 2;
		glob->globstar_p = glob->p;
		glob->globstar_t = glob->t;
		glob->star_p = MW_GLOB_OFF;
	} else {
		glob->p += 1;
		glob->star_p = glob->p;
		glob->star_t = glob->t;
	}
	return 0;
}

/* Lets the last star that can eat one character more do so. */
mw_inline long mw_glob_fall_back(const struct mw_glob_walk *walk)
{
	struct mw_glob *glob = walk->glob;
	__u32 eaten = (glob->text + glob->star_t) & (MW_FACTS_SIZE - 1);

	if (glob->star_p != MW_GLOB_OFF && walk->facts[eaten] != glob->separator) {
		glob->t = ++glob->star_t;
		glob->p = glob->star_p;
		return 0;
	}
	glob->star_p = MW_GLOB_OFF;
	if (glob->globstar_p == MW_GLOB_OFF)
		return mw_glob_end(glob, MW_MATCH_NO);
	glob->t = ++glob->globstar_t;
	glob->p = glob->globstar_p;
	return 0;
}

/* One character of the walk; returns 1 when the match is decided. */
static long mw_glob_step(__u32 index, void *arg)
{
	const struct mw_glob_walk *walk = arg;
	struct mw_glob *glob = walk->glob;
	__u32 at = (glob->text + glob->t) & (MW_FACTS_SIZE - 1);
	char t = mw_glob_fold(glob, walk->facts[at]);
	char p = mw_glob_fold(glob, mw_pattern_char(walk->pattern, glob->p));

	(void)index;
	if (p == '*')
		return mw_glob_star(walk);
	if (!t)
		return mw_glob_end(glob, p ? MW_MATCH_NO : MW_MATCH_YES);
	if (p == t || (p == '?' && t != glob->separator)) {
		glob->p++;
		glob->t++;
		return 0;
	}
	return mw_glob_fall_back(walk);
}

/* Matches a pattern against the text of a criterion; see enum mw_match. */
mw_inline enum mw_match mw_glob_match(const struct mw_pattern *pattern,
				      const struct mw_facts *facts, __u32 criterion,
				      struct mw_glob *glob)
{
	struct mw_glob_walk walk = {
		.pattern = pattern,
		.facts = (const char *)facts,
		.glob = glob,
	};

	*glob = (struct mw_glob){
		.text = mw_text_offset(criterion),
		.star_p = MW_GLOB_OFF,
		.globstar_p = MW_GLOB_OFF,
		.fold_dash = criterion == MW_CRITERION_MODULE || criterion == MW_CRITERION_ALIAS,
		.separator = criterion == MW_CRITERION_ALIAS ? '\0' : '/',
	};
	mw_loop(MW_GLOB_STEPS, mw_glob_step, &walk);
	return glob->match;
}

#endif
