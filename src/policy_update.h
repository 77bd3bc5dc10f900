/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy that lists digests, kept up with the kernels that are installed: each has the digests of
 * the modules that are listed already, by name, and of what they bring along with it.
 */
#ifndef MODWARDEN_POLICY_UPDATE_H
#define MODWARDEN_POLICY_UPDATE_H

#include <jansson.h>
#include <stdbool.h>

#include "exit_code.h"

struct policy_update {
	const char *policy;
	const char *trees;     /* the directory of all kernels' modules */
	char *const *releases; /* which kernels have come or gone; none: look at all */
	int count;
	bool are_gone; /* those that were named, whatever still lies there */
};

/*
 * Writes digest files and the policy's list of kernels, all or nothing. What failed has been
 * logged, and so is each module that would be missed. EXIT_FAILED with a report: some kernels were
 * skipped. *report: a new object, or NULL, "changed" and of each
 * kernel in "kernels" its "release", "state" (listed, removed, kept, skipped), "modules", "new" and
 * "gone".
 */
enum exit_code policy_update(const struct policy_update *update, json_t **report);

#endif
