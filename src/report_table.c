// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define VALUES_MAX 12 /* of one fact in one row */
#define KEY_END    '\x1f'

struct report_value {
	char *text;
	uint64_t count;
};

/* What a row has seen of a fact: the first few, and how often it was another one. */
struct report_values {
	struct report_value *list;
	size_t count;
	uint64_t others;
};

struct report_row {
	char *key;
	size_t slot; /* in the index */
	uint64_t count;
	uint64_t ends[TALLY_ENDS + 1];
	char first[FACT_TIME_SIZE];
	char last[FACT_TIME_SIZE];
	char id[FACT_TIME_SIZE]; /* of the last one */
	struct report_values values[FACTS];
};

/* The index is open addressing over row numbers + 1, and twice as large as the rows may be many. */
struct report_table {
	const struct report_table_plan *plan;
	struct report_row **rows;
	size_t count;
	size_t *index;
	size_t slots;
	uint64_t rows_left_out;
	uint64_t count_left_out;
};

static void row_free(struct report_row *row)
{
	if (!row)
		return;
	for (enum report_fact fact = 0; fact < FACTS; fact++) {
		for (size_t i = 0; i < row->values[fact].count; i++)
			free(row->values[fact].list[i].text);
		free(row->values[fact].list);
	}
	free(row->key);
	free(row);
}

void report_table_free(struct report_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		row_free(table->rows[i]);
	free(table->rows);
	free(table->index);
	free(table);
}

static void cleanup_table(struct report_table **table)
{
	report_table_free(*table);
}

int report_table_new(struct report_table **ret, const struct report_table_plan *plan)
{
	cleanup(cleanup_table) struct report_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->plan = plan;
	table->slots = 2 * plan->rows_max;
	table->rows = calloc(plan->rows_max, sizeof(*table->rows));
	table->index = calloc(table->slots, sizeof(*table->index));
	if (!table->rows || !table->index)
		return -ENOMEM;
	*ret = take_pointer(table);
	return 0;
}

static void key_format(char key[FACTS * FACT_SIZE], uint32_t bits, const struct report_facts *facts)
{
	for (enum report_fact fact = 0; fact < FACTS; fact++) {
		size_t length = strlen(facts->text[fact]);

		if (!(bits & FACT_BIT(fact)))
			continue;
		memcpy(key, facts->text[fact], length);
		key += length;
		*key++ = KEY_END;
	}
	*key = '\0';
}

/* FNV-1a. Whoever chooses names that meet in it makes a report slow, by no more than its rows. */
static size_t hash_of(const char *key)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3;
	return hash;
}

/* Where the key stands in the index, or where it would. */
static size_t slot_of(const struct report_table *table, const char *key)
{
	size_t slot = hash_of(key) % table->slots;

	while (table->index[slot] && strcmp(table->rows[table->index[slot] - 1]->key, key))
		slot = (slot + 1) % table->slots;
	return slot;
}

static void index_rebuild(struct report_table *table)
{
	memset(table->index, 0, table->slots * sizeof(*table->index));
	for (size_t i = 0; i < table->count; i++)
		table->index[slot_of(table, table->rows[i]->key)] = i + 1;
}

/* Which of two gives way first. */
static int row_worth(const void *a, const void *b)
{
	const struct report_row *one = *(struct report_row *const *)a;
	const struct report_row *other = *(struct report_row *const *)b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return strcmp(other->last, one->last) ?: strcmp(one->key, other->key);
}

static int row_newest(const void *a, const void *b)
{
	const struct report_row *one = *(struct report_row *const *)a;
	const struct report_row *other = *(struct report_row *const *)b;

	return strcmp(other->last, one->last) ?: row_worth(a, b);
}

/* An eighth at a time, so that a flood of ever new names does not sort the rows for each. */
static void room_make(struct report_table *table)
{
	size_t kept = table->count - table->count / 8 - 1;

	qsort(table->rows, table->count, sizeof(*table->rows), row_worth);
	while (table->count > kept) {
		struct report_row *row = table->rows[--table->count];

		table->rows_left_out++;
		table->count_left_out += row->count;
		row_free(row);
	}
	index_rebuild(table);
}

static struct report_row *row_add(struct report_table *table, const char *key)
{
	struct report_row *row;

	if (table->count == table->plan->rows_max)
		room_make(table);
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->key = strdup(key);
	if (!row->key) {
		free(row);
		return NULL;
	}
	table->rows[table->count++] = row;
	table->index[slot_of(table, key)] = table->count;
	return row;
}

static struct report_row *row_of(struct report_table *table, const char *key)
{
	size_t row = table->index[slot_of(table, key)];

	return row ? table->rows[row - 1] : row_add(table, key);
}

static int value_add(struct report_values *values, const char *text, uint64_t count)
{
	if (!values->list)
		values->list = calloc(VALUES_MAX, sizeof(*values->list));
	if (!values->list)
		return -ENOMEM;
	values->list[values->count].text = strdup(text);
	if (!values->list[values->count].text)
		return -ENOMEM;
	values->list[values->count++].count = count;
	return 0;
}

static int value_count(struct report_values *values, const char *text, uint64_t count)
{
	if (!*text)
		return 0;
	for (size_t i = 0; i < values->count; i++) {
		if (!strcmp(values->list[i].text, text)) {
			values->list[i].count += count;
			return 0;
		}
	}
	if (values->count < VALUES_MAX)
		return value_add(values, text, count);
	values->others += count;
	return 0;
}

static void row_span(struct report_row *row, const struct report_facts *facts)
{
	if (!*facts->time)
		return;
	if (!*row->first || strcmp(facts->time, row->first) < 0)
		strcpy(row->first, facts->time);
	if (strcmp(facts->last, row->last) >= 0) {
		strcpy(row->last, facts->last);
		strcpy(row->id, facts->id);
	}
}

int report_table_add(struct report_table *table, const struct report_facts *facts)
{
	char key[FACTS * FACT_SIZE];
	struct report_row *row;
	int error = 0;

	key_format(key, table->plan->key, facts);
	row = row_of(table, key);
	if (!row)
		return -ENOMEM;
	row->count += facts->count;
	row->ends[facts->end] += facts->count;
	row_span(row, facts);
	for (enum report_fact fact = 0; fact < FACTS && !error; fact++)
		if (table->plan->shown & FACT_BIT(fact))
			error = value_count(&row->values[fact], facts->text[fact], facts->count);
	return error;
}

static json_t *value_json(const struct report_value *value)
{
	return json_pack("{s:s,s:I}", "value", value->text, "count", (json_int_t)value->count);
}

static int values_json(json_t *row, enum report_fact fact, const struct report_values *values)
{
	json_t *list = json_array();
	int error = list ? 0 : -1;

	for (size_t i = 0; i < values->count && !error; i++)
		error = json_array_append_new(list, value_json(&values->list[i]));
	if (values->others && !error)
		error = json_array_append_new(
			list, json_pack("{s:n,s:I}", "value", "count", (json_int_t)values->others));
	if (error) {
		json_decref(list);
		return error;
	}
	return json_object_set_new(row, report_fact_name(fact), list);
}

static json_t *row_json(const struct report_row *row, uint32_t shown)
{
	json_t *object = json_pack("{s:I,s:o,s:s,s:s,s:s}", "count", (json_int_t)row->count,
				   "outcomes", report_ends_json(row->ends), "first", row->first,
				   "last", row->last, "id", row->id);

	for (enum report_fact fact = 0; fact < FACTS && object; fact++) {
		if (!(shown & FACT_BIT(fact)) || !values_json(object, fact, &row->values[fact]))
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *report_table_json(struct report_table *table)
{
	json_t *rows = json_array();

	qsort(table->rows, table->count, sizeof(*table->rows),
	      table->plan->newest_first ? row_newest : row_worth);
	index_rebuild(table);
	for (size_t i = 0; i < table->count && rows; i++) {
		if (!json_array_append_new(rows, row_json(table->rows[i], table->plan->shown)))
			continue;
		json_decref(rows);
		return NULL;
	}
	return json_pack("{s:o,s:{s:I,s:I}}", "rows", rows, "left_out", "rows",
			 (json_int_t)table->rows_left_out, "count",
			 (json_int_t)table->count_left_out);
}
