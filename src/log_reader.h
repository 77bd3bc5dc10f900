/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs, one or many, as one: their records in the order of their times (each log is in order but
 * for LOG_SLACK), in memory that depends on the number of logs only. What cannot be read is told
 * of on standard error, and the others are read.
 *
 *	struct log_reader *reader;
 *	struct log_line *line;
 *
 *	log_reader_new(&reader, since, until)
 *	log_reader_add(reader, path, true)
 *	while (log_reader_next(reader, &line))
 *		... line->fields, log_line_record(line) ...
 *	code = log_reader_end(reader);
 */
#ifndef MODWARDEN_LOG_READER_H
#define MODWARDEN_LOG_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "log_file.h"

#define LOG_PATH "/var/log/modwarden/events.jsonl"

struct log_reader;

/*
 * Records before since, and those from until on, are left out; see moment.h. INT64_MIN, INT64_MAX:
 * none are. Where a log is long, and its clock was not set back by more than LOG_SLACK, what is
 * left out is not even read. 0 or -ENOMEM.
 */
int log_reader_new(struct log_reader **ret, int64_t since, int64_t until);

/*
 * "-": standard input. rotated: also what it was rotated to. False: it cannot be read, which was
 * told of.
 */
bool log_reader_add(struct log_reader *reader, const char *path, bool rotated);

/*
 * The next record, until the next call. False: there is none, or, where the logs are followed, none
 * yet: see log_follow.h.
 */
bool log_reader_next(struct log_reader *reader, struct log_line **line);

/* Tells how many lines were no records. Frees it; true: all could be read. */
bool log_reader_end(struct log_reader *reader);

/* Lines so far that were no records. */
uint64_t log_reader_damaged(const struct log_reader *reader);

/* A line that is not whole waits for its rest. Before the first log is added. */
void log_reader_follow(struct log_reader *reader);

/* Looks again: for more in each log, and for another file at its path. */
void log_reader_look(struct log_reader *reader);

#endif
