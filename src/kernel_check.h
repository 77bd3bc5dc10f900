/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy would refuse of what this machine needs under another kernel. */
#ifndef MODWARDEN_KERNEL_CHECK_H
#define MODWARDEN_KERNEL_CHECK_H

#include <jansson.h>

#include "exit_code.h"
#include "policy.h"

/*
 * Tells of the kernel of a release, whose modules lie in 'tree' (NULL: where they do): what the
 * hardware asks for first, then what is loaded now, each with what it needs. On standard output, or
 * as an object in *json where that is not NULL. EXIT_NOTHING: something would be refused, or may
 * be, or the policy would not enforce there.
 */
enum exit_code kernel_check(const struct policy *policy, const char *release, const char *tree,
			    json_t **json);

#endif
