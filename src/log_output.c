// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "json_memory.h"
#include "log_audit.h"
#include "log_table.h"
#include "ocsf.h"
#include "record_text.h"
#include "terminal.h"

struct log_output {
	struct audit_events *audit;
	enum log_format format;
	struct record_text_style text;
	struct log_table table;
	bool has_head;
	uint64_t skipped;
};

static const char *const format_names[LOG_FORMATS] = {
	[LOG_FORMAT_TEXT] = "text",
	[LOG_FORMAT_TABLE] = "table",
	[LOG_FORMAT_JSON] = "json",
	[LOG_FORMAT_OCSF] = "ocsf",
};
const struct words log_format_words = { format_names, LOG_FORMATS };

int log_output_new(struct log_output **ret, enum log_format format, bool wide)
{
	struct log_output *output = calloc(1, sizeof(*output));
	unsigned int width = terminal_width(STDOUT_FILENO);

	if (!output)
		return -ENOMEM;
	output->format = format;
	log_table_fit(&output->table, width, wide);
	output->text = (struct record_text_style){
		.width = width,
		.colour =
			terminal_has_colour(STDOUT_FILENO) ? RECORD_TEXT_COLOUR : RECORD_TEXT_PLAIN,
	};
	*ret = output;
	return 0;
}

void log_output_audit(struct log_output *output, struct audit_events *events)
{
	output->audit = events;
}

void log_output_free(struct log_output *output)
{
	free(output);
}

uint64_t log_output_skipped(const struct log_output *output)
{
	return output->skipped;
}

/* The very bytes. */
static int write_json(struct log_output *output, struct log_line *line)
{
	if (output->audit)
		return log_audit_print_json(output->audit, line, stdout);
	fwrite(line->text, 1, line->size, stdout);
	putchar('\n');
	return 0;
}

static int write_text(struct log_output *output, struct log_line *line)
{
	const json_t *record = log_line_record(line);
	auto_free char *text = record ? record_text(record, &output->text) : NULL;

	if (!text)
		return -ENOMEM;
	fputs(text, stdout);
	if (output->audit)
		log_audit_print(output->audit, line, stdout);
	return 0;
}

static int write_table(struct log_output *output, struct log_line *line)
{
	if (!output->has_head)
		log_table_head(&output->table, stdout);
	output->has_head = true;
	return log_table_line(&output->table, line, stdout);
}

static int write_ocsf(struct log_output *output, struct log_line *line)
{
	const json_t *record = log_line_record(line);
	auto_free char *text = NULL;
	json_t *event;
	int error = record ? ocsf_of(record, &event) : -ENOMEM;

	if (error)
		return error;
	if (!event) {
		output->skipped++;
		return 0;
	}
	text = json_text(event, JSON_COMPACT);
	json_decref(event);
	if (!text)
		return -ENOMEM;
	puts(text);
	return 0;
}

int log_output_write(struct log_output *output, struct log_line *line)
{
	static int (*const writers[LOG_FORMATS])(struct log_output *, struct log_line *) = {
		[LOG_FORMAT_TEXT] = write_text,
		[LOG_FORMAT_TABLE] = write_table,
		[LOG_FORMAT_JSON] = write_json,
		[LOG_FORMAT_OCSF] = write_ocsf,
	};

	return writers[output->format](output, line);
}
