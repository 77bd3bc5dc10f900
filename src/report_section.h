/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a report's page. The n-th row of each is the n-th one of the report's own table. */
#ifndef MODWARDEN_REPORT_SECTION_H
#define MODWARDEN_REPORT_SECTION_H

#include <jansson.h>
#include <stdio.h>

void report_sections(FILE *out, const json_t *report);

/* Links to those that are there. */
void report_sections_links(FILE *out, const json_t *report);

#endif
