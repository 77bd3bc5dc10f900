/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as a table: one line each, to look over many. */
#ifndef MODWARDEN_LOG_TABLE_H
#define MODWARDEN_LOG_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "log_file.h"

struct log_table_style {
	size_t width; /* columns that a line may take; 0: no limit */
	bool is_wide; /* nothing is cut, and there are more columns */
};

void log_table_head(const struct log_table_style *style, FILE *out);

/* 0 or -ENOMEM. */
int log_table_line(const struct log_table_style *style, const struct log_line *line, FILE *out);

#endif
