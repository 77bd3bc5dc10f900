/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy that is not there: often none was written yet, or another one was meant. */
#ifndef MODWARDEN_POLICY_MISSING_H
#define MODWARDEN_POLICY_MISSING_H

#include <stdbool.h>

/* Nothing is at that path, which is logged; 'component' is who asks. */
bool policy_is_missing(const char *component, const char *path);

#endif
