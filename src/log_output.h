/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a log on standard output: as they stand there, or as text. */
#ifndef MODWARDEN_LOG_OUTPUT_H
#define MODWARDEN_LOG_OUTPUT_H

#include <stdint.h>

#include "log_file.h"
#include "words.h"

enum log_format {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
	LOG_FORMATS,
};

extern const struct words log_format_words;

/* For the terminal that standard output may be. */
struct log_output;

/* 0 or -ENOMEM. */
int log_output_new(struct log_output **ret, enum log_format format);
void log_output_free(struct log_output *output);

/* One record; 0 or -ENOMEM. */
int log_output_write(struct log_output *output, struct log_line *line);

#endif
