/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy would make of the modules that are loaded now, asked of the code that enforces. */
#ifndef MODWARDEN_POLICY_SELF_CHECK_H
#define MODWARDEN_POLICY_SELF_CHECK_H

#include "policy.h"
#include "record.h"

/* Of each loaded module whose load is not known to be allowed. */
typedef void policy_refused_fn(const struct record_module *module, void *arg);

/* Returns how many these are, or a negative errno. */
int policy_self_check(const struct policy *policy, policy_refused_fn *refused, void *arg);

#endif
