// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "json_memory.h"
#include "words.h"

#define RECORD_SIZE_MAX 16384 /* modwarden writes none that is nearly as long */

/* Behind those of the same time. */
static size_t place_of(const struct report_records *records, const char *time)
{
	size_t at = records->count;

	while (at && strcmp(records->list[at - 1].time, time) > 0)
		at--;
	return at;
}

static void first_drop(struct report_records *records)
{
	free(records->list[0].json);
	records->count--;
	memmove(records->list, &records->list[1], records->count * sizeof(*records->list));
}

int report_records_add(struct report_records *records, const struct report_facts *facts,
		       const json_t *record)
{
	size_t at = place_of(records, facts->time);
	auto_free char *json = NULL;

	if (!at && records->count == REPORT_RECORDS_MAX) {
		records->left_out++;
		return 0;
	}
	json = json_text(record, JSON_COMPACT);
	if (!json)
		return -ENOMEM;
	if (strlen(json) > RECORD_SIZE_MAX) {
		records->left_out++;
		return 0;
	}
	if (records->count == REPORT_RECORDS_MAX) {
		records->left_out++;
		first_drop(records);
		at--;
	}
	memmove(&records->list[at + 1], &records->list[at],
		(records->count - at) * sizeof(*records->list));
	memcpy(records->list[at].time, facts->time, sizeof(facts->time));
	records->list[at].json = take_pointer(json);
	records->count++;
	return 0;
}

/* What a row of it shows, and the record itself. */
static json_t *kept_json(const char *json)
{
	static const enum report_fact shown[] = {
		FACT_TYPE,   FACT_OP,   FACT_MODULE,    FACT_RULE,   FACT_REASON,
		FACT_CALLER, FACT_USER, FACT_CONTAINER, FACT_DETAIL, FACT_NODE,
	};
	json_t *record = json_read(json, strlen(json), 0, NULL);
	struct report_facts facts;
	json_t *row;
	int error = 0;

	if (!record)
		return NULL;
	report_facts_read(&facts, record);
	row = json_pack("{s:s,s:s,s:s,s:s?,s:I,s:o}", "first", facts.time, "last", facts.last, "id",
			facts.id, "outcome", word_of(&tally_words, facts.end), "count",
			(json_int_t)facts.count, "record", record);
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown) && row && !error; i++)
		if (*facts.text[shown[i]])
			error = json_object_set_new(row, report_fact_name(shown[i]),
						    json_string(facts.text[shown[i]]));
	if (!error)
		return row;
	json_decref(row);
	return NULL;
}

json_t *report_records_json(const struct report_records *records)
{
	json_t *rows = json_array();

	for (size_t i = records->count; i > 0 && rows; i--) {
		if (!json_array_append_new(rows, kept_json(records->list[i - 1].json)))
			continue;
		json_decref(rows);
		return NULL;
	}
	return json_pack("{s:o,s:{s:I}}", "rows", rows, "left_out", "rows",
			 (json_int_t)records->left_out);
}

void report_records_clear(struct report_records *records)
{
	for (size_t i = 0; i < records->count; i++)
		free(records->list[i].json);
	records->count = 0;
}
