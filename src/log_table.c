// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "columns.h"
#include "escape.h"
#include "log_filter.h"
#include "memory_stream.h"
#include "moment.h"
#include "utf8.h"

#define CELL_SIZE 16384 /* a path, each byte of it escaped */

/* Each fills a text, at most CELL_SIZE with its NUL. */
typedef void cell_fn(const struct log_line *line, char *text);

static void put_bytes(char *text, const char *bytes, size_t size)
{
	snprintf(text, CELL_SIZE, "%.*s", (int)utf8_cut(bytes, size, CELL_SIZE - 1), bytes);
}

static void put(char *text, const struct log_value *value)
{
	if (value->kind == LOG_VALUE_STRING)
		put_bytes(text, value->text, value->size);
	else if (value->kind == LOG_VALUE_NUMBER)
		snprintf(text, CELL_SIZE, "%" PRId64, value->number);
}

static void put_first(char *text, const struct log_line *line, enum log_field field,
		      enum log_field otherwise)
{
	const struct log_value *value = &line->fields.values[field];

	put(text, value->kind ? value : &line->fields.values[otherwise]);
}

static bool is_operation(const struct log_line *line)
{
	return log_field_is(&line->fields, LOG_TYPE, "operation");
}

static void cell_time(const struct log_line *line, char *text)
{
	moment_format_short(line->time, text);
}

/* What became of an operation; of another record, its type. */
static void cell_verdict(const struct log_line *line, char *text)
{
	if (is_operation(line))
		strcpy(text, word_of(&log_outcome_words, log_outcome(&line->fields)));
	else
		put(text, &line->fields.values[LOG_TYPE]);
}

static void cell_op(const struct log_line *line, char *text)
{
	put_first(text, line, LOG_OP, LOG_REASON);
}

static void cell_module(const struct log_line *line, char *text)
{
	size_t size;
	const char *file = log_module_file(&line->fields, &size);

	put_first(text, line, LOG_MODULE_NAME, LOG_ALIAS);
	if (!*text && size)
		put_bytes(text, file, size);
}

/* Why none decided, in parentheses: no rule is called so. */
static void cell_rule(const struct log_line *line, char *text)
{
	const struct log_value *reason = &line->fields.values[LOG_REASON];

	put(text, &line->fields.values[LOG_RULE]);
	if (!*text && is_operation(line) && reason->size && reason->size < CELL_SIZE - 2)
		snprintf(text, CELL_SIZE, "(%.*s)", (int)reason->size, reason->text);
}

static void cell_caller(const struct log_line *line, char *text)
{
	put(text, &line->fields.values[LOG_COMM]);
}

static void cell_uid(const struct log_line *line, char *text)
{
	put_first(text, line, LOG_UID, LOG_EUID);
}

static void cell_times(const struct log_line *line, char *text)
{
	snprintf(text, CELL_SIZE, "%" PRIu64, log_fields_count(&line->fields));
}

static void cell_node(const struct log_line *line, char *text)
{
	put(text, &line->fields.values[LOG_NODE]);
}

static void cell_id(const struct log_line *line, char *text)
{
	put(text, &line->fields.values[LOG_ID]);
}

static void cell_path(const struct log_line *line, char *text)
{
	put(text, &line->fields.values[LOG_MODULE_PATH]);
}

static const struct {
	const char *name;
	size_t width;
	cell_fn *fill;
	bool only_wide;
} columns[] = {
	{ "TIME", 20, cell_time },
	{ "VERDICT", 11, cell_verdict },
	{ "OP", 8, cell_op },
	{ "MODULE", 20, cell_module },
	{ "RULE", 14, cell_rule },
	{ "CALLER", 15, cell_caller },
	{ "UID", 5, cell_uid },
	{ "TIMES", 5, cell_times },
	{ "NODE", 15, cell_node },
	{ "ID", 20, cell_id, true },
	{ "PATH", 40, cell_path, true },
};

/* As far as it fits. */
static void print_line(const struct log_table_style *style, const char *text, FILE *out)
{
	bool is_cut = style->width && !style->is_wide;
	size_t taken, size = columns_prefix(text, is_cut ? style->width : SIZE_MAX, &taken);

	while (size && text[size - 1] == ' ')
		size--;
	fprintf(out, "%.*s\n", (int)size, text);
}

void log_table_head(const struct log_table_style *style, FILE *out)
{
	char text[512] = "";
	size_t size = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (style->is_wide || !columns[i].only_wide)
			size += (size_t)snprintf(text + size, sizeof(text) - size, "%-*s ",
						 (int)columns[i].width, columns[i].name);
	print_line(style, text, out);
}

static int print_cells(const struct log_table_style *style, const struct log_line *line, FILE *out)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		char text[CELL_SIZE];
		auto_free char *safe = NULL;

		if (columns[i].only_wide && !style->is_wide)
			continue;
		text[0] = '\0';
		columns[i].fill(line, text);
		safe = text_sanitize(*text ? text : "-");
		if (!safe)
			return -ENOMEM;
		columns_put(out, safe, columns[i].width, !style->is_wide);
		fputc(' ', out);
	}
	return 0;
}

int log_table_line(const struct log_table_style *style, const struct log_line *line, FILE *out)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *cells = open_memstream(&text, &size);
	int error = cells ? print_cells(style, line, cells) : -ENOMEM;

	if (cells && memory_stream_close(cells, &text))
		error = -ENOMEM;
	if (!error)
		print_line(style, text, out);
	return error;
}
