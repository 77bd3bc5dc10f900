/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of an input, in constant memory. A line has at most LINE_MAX_SIZE bytes and no NUL: what
 * has more, or is made of NULs, as a file is where the power was cut, is passed over and told of
 * as one line.
 */
#ifndef MODWARDEN_LINE_READER_H
#define MODWARDEN_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input.h"

#define LINE_MAX_SIZE (1U << 20)

enum line_kind {
	LINE_WHOLE,
	LINE_LONG,
	LINE_ZEROS,
};

struct line {
	const char *text; /* without its newline; until the next call; NULL where it is not whole */
	size_t size;      /* of all of it */
	uint64_t number;  /* from 1; 0: not known, since its reader began elsewhere */
	uint64_t offset;  /* of its first byte */
	enum line_kind kind;
};

struct line_reader;

/* Takes the input over, also where it fails. 0 or -ENOMEM. */
int line_reader_new(struct line_reader **ret, struct input *input);

/* NULL is fine. */
void line_reader_free(struct line_reader *reader);

/*
 * 1: a line; 0: the end; a negative errno of input_read(). Empty lines are left out. partial: a
 * last line without a newline is a line; else it is given when the rest of it is there.
 */
int line_reader_next(struct line_reader *reader, bool partial, struct line *line);

/* Goes on at the line that begins at an offset, or after it. 0 or a negative errno. */
int line_reader_seek(struct line_reader *reader, uint64_t offset);

/* How many bytes of the input it has read. */
uint64_t line_reader_end(const struct line_reader *reader);

struct input *line_reader_input(struct line_reader *reader);

#endif
