// SPDX-License-Identifier: GPL-2.0-or-later
/* The summary of a log as people read it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cleanup.h"
#include "columns.h"
#include "escape.h"
#include "log_summary.h"
#include "memory_stream.h"

#define WIDE 100 /* columns from which on there is room for both times */

struct print {
	FILE *out;
	size_t width;
};

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* To the second: 2026-09-21 14:13:20Z */
static const char *time_of(const json_t *object, const char *key, char text[24])
{
	const char *time = json_string_value(json_object_get(object, key));

	if (!time || strlen(time) < 19)
		return "-";
	snprintf(text, 24, "%.10s %.8sZ", time, time + 11);
	return text;
}

/* A line, as far as it fits. 0 or -ENOMEM. */
__attribute__((format(printf, 2, 3))) static int line(const struct print *print, const char *format,
						      ...)
{
	auto_free char *text = NULL;
	va_list arguments;
	size_t taken;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		return -ENOMEM;
	}
	fprintf(print->out, "%.*s\n", (int)columns_prefix(text, print->width ?: SIZE_MAX, &taken),
		text);
	return 0;
}

/* "allow 98000, blocked 2000" */
static char *list_of(const json_t *counts)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *word, *before = "";
	json_t *count;

	if (!out)
		return NULL;
	json_object_foreach ((json_t *)counts, word, count) {
		fprintf(out, "%s%s %" JSON_INTEGER_FORMAT, before, word, json_integer_value(count));
		before = ", ";
	}
	return memory_stream_close(out, &text) ? NULL : take_pointer(text);
}

static int print_count(const struct print *print, const json_t *summary, const char *key,
		       const char *of)
{
	json_int_t count = number_of(summary, key);

	return line(print, "%" JSON_INTEGER_FORMAT " %.*s: %s", count,
		    (int)strlen(key) - (count == 1), key, of);
}

static int print_tampering(const struct print *print, const json_t *summary)
{
	json_int_t count = number_of(json_object_get(summary, "findings"), "tamper");

	if (!count)
		return 0;
	return line(print, "%" JSON_INTEGER_FORMAT " record%s of tampering", count,
		    count == 1 ? " tells" : "s tell");
}

static int print_head(const struct print *print, const json_t *summary)
{
	auto_free char *types = list_of(json_object_get(summary, "types"));
	auto_free char *verdicts = list_of(json_object_get(summary, "verdicts"));
	char first[24], last[24];

	if (!types || !verdicts)
		return -ENOMEM;
	if (print_count(print, summary, "records", types) || print_tampering(print, summary))
		return -ENOMEM;
	if (!number_of(summary, "attempts"))
		return 0;
	return print_count(print, summary, "attempts", verdicts)
		       ?: line(print, "from %s to %s", time_of(summary, "first", first),
			       time_of(summary, "last", last));
}

static int print_row(const struct print *print, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	auto_free char *safe = text_sanitize(name ?: "");
	json_int_t attempts = number_of(row, "attempts"), denied = number_of(row, "denied");
	char first[24], last[24];

	if (!safe)
		return -ENOMEM;
	time_of(row, "last", last);
	if (print->width && print->width < WIDE)
		return line(print, "%8" JSON_INTEGER_FORMAT " %8" JSON_INTEGER_FORMAT "  %s  %s",
			    attempts, denied, last, safe);
	return line(print, "%8" JSON_INTEGER_FORMAT " %8" JSON_INTEGER_FORMAT "  %s  %s  %s",
		    attempts, denied, time_of(row, "first", first), last, safe);
}

static int print_table(const struct print *print, const json_t *summary, const char *kind,
		       const char *heading)
{
	const json_t *rows = json_object_get(summary, kind), *row;
	json_int_t names = number_of(json_object_get(summary, "left_out"), kind);
	json_int_t others = number_of(json_object_get(summary, "others"), kind);
	bool is_narrow = print->width && print->width < WIDE;
	size_t i;
	int error;

	if (!json_array_size(rows))
		return 0;
	fputc('\n', print->out);
	error = line(print, "ATTEMPTS   DENIED  %s%-20s  %s",
		     is_narrow ? "" : "FIRST                 ", "LAST", heading);
	json_array_foreach (rows, i, row)
		error = error ?: print_row(print, row);
	if (!error && names)
		error = line(print,
			     "%8s %8s  %" JSON_INTEGER_FORMAT " more (-n tells how many to show)",
			     "", "", names);
	if (!error && others)
		error = line(print,
			     "%8" JSON_INTEGER_FORMAT " %8s  of names that were not told apart",
			     others, "");
	return error;
}

int log_summary_print(const json_t *summary, size_t width, FILE *out)
{
	const struct print print = { out, width };

	return print_head(&print, summary) ?: print_table(&print, summary, "modules", "MODULE") ?:
	       print_table(&print, summary, "callers", "CALLER") ?:
	       print_table(&print, summary, "rules", "RULE") ?:
	       print_table(&print, summary, "nodes", "NODE");
}
