/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that a log was moved to: FILE.1, FILE.2.gz, FILE-20261122.xz and so on. */
#ifndef MODWARDEN_LOG_ROTATION_H
#define MODWARDEN_LOG_ROTATION_H

#include <stddef.h>

struct log_rotation {
	char **paths; /* from the oldest to the youngest; without the log itself */
	size_t count;
};

/*
 * 0 or a negative errno of opendir(3) or -ENOMEM; a directory that is not there has none. Numbers
 * fall towards now, dates rise.
 */
int log_rotation_find(struct log_rotation *rotation, const char *path);
void log_rotation_clear(struct log_rotation *rotation);

#endif
