/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last records of a log, whole, in the order of their times; how many came before is counted.
 */
#ifndef MODWARDEN_REPORT_RECORDS_H
#define MODWARDEN_REPORT_RECORDS_H

#include <jansson.h>
#include <stdint.h>

#include "report_fact.h"

#define REPORT_RECORDS_MAX 300

struct kept_record {
	char time[FACT_TIME_SIZE];
	char *json;
};

/* All zero: empty. */
struct report_records {
	struct kept_record list[REPORT_RECORDS_MAX];
	size_t count;
	uint64_t left_out;
};

/* 0 or -ENOMEM. */
int report_records_add(struct report_records *records, const struct report_facts *facts,
		       const json_t *record);

/* The newest first, each with its facts; NULL: no memory. */
json_t *report_records_json(const struct report_records *records);

void report_records_clear(struct report_records *records);

#endif
