// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "record_text.h"
#include "terminal.h"

struct log_output {
	enum log_format format;
	struct record_text_style style;
};

static const char *const format_names[LOG_FORMATS] = {
	[LOG_FORMAT_TEXT] = "text",
	[LOG_FORMAT_JSON] = "json",
};
const struct words log_format_words = { format_names, LOG_FORMATS };

int log_output_new(struct log_output **ret, enum log_format format)
{
	struct log_output *output = calloc(1, sizeof(*output));

	if (!output)
		return -ENOMEM;
	output->format = format;
	output->style = (struct record_text_style){
		.width = terminal_width(STDOUT_FILENO),
		.colour =
			terminal_has_colour(STDOUT_FILENO) ? RECORD_TEXT_COLOUR : RECORD_TEXT_PLAIN,
	};
	*ret = output;
	return 0;
}

void log_output_free(struct log_output *output)
{
	free(output);
}

/* As it stands in the log: the very bytes. */
static int write_json(struct log_output *output, struct log_line *line)
{
	(void)output;
	fwrite(line->text, 1, line->size, stdout);
	putchar('\n');
	return 0;
}

static int write_text(struct log_output *output, struct log_line *line)
{
	const json_t *record = log_line_record(line);
	auto_free char *text = record ? record_text(record, &output->style) : NULL;

	if (!text)
		return -ENOMEM;
	fputs(text, stdout);
	return 0;
}

int log_output_write(struct log_output *output, struct log_line *line)
{
	static int (*const writers[LOG_FORMATS])(struct log_output *, struct log_line *) = {
		[LOG_FORMAT_TEXT] = write_text,
		[LOG_FORMAT_JSON] = write_json,
	};

	return writers[output->format](output, line);
}
