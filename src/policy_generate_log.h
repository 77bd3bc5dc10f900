/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a generated policy lists of logs in monitor mode: the loads that would have been refused. */
#ifndef MODWARDEN_POLICY_GENERATE_LOG_H
#define MODWARDEN_POLICY_GENERATE_LOG_H

#include "policy_generate.h"

/*
 * Reads logs and fills *generation: from each record of a load that monitor mode let in and enforce
 * mode would have refused, and of a module that was loaded before and would have been, the digests.
 * What failed has been logged; EXIT_NOTHING: there is no such load.
 */
enum exit_code generation_of_logs(struct generation *generation, char *const *paths, int count,
				  const struct generation_output *output);

#endif
