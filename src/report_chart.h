/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report's timeline: bars as SVG, and the same as a table. */
#ifndef MODWARDEN_REPORT_CHART_H
#define MODWARDEN_REPORT_CHART_H

#include <jansson.h>
#include <stdio.h>

void report_chart(FILE *out, const json_t *timeline);

#endif
