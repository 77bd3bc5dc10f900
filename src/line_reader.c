// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM (32U << 10)

struct line_reader {
	struct input *input;
	char *bytes;
	size_t at, size, room; /* what is not used yet is between at and size */
	size_t searched;       /* from at on there is no newline in so many bytes */
	uint64_t offset;       /* of the byte at */
	uint64_t number;       /* of the line there */
	bool is_counted;
	bool is_over;
	enum line_kind passing; /* LINE_WHOLE: no line is being passed over */
	size_t passed;
	uint64_t passed_offset;
	bool is_rest; /* of a line that began before the place that was sought: not told of */
};

int line_reader_new(struct line_reader **ret, struct input *input)
{
	struct line_reader *reader = calloc(1, sizeof(*reader));
	char *bytes = malloc(FIRST_ROOM);

	if (!reader || !bytes) {
		free(reader);
		free(bytes);
		input_close(input);
		return -ENOMEM;
	}
	*reader = (struct line_reader){
		.input = input, .bytes = bytes, .room = FIRST_ROOM, .number = 1, .is_counted = true
	};
	*ret = reader;
	return 0;
}

void line_reader_free(struct line_reader *reader)
{
	if (!reader)
		return;
	input_close(reader->input);
	free(reader->bytes);
	free(reader);
}

struct input *line_reader_input(struct line_reader *reader)
{
	return reader->input;
}

static void use(struct line_reader *reader, size_t size)
{
	reader->at += size;
	reader->offset += size;
	reader->searched = 0;
}

static int make_room(struct line_reader *reader)
{
	char *bytes;

	if (reader->at) {
		memmove(reader->bytes, reader->bytes + reader->at, reader->size - reader->at);
		reader->size -= reader->at;
		reader->at = 0;
	}
	if (reader->size < reader->room)
		return 0;
	bytes = realloc(reader->bytes, reader->room * 2);
	if (!bytes)
		return -ENOMEM;
	reader->bytes = bytes;
	reader->room *= 2;
	return 0;
}

/* Reads on. 0, also at the end, or a negative errno. */
static int fill(struct line_reader *reader)
{
	ssize_t n = make_room(reader);

	n = n
		    ?: input_read(reader->input, reader->bytes + reader->size,
				  reader->room - reader->size);
	if (n < 0)
		return (int)n;
	reader->is_over = !n;
	reader->size += (size_t)n;
	return 0;
}

static void begin_to_pass(struct line_reader *reader, enum line_kind kind)
{
	reader->passing = kind;
	reader->passed = 0;
	reader->passed_offset = reader->offset;
	reader->is_rest = false;
}

/* How much of what is there belongs to the line that is passed over. */
static size_t length_to_pass(const struct line_reader *reader)
{
	const char *bytes = reader->bytes + reader->at;
	size_t left = reader->size - reader->at, length = 0;
	const char *end;

	if (reader->passing == LINE_LONG) {
		end = memchr(bytes, '\n', left);
		length = end ? (size_t)(end - bytes) : left;
		return strnlen(bytes, length);
	}
	/* As many as are like the first: memcmp() of what lies one byte further is fast. */
	while (length < left && !bytes[length]) {
		size_t step = left - length < 4096 ? left - length : 4096;

		if (step > 1 && !memcmp(bytes + length, bytes + length + 1, step - 1))
			length += step;
		else
			length++;
	}
	return length;
}

/* 1: it has been passed over, and is told of. */
static int pass(struct line_reader *reader, struct line *line)
{
	size_t length = length_to_pass(reader);

	reader->passed += length;
	use(reader, length);
	if (reader->at == reader->size && !reader->is_over)
		return 0;
	*line = (struct line){ .size = reader->passed,
			       .number = reader->is_counted ? reader->number : 0,
			       .offset = reader->passed_offset,
			       .kind = reader->passing };
	reader->passing = LINE_WHOLE;
	return !reader->is_rest;
}

/* 1: size bytes are a line, and there is or is not a newline behind them. */
static int take(struct line_reader *reader, size_t size, bool has_end, struct line *line)
{
	size_t length = strnlen(reader->bytes + reader->at, size);

	*line = (struct line){ .text = reader->bytes + reader->at,
			       .size = length,
			       .number = reader->is_counted ? reader->number : 0,
			       .offset = reader->offset };
	if (length < size)
		has_end = false;
	use(reader, length + has_end);
	reader->number += has_end;
	return length ? 1 : 0;
}

/* 1: a line; 0: there may be one when this is called again. */
static int next(struct line_reader *reader, bool partial, struct line *line)
{
	const char *bytes = reader->bytes + reader->at;
	size_t left = reader->size - reader->at;
	const char *end;

	if (reader->passing != LINE_WHOLE)
		return pass(reader, line);
	if (left && !*bytes) {
		begin_to_pass(reader, LINE_ZEROS);
		return 0;
	}
	end = memchr(bytes + reader->searched, '\n', left - reader->searched);
	if (end && end - bytes <= LINE_MAX_SIZE)
		return take(reader, (size_t)(end - bytes), true, line);
	reader->searched = left;
	if (left > LINE_MAX_SIZE)
		begin_to_pass(reader, LINE_LONG);
	else if (reader->is_over && partial)
		return take(reader, left, false, line);
	return 0;
}

/* Something can be said of what is there without reading on. */
static bool has_work(const struct line_reader *reader)
{
	size_t left = reader->size - reader->at;

	return left && (reader->searched < left || reader->passing != LINE_WHOLE);
}

int line_reader_next(struct line_reader *reader, bool partial, struct line *line)
{
	for (;;) {
		int r;

		if (!has_work(reader) && !reader->is_over) {
			r = fill(reader);
			if (r)
				return r;
		}
		r = next(reader, partial, line);
		if (r)
			return r;
		if (has_work(reader))
			continue;
		if (reader->is_over && reader->passing == LINE_WHOLE) {
			reader->is_over = false; /* a file may grow */
			return 0;
		}
	}
}

int line_reader_seek(struct line_reader *reader, uint64_t offset)
{
	int error = input_seek(reader->input, (off_t)(offset ? offset - 1 : 0));

	if (error)
		return error;
	reader->at = reader->size = reader->searched = 0;
	reader->passing = LINE_WHOLE;
	reader->is_over = false;
	reader->offset = offset ? offset - 1 : 0;
	reader->number = 1;
	reader->is_counted = !offset;
	if (offset) {
		begin_to_pass(reader, LINE_LONG);
		reader->is_rest = true;
	}
	return 0;
}

uint64_t line_reader_end(const struct line_reader *reader)
{
	return reader->offset + (reader->size - reader->at);
}
