// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "report_records.h"
#include "report_table.h"
#include "report_timeline.h"
#include "tampering.h"
#include "version.h"

enum report_part {
	PART_BLOCKED,
	PART_CALLERS,
	PART_TAMPER,
	PART_AUDIT,
	PART_LOSSES,
	PART_ALLOWED,
	PART_BASELINE,
	PART_RULES,
	PART_NODES,
	PART_STATES,
	PARTS,
};

#define B(fact) FACT_BIT(FACT_##fact)
#define MODULE_FACTS                                                                               \
	(B(OP) | B(MODULE) | B(SHA256) | B(SHA256_ELF) | B(PATH) | B(SIGNATURE) | B(SIGNER))
#define CALLER_FACTS  (B(CALLER) | B(USER) | B(CONTAINER) | B(REQUESTER))
#define VERDICT_FACTS (B(RULE) | B(REASON))

static const struct report_table_plan plans[PARTS] = {
	[PART_BLOCKED] = { "blocked", B(OP) | B(MODULE),
			   MODULE_FACTS | VERDICT_FACTS | B(ERRNO) | CALLER_FACTS | B(NODE), 400 },
	[PART_CALLERS] = { "callers", CALLER_FACTS,
			   CALLER_FACTS | B(OP) | B(MODULE) | B(RULE) | B(NODE), 400 },
	[PART_TAMPER] = { "tamper",
			  B(TYPE) | B(REASON) | B(ATTEMPT) | B(MODULE) | B(CALLER) | B(USER),
			  B(TYPE) | B(REASON) | B(ATTEMPT) | B(MODULE) | B(CALLER) | B(USER) |
				  B(DETAIL) | B(NODE),
			  200 },
	[PART_AUDIT] = { "audit", B(AUDIT) | B(OP) | B(MODULE) | B(CALLER),
			 B(AUDIT) | B(OP) | B(MODULE) | CALLER_FACTS | B(DETAIL) | B(NODE), 200 },
	[PART_LOSSES] = { "losses", B(LOST) | B(NODE), B(LOST) | B(NODE), 200 },
	[PART_ALLOWED] = { "allowed", B(OP) | B(MODULE),
			   MODULE_FACTS | VERDICT_FACTS | CALLER_FACTS | B(NODE), 400 },
	[PART_BASELINE] = { "baseline", B(MODULE) | B(VERDICT),
			    B(MODULE) | B(VERDICT) | B(SHA256) | B(PATH) | B(SIGNER) | B(RULE) |
				    B(DETAIL) | B(NODE),
			    400 },
	[PART_RULES] = { "rules", VERDICT_FACTS, VERDICT_FACTS | B(OP) | B(MODULE) | B(NODE), 300 },
	[PART_NODES] = { "nodes", B(NODE), B(NODE) | B(FINDING) | B(MODE) | B(VERSION), 400 },
	[PART_STATES] = { "states", B(TYPE) | B(REASON) | B(MODE) | B(NODE),
			  B(TYPE) | B(REASON) | B(MODE) | B(VERSION) | B(DETAIL) | B(NODE), 200,
			  .newest_first = true },
};

struct report {
	struct report_table *tables[PARTS];
	struct report_records records; /* of what was not let in, and of findings */
	struct timeline timeline;
	uint64_t ends[TALLY_ENDS];
	uint64_t read; /* records */
	uint64_t tamper;
	uint64_t audit_operations; /* that audit has no record of, by the operations' own records */
	uint64_t audit_told;       /* the same, by records of type audit */
	uint64_t lost;
	char first[FACT_TIME_SIZE];
	char last[FACT_TIME_SIZE];
};

void report_free(struct report *report)
{
	if (!report)
		return;
	for (enum report_part part = 0; part < PARTS; part++)
		report_table_free(report->tables[part]);
	report_records_clear(&report->records);
	free(report);
}

static void cleanup_report(struct report **report)
{
	report_free(*report);
}

int report_new(struct report **ret)
{
	cleanup(cleanup_report) struct report *report = calloc(1, sizeof(*report));

	for (enum report_part part = 0; part < PARTS && report; part++)
		if (report_table_new(&report->tables[part], &plans[part]))
			return -ENOMEM;
	if (!report)
		return -ENOMEM;
	*ret = take_pointer(report);
	return 0;
}

static bool type_is(const struct report_facts *facts, const char *type)
{
	return !strcmp(facts->text[FACT_TYPE], type);
}

static bool reason_is(const struct report_facts *facts, const char *reason)
{
	return !strcmp(facts->text[FACT_REASON], reason);
}

static bool part_has(enum report_part part, const struct report_facts *facts)
{
	switch (part) {
	case PART_BLOCKED:
	case PART_CALLERS:
		return facts->is_operation && facts->end != TALLY_ALLOWED;
	case PART_ALLOWED:
		return facts->end == TALLY_ALLOWED;
	case PART_RULES:
		return facts->is_operation;
	case PART_TAMPER:
		return tells_of_tampering(facts->text[FACT_TYPE], facts->text[FACT_REASON]);
	case PART_AUDIT:
		return *facts->text[FACT_AUDIT];
	case PART_BASELINE:
		return type_is(facts, "module") && reason_is(facts, "baseline") &&
		       strcmp(facts->text[FACT_VERDICT], "allow");
	case PART_STATES:
		return type_is(facts, "daemon") || type_is(facts, "policy");
	case PART_NODES:
		return true;
	default:
		return false; /* losses: see losses_add() */
	}
}

/* A record tells of the losses since the one before it, by kind. */
static int losses_add(struct report *report, const struct report_facts *facts, const json_t *record)
{
	struct report_facts loss = *facts;
	json_t *lost = json_object_get(record, "lost");
	const char *kind;
	json_t *count;
	int error = 0;

	loss.end = TALLY_ENDS;
	json_object_foreach (lost, kind, count) {
		json_int_t number = json_integer_value(count);

		if (number <= 0 || error)
			continue;
		report_fact_take(&loss, FACT_LOST, kind);
		loss.count = number;
		report->lost += number;
		error = report_table_add(report->tables[PART_LOSSES], &loss);
	}
	return error;
}

static void totals_add(struct report *report, const struct report_facts *facts)
{
	report->read++;
	if (facts->end < TALLY_ENDS)
		report->ends[facts->end] += facts->count;
	if (part_has(PART_TAMPER, facts))
		report->tamper++;
	if (*facts->text[FACT_AUDIT])
		*(facts->is_operation ? &report->audit_operations : &report->audit_told) +=
			facts->count;
	if (!*facts->time)
		return;
	if (!*report->first || strcmp(facts->time, report->first) < 0)
		strcpy(report->first, facts->time);
	if (strcmp(facts->last, report->last) > 0)
		strcpy(report->last, facts->last);
}

int report_add(struct report *report, const json_t *record)
{
	struct report_facts facts;
	bool is_finding;
	int error = 0;

	report_facts_read(&facts, record);
	is_finding = *facts.text[FACT_FINDING];
	totals_add(report, &facts);
	timeline_add(&report->timeline, &facts, is_finding);
	for (enum report_part part = 0; part < PARTS && !error; part++)
		if (part_has(part, &facts))
			error = report_table_add(report->tables[part], &facts);
	if (!error && json_object_size(json_object_get(record, "lost")))
		error = losses_add(report, &facts, record);
	if (!error && (is_finding || part_has(PART_BLOCKED, &facts)))
		error = report_records_add(&report->records, &facts, record);
	return error;
}

static json_t *logs_json(const struct report_about *about)
{
	json_t *logs = json_array();

	for (int i = 0; i < about->log_count && logs; i++) {
		auto_free char *shown = text_sanitize(about->logs[i]);

		if (shown && !json_array_append_new(logs, json_string(shown)))
			continue;
		json_decref(logs);
		return NULL;
	}
	return logs;
}

static json_t *head_json(const struct report *report, const struct report_about *about)
{
	uint64_t audit = report->audit_operations > report->audit_told ? report->audit_operations
								       : report->audit_told;

	return json_pack("{s:s,s:s,s:s,s:s?,s:o,s:s,s:s,s:I,s:I,s:b,s:o,s:{s:I,s:I,s:I}}", "schema",
			 REPORT_SCHEMA, "version", MODWARDEN_VERSION, "title", about->title,
			 "scope", about->scope, "logs", logs_json(about), "first", report->first,
			 "last", report->last, "records_read", (json_int_t)report->read,
			 "damaged_lines", (json_int_t)about->damaged, "incomplete",
			 about->is_incomplete, "outcomes", report_ends_json(report->ends),
			 "findings", "tamper", (json_int_t)report->tamper, "audit",
			 (json_int_t)audit, "lost", (json_int_t)report->lost);
}

json_t *report_json(struct report *report, const struct report_about *about)
{
	json_t *all = head_json(report, about);
	int error =
		all ? json_object_set_new(all, "timeline", timeline_json(&report->timeline)) : -1;

	for (enum report_part part = 0; part < PARTS && !error; part++)
		error = json_object_set_new(all, plans[part].name,
					    report_table_json(report->tables[part]));
	if (!error)
		error = json_object_set_new(all, "records", report_records_json(&report->records));
	if (!error)
		return all;
	json_decref(all);
	return NULL;
}
