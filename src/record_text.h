/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as people read them. The one place that turns a record into text, from its JSON object
 * alone, so that a record read back from a log looks as it did when it was written.
 *
 * A record from a log may be of any shape and hold anything: nothing in it reaches a terminal as a
 * control character, and no text of it can be taken for a part of the layout: what is not one plain
 * word stands in double quotes.
 */
#ifndef MODWARDEN_RECORD_TEXT_H
#define MODWARDEN_RECORD_TEXT_H

#include <jansson.h>
#include <stdbool.h>

enum record_text_colour {
	RECORD_TEXT_PLAIN,
	RECORD_TEXT_COLOUR, /* ANSI escape sequences, our own only */
};

struct record_text_style {
	unsigned int width; /* columns that a line may take, at least 32; 0: no limit */
	enum record_text_colour colour;
	bool one_line; /* and without the time: for where that stands already; width is 0 */
};

/* One to a few lines, each ended by a newline. Returns a string to free, or NULL: no memory. */
char *record_text(const json_t *record, const struct record_text_style *style);

#endif
