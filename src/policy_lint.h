/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is questionable in a policy that is valid. */
#ifndef MODWARDEN_POLICY_LINT_H
#define MODWARDEN_POLICY_LINT_H

#include "policy_finding.h"

/* What its own text tells. hooks: below this root, something may keep the digests up to date. */
int policy_lint(struct policy_findings *findings, const char *root);

struct tree_set;
struct module_digest;

/*
 * What the modules of this machine tell: names that none has, and digests that are of none.
 * digests: of the set's modules, in its order; NULL: not known. 0 or -ENOMEM.
 */
int policy_lint_modules(struct policy_findings *findings, const struct tree_set *set,
			const struct module_digest *digests);

/* Loaded modules that it would refuse. 0 or -ENOMEM. */
int policy_lint_loaded(struct policy_findings *findings);

#endif
