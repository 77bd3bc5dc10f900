/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as a table: one line each, to look over many. */
#ifndef MODWARDEN_LOG_TABLE_H
#define MODWARDEN_LOG_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "log_file.h"

#define LOG_TABLE_COLUMNS 11

struct log_table {
	size_t width;                     /* columns that a line may take; 0: no limit */
	bool is_wide;                     /* nothing is cut, and there are more columns */
	size_t widths[LOG_TABLE_COLUMNS]; /* 0: it is left out */
};

/*
 * Where not all columns find room: who did what comes before how often and where; 77 columns of a
 * terminal are enough for that.
 */
void log_table_fit(struct log_table *table, size_t width, bool is_wide);

void log_table_head(const struct log_table *table, FILE *out);

/* 0 or -ENOMEM. */
int log_table_line(const struct log_table *table, const struct log_line *line, FILE *out);

#endif
