/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a log on standard output, for the terminal that it may be. */
#ifndef MODWARDEN_LOG_OUTPUT_H
#define MODWARDEN_LOG_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit_events.h"
#include "log_file.h"
#include "words.h"

enum log_format {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_TABLE,
	LOG_FORMAT_JSON, /* as they stand in the log */
	LOG_FORMAT_OCSF,
	LOG_FORMATS,
};

extern const struct words log_format_words;

struct log_output;

/* wide: of the table, nothing is cut. 0 or -ENOMEM. */
int log_output_new(struct log_output **ret, enum log_format format, bool wide);
void log_output_free(struct log_output *output);

/* With what these have of it, in text and JSON; NULL, the default: without. */
void log_output_audit(struct log_output *output, struct audit_events *events);

/* One record; 0 or -ENOMEM. */
int log_output_write(struct log_output *output, struct log_line *line);

/* How many had no form in that format, and were left out. */
uint64_t log_output_skipped(const struct log_output *output);

#endif
