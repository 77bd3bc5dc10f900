/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log comes to: which modules, callers, rules and nodes there were, how often, and from when
 * to when. Attempts that were counted under one record count as often as it says.
 */
#ifndef MODWARDEN_LOG_SUMMARY_H
#define MODWARDEN_LOG_SUMMARY_H

#include <jansson.h>
#include <stdio.h>

#include "log_file.h"

#define LOG_SUMMARY_NAMES 10000 /* of each kind that are told apart; the rest is one sum */

struct log_summary;

/* 0 or -ENOMEM. */
int log_summary_new(struct log_summary **ret);
void log_summary_free(struct log_summary *summary);

/* 0 or -ENOMEM. */
int log_summary_add(struct log_summary *summary, const struct log_line *line);

/* As a new object, with the most frequent rows of each kind; NULL: no memory. */
json_t *log_summary_json(struct log_summary *summary, size_t rows);

/* For people, within so many columns; 0: no limit. 0 or -ENOMEM. */
int log_summary_print(const json_t *summary, size_t width, FILE *out);

#endif
