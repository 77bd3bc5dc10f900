/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User ids as a policy and the command line write them. */
#ifndef MODWARDEN_POLICY_ID_H
#define MODWARDEN_POLICY_ID_H

#include <stdbool.h>

#include "modwarden/fact.h"

/* One id: a decimal number, or 'unset' of an auid. Returns 0 or -EINVAL. */
int policy_id_parse(const char *text, bool is_auid, __u32 *id);

#endif
