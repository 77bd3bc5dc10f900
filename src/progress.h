/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far something has come, as a bar on standard error; on a terminal only. One thread's. */
#ifndef MODWARDEN_PROGRESS_H
#define MODWARDEN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
	const char *what; /* "modules" */
	bool is_shown;
	struct timespec drawn; /* at last */
};

void progress_begin(struct progress *progress, const char *what);

/* Draws it anew, a few times a second. */
void progress_show(struct progress *progress, size_t done, size_t total);

/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif
