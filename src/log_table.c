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

#define TIME_WIDTH 20 /* 2026-09-21 10:00:00Z */
#define YEAR_WIDTH 5  /* of it, which a narrow terminal has no room for */

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

static const struct column {
	const char *name;
	cell_fn *fill;
	size_t width, least; /* as it should be, and where there is no room for that */
	unsigned int rank;   /* of those that find no room, the last ones are left out */
	bool only_wide;
} columns[LOG_TABLE_COLUMNS] = {
	{ "TIME", cell_time, TIME_WIDTH, TIME_WIDTH - YEAR_WIDTH, 0 },
	{ "VERDICT", cell_verdict, 11, 11, 1 },
	{ "OP", cell_op, 8, 8, 5 },
	{ "MODULE", cell_module, 20, 14, 2 },
	{ "RULE", cell_rule, 14, 12, 4 },
	{ "CALLER", cell_caller, 15, 12, 3 },
	{ "UID", cell_uid, 5, 5, 6 },
	{ "TIMES", cell_times, 5, 5, 7 },
	{ "NODE", cell_node, 15, 12, 8 },
	{ "ID", cell_id, 20, 20, 9, true },
	{ "PATH", cell_path, 40, 40, 10, true },
};

static size_t column_of_rank(unsigned int rank)
{
	size_t i = 0;

	while (columns[i].rank != rank)
		i++;
	return i;
}

/* As many as find room, each as narrow as it may be. Returns the room that is left. */
static size_t take_columns(struct log_table *table, size_t room)
{
	for (unsigned int rank = 0; rank < LOG_TABLE_COLUMNS; rank++) {
		size_t column = column_of_rank(rank), least = columns[column].least;
		size_t taken = least + 1;

		if (columns[column].only_wide || (rank && taken > room))
			break;
		table->widths[column] = least;
		room -= taken < room ? taken : room;
	}
	return room;
}

/* The time has its year or not; the others get wider by what there is. */
static void widen(struct log_table *table, size_t room)
{
	for (size_t i = 1; i < LOG_TABLE_COLUMNS; i++) {
		size_t missing = columns[i].width - columns[i].least;
		size_t more = missing < room ? missing : room;

		if (!table->widths[i])
			continue;
		table->widths[i] += more;
		room -= more;
	}
	if (room >= YEAR_WIDTH)
		table->widths[0] = TIME_WIDTH;
}

void log_table_fit(struct log_table *table, size_t width, bool is_wide)
{
	*table = (struct log_table){ .width = width, .is_wide = is_wide };
	if (width && !is_wide) {
		widen(table,
		      take_columns(table, width + 1)); /* there is no blank behind the last */
		return;
	}
	for (size_t i = 0; i < LOG_TABLE_COLUMNS; i++)
		if (is_wide || !columns[i].only_wide)
			table->widths[i] = columns[i].width;
}

/* As far as it fits. */
static void print_line(const struct log_table *table, const char *text, FILE *out)
{
	bool is_cut = table->width && !table->is_wide;
	size_t taken, size = columns_prefix(text, is_cut ? table->width : SIZE_MAX, &taken);

	while (size && text[size - 1] == ' ')
		size--;
	fprintf(out, "%.*s\n", (int)size, text);
}

void log_table_head(const struct log_table *table, FILE *out)
{
	char text[512] = "";
	size_t size = 0;

	for (size_t i = 0; i < LOG_TABLE_COLUMNS; i++)
		if (table->widths[i])
			size += (size_t)snprintf(text + size, sizeof(text) - size, "%-*s ",
						 (int)table->widths[i], columns[i].name);
	print_line(table, text, out);
}

static const char *shown(const struct log_table *table, size_t column, const char *text)
{
	bool has_no_year = columns[column].fill == cell_time && table->widths[column] < TIME_WIDTH;

	return has_no_year && strlen(text) == TIME_WIDTH ? text + YEAR_WIDTH : text;
}

static int print_cells(const struct log_table *table, const struct log_line *line, FILE *out)
{
	for (size_t i = 0; i < LOG_TABLE_COLUMNS; i++) {
		char text[CELL_SIZE];
		auto_free char *safe = NULL;

		if (!table->widths[i])
			continue;
		text[0] = '\0';
		columns[i].fill(line, text);
		safe = text_sanitize(*text ? shown(table, i, text) : "-");
		if (!safe)
			return -ENOMEM;
		columns_put(out, safe, table->widths[i], !table->is_wide);
		fputc(' ', out);
	}
	return 0;
}

int log_table_line(const struct log_table *table, const struct log_line *line, FILE *out)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *cells = open_memstream(&text, &size);
	int error = cells ? print_cells(table, line, cells) : -ENOMEM;

	if (cells && memory_stream_close(cells, &text))
		error = -ENOMEM;
	if (!error)
		print_line(table, text, out);
	return error;
}
