// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_last.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

struct kept {
	char *text;
	size_t size;
};

struct log_last {
	unsigned int room, first, count;
	struct log_line line; /* that was taken */
	char *text;           /* of that */
	struct kept kept[];
};

int log_last_new(struct log_last **ret, unsigned int count)
{
	struct log_last *last = calloc(1, sizeof(*last) + count * sizeof(last->kept[0]));

	if (!last)
		return -ENOMEM;
	last->room = count;
	*ret = last;
	return 0;
}

static void forget(struct log_last *last)
{
	json_decref(last->line.record);
	last->line.record = NULL;
	free(take_pointer(last->text));
}

void log_last_free(struct log_last *last)
{
	if (!last)
		return;
	forget(last);
	for (unsigned int i = 0; i < last->room; i++)
		free(last->kept[i].text);
	free(last);
}

int log_last_add(struct log_last *last, const struct log_line *line)
{
	struct kept *kept = &last->kept[(last->first + last->count) % last->room];
	char *text = malloc(line->size + 1);

	if (!text)
		return -ENOMEM;
	memcpy(text, line->text, line->size);
	free(kept->text);
	*kept = (struct kept){ text, line->size };
	if (last->count < last->room)
		last->count++;
	else
		last->first = (last->first + 1) % last->room;
	return 0;
}

/* What was a record once is one again. */
int log_last_take(struct log_last *last, struct log_line **line)
{
	struct kept *kept = &last->kept[last->first];
	char why[JSON_ERROR_TEXT_LENGTH];
	int error;

	forget(last);
	if (!last->count)
		return 0;
	last->text = take_pointer(kept->text);
	last->line = (struct log_line){ .text = last->text, .size = kept->size };
	last->first = (last->first + 1) % last->room;
	last->count--;
	error = log_line_take(&last->line, why);
	*line = &last->line;
	return error ?: 1;
}
