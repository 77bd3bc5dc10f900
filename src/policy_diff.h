/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two policies in terms of the modules that there are. */
#ifndef MODWARDEN_POLICY_DIFF_H
#define MODWARDEN_POLICY_DIFF_H

#include <jansson.h>
#include <stdio.h>

#include "survey.h"

#define POLICY_DIFF_SHOWN 12 /* modules of a kind that are shown, unless all are */

/*
 * What differs from one to the other, as one object: mode, default, locked, kernels (null where
 * they do not), rules (added, removed, changed) and modules, each with its change (allowed, refused
 * or depends) in each way of loading. survey may be NULL: no modules are compared. NULL: no memory.
 */
json_t *policy_diff(const struct policy *from, const struct policy *to,
		    const struct survey *survey);

/* Whether anything differs. */
bool policy_diff_any(const json_t *diff);

/* The same for people. max: how many modules of a kind are shown. */
void policy_diff_print(const json_t *diff, size_t max, FILE *out);

#endif
