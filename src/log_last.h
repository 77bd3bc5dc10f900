/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last few of the lines that come by. */
#ifndef MODWARDEN_LOG_LAST_H
#define MODWARDEN_LOG_LAST_H

#include "log_file.h"

#define LOG_LAST_MAX 10000

struct log_last;

/* count: 1 to LOG_LAST_MAX. 0 or -ENOMEM. */
int log_last_new(struct log_last **ret, unsigned int count);
void log_last_free(struct log_last *last);

/* Keeps a copy, instead of the oldest one where there are that many. 0 or -ENOMEM. */
int log_last_add(struct log_last *last, const struct log_line *line);

/* 1: the next one from the oldest on, until the next call; it is forgotten; 0: there is none;
 * -ENOMEM. */
int log_last_take(struct log_last *last, struct log_line **line);

#endif
