/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes through logs and shows what is asked for: what `modwarden log` does. */
#ifndef MODWARDEN_LOG_SHOW_H
#define MODWARDEN_LOG_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit_events.h"
#include "log_filter.h"
#include "log_output.h"

struct log_show {
	char **paths; /* none: the usual log, with what it was rotated to */
	size_t count;
	int64_t since, until; /* see log_reader.h */
	bool rotated;
	struct log_filter *filter;
	enum log_format format;
	bool wide;
	bool follow;
	bool summary;
	struct audit_events *audit; /* shown beside their records, as text or JSON; NULL: none */
	unsigned int last; /* only so many, at most LOG_LAST_MAX, or rows of a summary; 0: all */
};

/* Returns an exit code; what is wrong was told. */
int log_show(const struct log_show *show);

#endif
