/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules that were loaded before the gates were up: what the policy would have said of them.
 */
#ifndef MODWARDEN_BASELINE_H
#define MODWARDEN_BASELINE_H

#include "module_table.h"
#include "policy.h"
#include "recorder.h"

struct baseline;

/* Both must outlive it; without a recorder, baseline_report() is not to be called. 0 or a negative
 * errno. */
int baseline_new(struct baseline **ret, const struct policy *policy, struct recorder *recorder);

/* NULL is fine. */
void baseline_free(struct baseline *baseline);

/* Those that are still to come are judged by this one. */
void baseline_set_policy(struct baseline *baseline, const struct policy *policy);

/* Looks for the module's file, reads and judges it, and writes a record. */
/* Looks for the module's file, reads and judges it, and tells what came of that. */
typedef void baseline_fn(const struct record_module *record, void *arg);
void baseline_judge(struct baseline *baseline, const struct module *module, baseline_fn *tell,
		    void *arg);

/* The same, and writes a record. */
void baseline_report(struct baseline *baseline, const struct module *module);

#endif
