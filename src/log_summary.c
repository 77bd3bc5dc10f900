// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log_filter.h"
#include "moment.h"
#include "record_page.h"
#include "tampering.h"
#include "utf8.h"

#define NAME_MAX_SIZE 512 /* of what is told apart; a longer name is cut */

struct row {
	const char *name; /* the index has it */
	uint64_t attempts;
	uint64_t denied;
	int64_t first, last;
};

enum kind {
	KIND_MODULE,
	KIND_CALLER,
	KIND_RULE,
	KIND_NODE,
	KINDS,
};

struct table {
	json_t *index; /* name: number of the row */
	struct row *rows;
	size_t count, room;
	uint64_t others; /* attempts of names for which there was no row */
};

struct log_summary {
	struct table tables[KINDS];
	struct row total; /* of operations */
	uint64_t records;
	uint64_t types[LOG_TYPES];
	uint64_t tampering; /* records */
	uint64_t ends[TALLY_ENDS];
};

int log_summary_new(struct log_summary **ret)
{
	struct log_summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return -ENOMEM;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		summary->tables[kind].index = json_object();
		if (!summary->tables[kind].index) {
			log_summary_free(summary);
			return -ENOMEM;
		}
	}
	*ret = summary;
	return 0;
}

void log_summary_free(struct log_summary *summary)
{
	if (!summary)
		return;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		json_decref(summary->tables[kind].index);
		free(summary->tables[kind].rows);
	}
	free(summary);
}

/* The row of a name; it gets one if there is room. 0 or -ENOMEM; *row is NULL where there is none.
 */
static int find_row(struct table *table, const char *name, size_t size, struct row **row)
{
	json_t *number = json_object_getn(table->index, name, size);
	struct row *rows = table->rows;

	*row = NULL;
	if (number) {
		*row = &rows[json_integer_value(number)];
		return 0;
	}
	if (table->count == LOG_SUMMARY_NAMES)
		return 0;
	if (table->count == table->room) {
		rows = reallocarray(rows, table->room * 2 + 16, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		table->rows = rows;
		table->room = table->room * 2 + 16;
	}
	if (json_object_setn_new_nocheck(table->index, name, size,
					 json_integer((json_int_t)table->count)))
		return -ENOMEM;
	*row = &rows[table->count++];
	**row = (struct row){};
	return 0;
}

/* What one record adds. */
struct part {
	uint64_t attempts, denied;
	int64_t first, last;
};

static void row_add(struct row *row, const struct part *part)
{
	if (!row->attempts || part->first < row->first)
		row->first = part->first;
	if (!row->attempts || part->last > row->last)
		row->last = part->last;
	row->attempts += part->attempts;
	row->denied += part->denied;
}

static int table_add(struct table *table, const char *name, size_t size, const struct part *part)
{
	struct row *row;
	int error;

	error = find_row(table, name, utf8_cut(name, size, NAME_MAX_SIZE), &row);
	if (row)
		row_add(row, part);
	else if (!error)
		table->others += part->attempts;
	return error;
}

static int add_value(struct table *table, const struct log_value *value, const struct part *part)
{
	if (value->kind != LOG_VALUE_STRING)
		return 0;
	return table_add(table, value->text, value->size, part);
}

/* Its name, or what is known instead: its file's, or what the kernel was asked for. */
static int add_module(struct table *table, const struct log_fields *fields, const struct part *part)
{
	const struct log_value *name = &fields->values[LOG_MODULE_NAME];
	size_t size;
	const char *file = log_module_file(fields, &size);

	if (name->kind == LOG_VALUE_STRING)
		return add_value(table, name, part);
	if (size)
		return table_add(table, file, size, part);
	return add_value(table, &fields->values[LOG_ALIAS], part);
}

/* /usr/bin/kmod, uid 0, in 4f3c2b1a0d9e */
static int add_caller(struct table *table, const struct log_fields *fields, const struct part *part)
{
	const struct log_value *exe = &fields->values[LOG_EXE];
	const struct log_value *uid = &fields->values[LOG_UID];
	const struct log_value *container = &fields->values[LOG_CONTAINER];
	const struct log_value *pod = &fields->values[LOG_CONTAINER_POD];
	char name[NAME_MAX_SIZE];
	size_t size;

	if (exe->kind != LOG_VALUE_STRING)
		exe = &fields->values[LOG_COMM];
	if (exe->kind != LOG_VALUE_STRING)
		return 0;
	size = (size_t)snprintf(name, sizeof(name), "%.*s",
				(int)utf8_cut(exe->text, exe->size, 400), exe->text);
	if (uid->kind == LOG_VALUE_NUMBER)
		size += (size_t)snprintf(name + size, sizeof(name) - size, ", uid %" PRId64,
					 uid->number);
	if (container->kind == LOG_VALUE_STRING && pod->kind == LOG_VALUE_STRING)
		size += (size_t)snprintf(name + size, sizeof(name) - size, ", in %.*s",
					 (int)utf8_cut(pod->text, pod->size, 100), pod->text);
	else if (container->kind == LOG_VALUE_STRING)
		size += (size_t)snprintf(
			name + size, sizeof(name) - size, ", in %.*s",
			(int)utf8_cut(container->text, container->size, RECORD_SHORT_DIGEST),
			container->text);
	return table_add(table, name, size, part);
}

/* Its name, or why none decided, in parentheses: no rule is called so. */
static int add_rule(struct table *table, const struct log_fields *fields, const struct part *part)
{
	const struct log_value *rule = &fields->values[LOG_RULE];
	const struct log_value *reason = &fields->values[LOG_REASON];
	char name[64];
	int size;

	if (rule->kind == LOG_VALUE_STRING)
		return add_value(table, rule, part);
	if (reason->kind != LOG_VALUE_STRING)
		return 0;
	size = snprintf(name, sizeof(name), "(%.*s)", (int)utf8_cut(reason->text, reason->size, 32),
			reason->text);
	return table_add(table, name, (size_t)size, part);
}

static int add_operation(struct log_summary *summary, const struct log_line *line)
{
	const struct log_fields *fields = &line->fields;
	struct part part = { .attempts = log_fields_count(fields),
			     .first = line->time,
			     .last = line->time };
	enum tally_end end = log_outcome(fields);

	if (end == TALLY_DENIED || end == TALLY_WOULD_DENY || end == TALLY_NOT_STOPPED)
		part.denied = part.attempts;
	log_fields_time(fields, LOG_FIRST, &part.first);
	log_fields_time(fields, LOG_LAST, &part.last);
	summary->ends[end] += part.attempts;
	row_add(&summary->total, &part);
	return add_module(&summary->tables[KIND_MODULE], fields, &part) ?:
	       add_caller(&summary->tables[KIND_CALLER], fields, &part) ?:
	       add_rule(&summary->tables[KIND_RULE], fields, &part) ?:
	       add_value(&summary->tables[KIND_NODE], &fields->values[LOG_NODE], &part);
}

#define WORD_SIZE 32 /* of a type or reason that there is */

/* A longer one is none of those. */
static void word_copy(char word[WORD_SIZE], const struct log_value *value)
{
	bool fits = value->kind == LOG_VALUE_STRING && value->size < WORD_SIZE;

	snprintf(word, WORD_SIZE, "%.*s", fits ? (int)value->size : 0, fits ? value->text : "");
}

static bool is_tampering(const struct log_fields *fields)
{
	char type[WORD_SIZE], reason[WORD_SIZE];

	word_copy(type, &fields->values[LOG_TYPE]);
	word_copy(reason, &fields->values[LOG_REASON]);
	return tells_of_tampering(type, reason);
}

int log_summary_add(struct log_summary *summary, const struct log_line *line)
{
	summary->records++;
	summary->tampering += is_tampering(&line->fields);
	for (enum log_type type = 0; type < LOG_TYPES; type++)
		if (log_field_is(&line->fields, LOG_TYPE, word_of(&log_type_words, type)))
			summary->types[type]++;
	if (log_field_is(&line->fields, LOG_TYPE, "operation"))
		return add_operation(summary, line);
	return 0;
}

/* The most frequent first; of equals, by name. */
static int compare(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->attempts != right->attempts)
		return left->attempts > right->attempts ? -1 : 1;
	return strcmp(left->name, right->name);
}

static json_t *moment_value(int64_t moment)
{
	char text[MOMENT_SIZE];

	moment_format(moment, text);
	return json_string(text);
}

static json_t *row_value(const struct row *row)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o}", "name", row->name, "attempts",
			 (json_int_t)row->attempts, "denied", (json_int_t)row->denied, "first",
			 moment_value(row->first), "last", moment_value(row->last));
}

/* The index goes on owning the names; the numbers in it do not hold any more. */
static json_t *table_value(struct table *table, size_t rows)
{
	json_t *list = json_array(), *number;
	const char *name;

	json_object_foreach (table->index, name, number)
		table->rows[json_integer_value(number)].name = name;
	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows), compare);
	for (size_t i = 0; list && i < table->count && i < rows; i++) {
		if (json_array_append_new(list, row_value(&table->rows[i]))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *counts_value(const struct words *words, const uint64_t *counts)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < words->count; i++) {
		if (!counts[i])
			continue;
		if (json_object_set_new(object, words->names[i],
					json_integer((json_int_t)counts[i]))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static uint64_t left_out(const struct table *table, size_t rows)
{
	return table->count > rows ? table->count - rows : 0;
}

static const char *const kind_names[KINDS] = {
	[KIND_MODULE] = "modules",
	[KIND_CALLER] = "callers",
	[KIND_RULE] = "rules",
	[KIND_NODE] = "nodes",
};

static int add_table(json_t *value, struct table *table, const char *name, size_t rows)
{
	json_t *left = json_object_get(value, "left_out"),
	       *others = json_object_get(value, "others");

	if (json_object_set_new(left, name, json_integer((json_int_t)left_out(table, rows))) ||
	    json_object_set_new(others, name, json_integer((json_int_t)table->others)) ||
	    json_object_set_new(value, name, table_value(table, rows)))
		return -ENOMEM;
	return 0;
}

json_t *log_summary_json(struct log_summary *summary, size_t rows)
{
	bool has_operations = summary->total.attempts;
	json_t *value = json_pack(
		"{s:I, s:I, s:o, s:o, s:o, s:{s:I}, s:o, s:{}, s:{}}", "records",
		(json_int_t)summary->records, "attempts", (json_int_t)summary->total.attempts,
		"first", has_operations ? moment_value(summary->total.first) : json_null(), "last",
		has_operations ? moment_value(summary->total.last) : json_null(), "types",
		counts_value(&log_type_words, summary->types), "findings", "tamper",
		(json_int_t)summary->tampering, "verdicts",
		counts_value(&log_outcome_words, summary->ends), "left_out", "others");

	for (enum kind kind = 0; value && kind < KINDS; kind++) {
		if (!add_table(value, &summary->tables[kind], kind_names[kind], rows))
			continue;
		json_decref(value);
		return NULL;
	}
	return value;
}
