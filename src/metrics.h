/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon tells of itself to a monitoring system: metrics in Prometheus' text format, and
 * whether it is ready. Pure: both are made of what stands in struct metrics.
 *
 * The number of series is bounded: by the rules of one policy (MW_RULES_MAX) times six ends, and by
 * tables of words. What could grow without end (modules, callers, containers) is in the records.
 */
#ifndef MODWARDEN_METRICS_H
#define MODWARDEN_METRICS_H

#include "audit_tally.h"
#include "container_names.h"
#include "override.h"
#include "plan.h"
#include "policy.h"
#include "record.h"
#include "tally.h"

#include "modwarden/event.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct metrics {
	const char *version;
	const char *node;
	const char *kernel;
	struct plan plan;
	enum mw_mode mode; /* in force */
	enum mode_source mode_source;
	enum mw_mode policy_mode;
	int64_t started; /* CLOCK_REALTIME ns */
	int64_t loaded;  /* the policy in force; likewise */
	uint64_t refused;
	bool is_refused; /* the policy's files as they are now */
	bool is_missing; /* there is no policy */
	bool is_locked;
	bool persists;
	bool is_guarded;      /* the trampolines' switch */
	bool is_output_lost;  /* records cannot be written now */
	enum mw_gate failing; /* at which the last self-test failed */
	uint32_t exceptions;
	const struct policy *policy;
	const struct tally *tally; /* of that policy's generation */
	const struct record_lost *lost;
	const struct mw_counters *counters;
	const struct audit_tally *audit;
	const struct container_names_counts *names; /* NULL: no runtime is asked */
	uint64_t name_restarts;                     /* of who asks it */
};

void metrics_print(const struct metrics *metrics, FILE *out);

/* Is what it was started for in force? Writes a JSON object with all reasons why not. */
bool metrics_print_readiness(const struct metrics *metrics, FILE *out);

#endif
