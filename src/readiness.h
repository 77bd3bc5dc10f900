/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what modwarden was started for in force? */
#ifndef MODWARDEN_READINESS_H
#define MODWARDEN_READINESS_H

#include <jansson.h>
#include <stdbool.h>

#include "plan.h"

#include "modwarden/event.h"

/*
 * {"ready": true or false, "reasons": all texts why not}; failing is the gate that did not fire in
 * the last self-test. NULL: no memory, and what is not told is not ready.
 */
json_t *readiness_value(const struct plan *plan, enum mw_gate failing, bool is_output_lost);

#endif
