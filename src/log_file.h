/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One log: a file or a pipe of records, one a line, perhaps compressed, perhaps with what `kubectl
 * logs --prefix` or a container runtime puts before each line. What is no record is counted, the
 * first few are named, and reading goes on.
 */
#ifndef MODWARDEN_LOG_FILE_H
#define MODWARDEN_LOG_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "log_fields.h"

/* Records come in the order in which they were finished; they are not further than this apart. */
#define LOG_SLACK (60 * 1000000LL) /* microseconds */

struct log_line {
	const char *text; /* the record as it stands there, without a prefix or a newline */
	size_t size;
	const char *path; /* of the log; "-": standard input */
	uint64_t number;  /* of the line, from 1; 0: not known */
	uint64_t offset;  /* of its first byte, in what is unpacked */
	struct log_fields fields;
	int64_t time; /* see moment.h; of a record without one, that of the record before */
	json_t *record;
};

/* The record as JSON, made when first asked for. Borrowed; NULL: no memory. */
const json_t *log_line_record(struct log_line *line);

#define LOG_DAMAGE_TOLD 10 /* lines; the others are only counted */

/*
 * Reads the fields and the time of a line of which text and size are set. 0; -EBADMSG: it is no
 * record, and why says so; -ENOMEM.
 */
int log_line_take(struct log_line *line, char why[JSON_ERROR_TEXT_LENGTH]);

/* Lines that are no records, over all logs that share it. */
struct log_damage {
	uint64_t lines;
};

struct log_file;

/* damage must outlive it. What input_open() returns. */
int log_file_open(struct log_file **ret, const char *path, struct log_damage *damage);

/* NULL is fine. */
void log_file_close(struct log_file *file);

/*
 * 1: *line is the next record, until the next call; 0: the end; a negative errno, see
 * input_read(). partial: a last line without a newline is one.
 */
int log_file_next(struct log_file *file, bool partial, struct log_line **line);

/*
 * Goes on, if it can, somewhere before the first record that is as late as since, by bisection of
 * a file that is not compressed. Only where that is by far shorter, and the order of times holds
 * as far as it is seen. 0 or a negative errno: its place is lost.
 */
int log_file_skip_to(struct log_file *file, int64_t since);

/*
 * Tells the time of the first record, and goes back to the beginning; a file only, of a pipe and of
 * what has no record it is INT64_MIN. 0 or a negative errno: its place is lost.
 */
int log_file_begin(struct log_file *file, int64_t *time);

/* It has an end; the bytes need not be read from a pipe. */
bool log_file_is_regular(const struct log_file *file);

/* To be followed: another file than the one at the path, or a shorter one than was read. */
bool log_file_is_replaced(const struct log_file *file);
bool log_file_is_truncated(const struct log_file *file);

/* From its first byte again. */
int log_file_rewind(struct log_file *file);

/* Two of them are one file. */
bool log_file_is_same(const struct log_file *file, const struct log_file *other);

#endif
