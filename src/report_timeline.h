/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When things happened: counts in spans of equal length, which grow as the log does, so that there
 * are never more than TIMELINE_SPANS of them. Times may come in any order.
 */
#ifndef MODWARDEN_REPORT_TIMELINE_H
#define MODWARDEN_REPORT_TIMELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "report_fact.h"

#define TIMELINE_SPANS 120

struct timeline_span {
	uint64_t ends[TALLY_ENDS];
	uint64_t findings;
};

/* All zero: empty. */
struct timeline {
	size_t width;  /* which of the lengths that a span can have */
	int64_t first; /* number of the first span since 1970 */
	size_t count;
	struct timeline_span spans[TIMELINE_SPANS];
};

/* Counts a record of a time; one without is not counted. */
void timeline_add(struct timeline *timeline, const struct report_facts *facts, bool is_finding);

/* All spans from the first to the last, and their length; NULL: no memory. */
json_t *timeline_json(const struct timeline *timeline);

#endif
