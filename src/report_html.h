/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small parts of a report's page: texts that cannot be markup, numbers, times, values. */
#ifndef MODWARDEN_REPORT_HTML_H
#define MODWARDEN_REPORT_HTML_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Text, also for an attribute in double quotes. */
void html_text(FILE *out, const char *text);

/* A number, its digits in groups of three. */
void html_number(FILE *out, uint64_t number);

/* A record's time, to the second. */
void html_time(FILE *out, const char *time);

/* What people call an outcome; NULL for another word. */
const char *html_outcome_label(const char *outcome);

/* The counts of outcomes that are not 0. */
void html_outcomes(FILE *out, const json_t *outcomes);

/* JSON for a script element: without anything that could end it. 0 or -ENOMEM. */
int html_json(FILE *out, const json_t *json);

#endif
