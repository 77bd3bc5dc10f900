/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as one HTML page that needs nothing from anywhere. All of it can be read without its
 * script, which only filters; and no other script can run in it, whatever the log holds.
 */
#ifndef MODWARDEN_REPORT_PAGE_H
#define MODWARDEN_REPORT_PAGE_H

#include <jansson.h>
#include <stdio.h>

/* Writes what report_json() made. 0 or -ENOMEM; whether it could be written, ferror(3) tells. */
int report_page_write(FILE *out, const json_t *report);

#endif
