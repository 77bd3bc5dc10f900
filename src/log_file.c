// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "json_memory.h"
#include "line_reader.h"
#include "log.h"
#include "record.h"

#define PREFIX_MAX   512         /* bytes before a record */
#define BISECT_LEAST (256 << 10) /* bytes that are simply read */
#define PROBE_MAX    (4 << 20)   /* bytes without a record at which bisection is given up */

struct log_file {
	char *path;
	struct line_reader *lines;
	struct log_damage *damage;
	struct stat st;
	bool is_quiet; /* damage is not told of: it will be seen again */
	struct log_line line;
};

int log_file_open(struct log_file **ret, const char *path, struct log_damage *damage)
{
	struct log_file *file = calloc(1, sizeof(*file));
	struct input *input = NULL;
	int error = -ENOMEM;

	if (!file)
		return -ENOMEM;
	file->path = strdup(path);
	if (file->path)
		error = input_open(&input, path);
	if (!error)
		error = line_reader_new(&file->lines, input);
	if (error) {
		log_file_close(file);
		return error;
	}
	file->damage = damage;
	file->st = *input_stat(input);
	*ret = file;
	return 0;
}

static void forget(struct log_line *line)
{
	json_decref(line->record);
	line->record = NULL;
}

void log_file_close(struct log_file *file)
{
	if (!file)
		return;
	forget(&file->line);
	line_reader_free(file->lines);
	free(file->path);
	free(file);
}

static void tell_damage(struct log_file *file, const struct line *line, const char *what)
{
	if (file->is_quiet)
		return;
	file->damage->lines++;
	if (file->damage->lines > LOG_DAMAGE_TOLD)
		return;
	if (line->number)
		log_warning("log: %s:%" PRIu64 ": no record: %s; left out", file->path,
			    line->number, what);
	else
		log_warning("log: '%s', at byte %" PRIu64 ": no record: %s; left out", file->path,
			    line->offset, what);
}

/*
 * [pod/modwarden-x7k2p/modwarden] {...}: kubectl logs --prefix
 * 2026-11-22T10:00:00.123456789Z {...}: kubectl logs --timestamps
 * 2026-11-22T10:00:00.123456789Z stdout F {...}: /var/log/pods
 */
static size_t prefix_size(const char *text, size_t size)
{
	const char *record = NULL;

	if (*text == '[' || (*text >= '0' && *text <= '9'))
		record = memmem(text, size < PREFIX_MAX ? size : PREFIX_MAX, " {", 2);
	return record ? (size_t)(record + 1 - text) : 0;
}

/* The record is a tree from now on, and so are its fields. */
static int parse(struct log_line *line, char why[JSON_ERROR_TEXT_LENGTH])
{
	json_error_t error;

	line->record = json_read(line->text, line->size, 0, &error);
	if (line->record) {
		log_fields_of(&line->fields, line->record);
		return 0;
	}
	if (errno == ENOMEM)
		return -ENOMEM;
	memcpy(why, error.text, JSON_ERROR_TEXT_LENGTH);
	return -EBADMSG;
}

int log_line_take(struct log_line *line, char why[JSON_ERROR_TEXT_LENGTH])
{
	int error = 0;

	if (!log_fields_scan(&line->fields, line->text, line->size))
		error = parse(line, why);
	if (error)
		return error;
	if (!log_field_is(&line->fields, LOG_SCHEMA, RECORD_SCHEMA)) {
		strcpy(why, "its schema is not " RECORD_SCHEMA);
		return -EBADMSG;
	}
	log_fields_time(&line->fields, LOG_TIME, &line->time);
	return 0;
}

/* 1: file->line is a record; 0: it is none, which was told; -ENOMEM. */
static int take_line(struct log_file *file, const struct line *read)
{
	char why[JSON_ERROR_TEXT_LENGTH];
	struct log_line *line = &file->line;
	size_t prefix;
	int error;

	forget(line);
	if (read->kind != LINE_WHOLE) {
		tell_damage(file, read, read->kind == LINE_LONG ? "over 1 MiB" : "zeros");
		return 0;
	}
	prefix = prefix_size(read->text, read->size);
	line->text = read->text + prefix;
	line->size = read->size - prefix;
	line->path = file->path;
	line->number = read->number;
	line->offset = read->offset;
	error = log_line_take(line, why);
	if (error == -EBADMSG)
		tell_damage(file, read, why);
	return !error ? 1 : error == -EBADMSG ? 0 : error;
}

int log_file_next(struct log_file *file, bool partial, struct log_line **ret)
{
	struct line line;
	int r;

	while ((r = line_reader_next(file->lines, partial, &line)) == 1) {
		r = take_line(file, &line);
		*ret = &file->line;
		if (r)
			return r;
	}
	return r;
}

const json_t *log_line_record(struct log_line *line)
{
	if (!line->record)
		line->record = json_read(line->text, line->size, 0, NULL);
	return line->record;
}

bool log_file_is_regular(const struct log_file *file)
{
	return S_ISREG(file->st.st_mode);
}

bool log_file_is_same(const struct log_file *file, const struct log_file *other)
{
	return file->st.st_dev == other->st.st_dev && file->st.st_ino == other->st.st_ino;
}

bool log_file_is_replaced(const struct log_file *file)
{
	struct stat st;

	return !stat(file->path, &st) &&
	       (st.st_dev != file->st.st_dev || st.st_ino != file->st.st_ino);
}

bool log_file_is_truncated(const struct log_file *file)
{
	int fd = input_plain_fd(line_reader_input(file->lines));
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && (uint64_t)st.st_size < line_reader_end(file->lines);
}

int log_file_rewind(struct log_file *file)
{
	return line_reader_seek(file->lines, 0);
}

struct bisection {
	uint64_t low, high; /* of the lines that begin between, the first one of interest is one */
	int64_t low_time, high_time;
};

/*
 * The first record that begins at an offset or behind it. 1: it is file->line; 0: there is none; a
 * negative errno, -ENODATA for one that is far away.
 */
static int probe(struct log_file *file, uint64_t offset)
{
	struct line line;
	int r = line_reader_seek(file->lines, offset);

	while (!r && (r = line_reader_next(file->lines, true, &line)) == 1) {
		r = take_line(file, &line);
		if (r)
			return r;
		r = line.offset + line.size > offset + PROBE_MAX ? -ENODATA : 0;
	}
	return r;
}

/* Halves what is left. False: its times are in no order. */
static bool halve(struct log_file *file, struct bisection *bisection, int64_t since)
{
	uint64_t middle = bisection->low + (bisection->high - bisection->low) / 2;
	int r = probe(file, middle);
	int64_t time = file->line.time;

	if (r < 0)
		return false;
	if (!r || file->line.offset >= bisection->high) {
		bisection->high = middle;
		return true;
	}
	if (time < bisection->low_time - LOG_SLACK || time > bisection->high_time + LOG_SLACK)
		return false;
	if (time < since - LOG_SLACK) {
		bisection->low = file->line.offset;
		bisection->low_time = time;
	} else {
		bisection->high = middle;
		bisection->high_time = time;
	}
	return true;
}

static bool bisect(struct log_file *file, uint64_t size, int64_t since, uint64_t *offset)
{
	struct bisection bisection = { 0, size, INT64_MIN / 2, INT64_MAX / 2 };

	while (bisection.high - bisection.low > BISECT_LEAST)
		if (!halve(file, &bisection, since))
			return false;
	*offset = bisection.low;
	return true;
}

int log_file_skip_to(struct log_file *file, int64_t since)
{
	int fd = input_plain_fd(line_reader_input(file->lines));
	uint64_t offset = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= BISECT_LEAST)
		return 0;
	file->is_quiet = true;
	if (!bisect(file, (uint64_t)st.st_size, since, &offset))
		offset = 0;
	file->is_quiet = false;
	return line_reader_seek(file->lines, offset);
}

int log_file_begin(struct log_file *file, int64_t *time)
{
	struct log_line *line;

	*time = INT64_MIN;
	if (!log_file_is_regular(file))
		return 0;
	file->is_quiet = true;
	if (log_file_next(file, true, &line) == 1)
		*time = line->time;
	file->is_quiet = false;
	return log_file_rewind(file);
}
