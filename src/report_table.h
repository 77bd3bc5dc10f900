/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of a report: records that agree in some facts are one row, which counts them and keeps of
 * the other facts what it has seen. Bounded, whatever comes: where there is no room for another
 * row, the one that counted least, and of those the one that was seen last the longest ago, is left
 * out, and what it counted is told as a sum.
 */
#ifndef MODWARDEN_REPORT_TABLE_H
#define MODWARDEN_REPORT_TABLE_H

#include <jansson.h>
#include <stdint.h>

#include "report_fact.h"

#define FACT_BIT(fact) (1U << (fact))

struct report_table_plan {
	const char *name; /* in JSON */
	uint32_t key;     /* FACT_BITs in which the records of a row agree */
	uint32_t shown;   /* those that a row keeps, key included */
	size_t rows_max;
	bool newest_first; /* instead of those that count most */
};

struct report_table;

/* The plan must live as long. 0 or -ENOMEM. */
int report_table_new(struct report_table **ret, const struct report_table_plan *plan);
void report_table_free(struct report_table *table);

/* Counts a record, as often as it stands for. 0 or -ENOMEM. */
int report_table_add(struct report_table *table, const struct report_facts *facts);

/* The rows, ordered, and what was left out; NULL: no memory. Sorts the table. */
json_t *report_table_json(struct report_table *table);

#endif
