/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report of a log: what its records come to, gathered in one pass and in bounded memory. Whatever
 * was left out for that is told with what was kept. The same records in the same order give the
 * same report.
 */
#ifndef MODWARDEN_REPORT_H
#define MODWARDEN_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define REPORT_SCHEMA "modwarden-report/1"

/* What the records themselves do not say. */
struct report_about {
	const char *title;
	const char *scope; /* which records were asked for, for people; NULL: all */
	char **logs;
	int log_count;
	uint64_t damaged;   /* lines that are no records */
	bool is_incomplete; /* not all of the logs could be read */
};

struct report;

/* 0 or -ENOMEM. */
int report_new(struct report **ret);
void report_free(struct report *report);

/* Takes one record into account; any JSON object will do. 0 or -ENOMEM. */
int report_add(struct report *report, const json_t *record);

/* All of it as one object; NULL: no memory. */
json_t *report_json(struct report *report, const struct report_about *about);

#endif
