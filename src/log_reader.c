// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cleanup.h"
#include "log.h"
#include "log_rotation.h"

#define NO_SOURCE SIZE_MAX

/* A log, and the record in it that comes next. */
struct source {
	char *path;
	struct log_file *file;
	struct log_line *line; /* NULL: none, or not looked for yet */
	int64_t bound; /* no record that is still to come is before this, but for LOG_SLACK */
	bool is_over;
	bool is_rotated; /* an older part of the log that the next source is of */
	bool is_retired; /* another file is at its path now */
};

struct log_reader {
	int64_t since, until;
	struct source *sources;
	size_t count;
	size_t last; /* the source of the record that was given last */
	struct log_damage damage;
	bool has_begun;
	bool follows;
	bool has_failed;
};

/* Many logs at a time are a use of descriptors that is meant. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int log_reader_new(struct log_reader **ret, int64_t since, int64_t until)
{
	struct log_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	/* Times near the ends would overflow with the slack. */
	reader->since = since < INT64_MIN / 2 ? INT64_MIN / 2 : since;
	reader->last = NO_SOURCE;
	allow_descriptors();
	reader->until = until > INT64_MAX / 2 ? INT64_MAX / 2 : until;
	*ret = reader;
	return 0;
}

void log_reader_follow(struct log_reader *reader)
{
	reader->follows = true;
}

static const char *reason_of(int error)
{
	switch (error) {
	case -EBADMSG:
		return "what is compressed in it is broken or cut off";
	case -EFBIG:
		return "it takes over 256 MiB to unpack";
	case -EISDIR:
		return "it is a directory; name the files in it";
	case -ENODEV:
		return "it is a device";
	case -ENOENT:
		return "there is no such file; `modwarden run --output FILE` writes one";
	case -EACCES:
		return "not permitted; try with sudo";
	default:
		return strerror(-error);
	}
}

static void fail(struct log_reader *reader, const char *path, int error)
{
	reader->has_failed = true;
	log_error("log: cannot read '%s': %s", path, reason_of(error));
}

static void give_up(struct log_reader *reader, struct source *source, int error)
{
	source->is_over = true;
	fail(reader, source->path, error);
}

static bool is_known(const struct log_reader *reader, const struct log_file *file)
{
	for (size_t i = 0; i < reader->count; i++)
		if (log_file_is_regular(file) && log_file_is_same(reader->sources[i].file, file))
			return true;
	return false;
}

/* Takes the file over. */
static int add_source(struct log_reader *reader, const char *path, struct log_file *file)
{
	struct source *sources = reallocarray(reader->sources, reader->count + 1, sizeof(*sources));
	char *copy = strdup(path);

	reader->sources = sources ?: reader->sources;
	if (!sources || !copy) {
		log_file_close(file);
		free(copy);
		return -ENOMEM;
	}
	sources[reader->count++] =
		(struct source){ .path = copy, .file = file, .bound = INT64_MIN };
	return 0;
}

static bool add_file(struct log_reader *reader, const char *path)
{
	struct log_file *file;
	int error = log_file_open(&file, path, &reader->damage);

	if (!error && is_known(reader, file)) {
		log_file_close(file);
		return true;
	}
	error = error ?: add_source(reader, path, file);
	if (error)
		fail(reader, path, error);
	return !error;
}

/* The youngest first: what is rotated meanwhile is met twice, and not missed. */
static bool add_rotated(struct log_reader *reader, const char *path)
{
	struct log_rotation rotation;
	int error = log_rotation_find(&rotation, path);
	bool is_good = !error;

	if (error)
		fail(reader, path, error);
	for (size_t i = rotation.count; i--;) {
		size_t before = reader->count;

		if (!add_file(reader, rotation.paths[i]))
			is_good = false;
		else if (reader->count > before)
			reader->sources[before].is_rotated = true;
	}
	log_rotation_clear(&rotation);
	return is_good;
}

/* The oldest first: of records with one time, those of the first source are the first. */
static void reverse(struct source *sources, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct source swapped = sources[i];

		sources[i] = sources[count - 1 - i];
		sources[count - 1 - i] = swapped;
	}
}

bool log_reader_add(struct log_reader *reader, const char *path, bool rotated)
{
	size_t before = reader->count;
	bool is_good = add_file(reader, path);

	if (rotated && strcmp(path, "-") != 0)
		is_good &= add_rotated(reader, path);
	reverse(reader->sources + before, reader->count - before);
	return is_good;
}

/* Looks for its next record within the time that is asked for. */
static void advance(struct log_reader *reader, struct source *source)
{
	struct log_line *line;
	int r;

	while ((r = log_file_next(source->file, !reader->follows, &line)) == 1) {
		if (line->time >= reader->until + LOG_SLACK && log_file_is_regular(source->file))
			break;
		if (line->time < reader->since || line->time >= reader->until)
			continue;
		source->line = line;
		source->bound = line->time;
		return;
	}
	source->is_over = true;
	if (r < 0)
		fail(reader, source->path, r);
}

/*
 * When each log begins, so that none is unpacked before its turn. What was rotated before a log
 * that is too old is too old.
 */
static void begin(struct log_reader *reader)
{
	int64_t too_old = reader->since - LOG_SLACK;

	reader->has_begun = true;
	if (reader->count == 1 && reader->since == INT64_MIN / 2)
		return;
	for (size_t i = reader->count; i--;) {
		struct source *source = &reader->sources[i];
		int error = log_file_begin(source->file, &source->bound);

		source->is_over = source->is_rotated && i + 1 < reader->count &&
				  source[1].bound < too_old && source[1].bound != INT64_MIN;
		if (!error && !source->is_over && reader->since != INT64_MIN / 2)
			error = log_file_skip_to(source->file, reader->since);
		if (error)
			give_up(reader, source, error);
	}
}

/* The source of the next record, of which the record may still have to be read. */
static struct source *earliest(struct log_reader *reader)
{
	struct source *first = NULL;

	for (size_t i = 0; i < reader->count; i++) {
		struct source *source = &reader->sources[i];

		if (!source->is_over && (!first || source->bound < first->bound))
			first = source;
	}
	return first;
}

bool log_reader_next(struct log_reader *reader, struct log_line **line)
{
	struct source *source;

	if (!reader->has_begun)
		begin(reader);
	if (reader->last != NO_SOURCE)
		reader->sources[reader->last].line = NULL;
	reader->last = NO_SOURCE;
	allow_descriptors();
	while ((source = earliest(reader)) && !source->line)
		advance(reader, source);
	if (!source)
		return false;
	reader->last = (size_t)(source - reader->sources);
	*line = source->line;
	return true;
}

/* Who writes the log may write to the file that was moved away for some more seconds. */
static void retire(struct log_reader *reader, size_t which)
{
	struct source *source = &reader->sources[which];
	struct source *old = NULL;
	struct log_file *file;
	int error;

	if (log_file_open(&file, source->path, &reader->damage))
		return;
	for (size_t i = 0; i < reader->count; i++)
		if (reader->sources[i].is_retired && !strcmp(reader->sources[i].path, source->path))
			old = &reader->sources[i];
	if (old) {
		log_file_close(old->file);
		old->file = source->file;
		*source = (struct source){ .path = source->path, .file = file, .bound = INT64_MIN };
		return;
	}
	source->is_retired = true;
	error = add_source(reader, source->path, file);
	if (error)
		fail(reader, source->path, error);
}

void log_reader_look(struct log_reader *reader)
{
	size_t count = reader->count;

	for (size_t i = 0; i < count; i++) {
		struct source *source = &reader->sources[i];
		int error;

		if (source->is_rotated)
			continue;
		source->is_over = false;
		if (source->is_retired)
			continue;
		error = log_file_is_truncated(source->file) ? log_file_rewind(source->file) : 0;
		if (error)
			give_up(reader, source, error);
		if (log_file_is_replaced(source->file))
			retire(reader, i);
	}
}

bool log_reader_end(struct log_reader *reader)
{
	bool is_good = !reader->has_failed;

	if (reader->damage.lines > LOG_DAMAGE_TOLD)
		log_warning("log: %" PRIu64 " lines are no records; only the first %d were named",
			    reader->damage.lines, LOG_DAMAGE_TOLD);
	for (size_t i = 0; i < reader->count; i++) {
		log_file_close(reader->sources[i].file);
		free(reader->sources[i].path);
	}
	free(reader->sources);
	free(reader);
	return is_good;
}

uint64_t log_reader_damaged(const struct log_reader *reader)
{
	return reader->damage.lines;
}
