// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_section.h"

#include <stdbool.h>

#include <string.h>

#include "report_html.h"

#define COLUMNS_MAX 18

enum column_kind {
	COLUMN_VALUES, /* what a row has seen of a fact, or a record's only one */
	COLUMN_CODE,   /* the same, for what is copied */
	COLUMN_COUNT,
	COLUMN_OUTCOMES,
	COLUMN_SPAN, /* first and last time */
};

struct column {
	const char *field;
	const char *heading;
	enum column_kind kind;
};

struct section {
	const char *name;
	const char *title;
	const char *about;
	struct column columns[COLUMNS_MAX]; /* the first is the row's heading */
};

#define MODULE                                                                                     \
	{                                                                                          \
		"module", "Module", COLUMN_VALUES                                                  \
	}
#define OP                                                                                         \
	{                                                                                          \
		"op", "Operation", COLUMN_VALUES                                                   \
	}
#define OUTCOMES                                                                                   \
	{                                                                                          \
		"outcomes", "Outcomes", COLUMN_OUTCOMES                                            \
	}
#define COUNT                                                                                      \
	{                                                                                          \
		"count", "Times", COLUMN_COUNT                                                     \
	}
#define SPAN                                                                                       \
	{                                                                                          \
		"first", "When", COLUMN_SPAN                                                       \
	}
#define RULE                                                                                       \
	{                                                                                          \
		"rule", "Rule", COLUMN_VALUES                                                      \
	}
#define REASON                                                                                     \
	{                                                                                          \
		"reason", "Reason", COLUMN_VALUES                                                  \
	}
#define CALLER                                                                                     \
	{                                                                                          \
		"caller", "Caller", COLUMN_CODE                                                    \
	}
#define USER                                                                                       \
	{                                                                                          \
		"user", "User", COLUMN_VALUES                                                      \
	}
#define CONTAINER                                                                                  \
	{                                                                                          \
		"container", "Container", COLUMN_CODE                                              \
	}
#define REQUESTER                                                                                  \
	{                                                                                          \
		"requester", "Asked for by", COLUMN_VALUES                                         \
	}
#define NODE                                                                                       \
	{                                                                                          \
		"node", "Node", COLUMN_VALUES                                                      \
	}
#define SHA256                                                                                     \
	{                                                                                          \
		"sha256", "SHA-256", COLUMN_CODE                                                   \
	}
#define ELF                                                                                        \
	{                                                                                          \
		"sha256_elf", "SHA-256 unpacked", COLUMN_CODE                                      \
	}
#define PATH                                                                                       \
	{                                                                                          \
		"path", "Path", COLUMN_CODE                                                        \
	}
#define SIGNATURE                                                                                  \
	{                                                                                          \
		"signature", "Signature", COLUMN_VALUES                                            \
	}
#define SIGNER                                                                                     \
	{                                                                                          \
		"signer", "Signer", COLUMN_VALUES                                                  \
	}
#define TYPE                                                                                       \
	{                                                                                          \
		"type", "Type", COLUMN_VALUES                                                      \
	}
#define DETAIL                                                                                     \
	{                                                                                          \
		"detail", "Detail", COLUMN_VALUES                                                  \
	}
#define MODE                                                                                       \
	{                                                                                          \
		"mode", "Mode", COLUMN_VALUES                                                      \
	}
#define VERSION                                                                                    \
	{                                                                                          \
		"version", "Version", COLUMN_VALUES                                                \
	}
#define ID                                                                                         \
	{                                                                                          \
		"id", "Last record", COLUMN_CODE                                                   \
	}

static const struct section sections[] = {
	{ "blocked",
	  "Blocked modules",
	  "What was denied, would have been, could not be stopped any more, or failed in the "
	  "kernel. <code>modwarden allow</code> with the id of a record lets its module in.",
	  { MODULE,
	    OP,
	    OUTCOMES,
	    SPAN,
	    SHA256,
	    ELF,
	    PATH,
	    SIGNATURE,
	    SIGNER,
	    RULE,
	    REASON,
	    { "errno", "Error", COLUMN_VALUES },
	    CALLER,
	    USER,
	    CONTAINER,
	    REQUESTER,
	    NODE,
	    ID } },
	{ "callers",
	  "Who tried",
	  "Who asked for what is in the table above.",
	  { CALLER, USER, CONTAINER, REQUESTER, OUTCOMES, SPAN, OP, MODULE, RULE, NODE, ID } },
	{ "tamper",
	  "Tampering",
	  "Attempts on the gates, modules that the gates did not let in, and modules that hid.",
	  { REASON,
	    TYPE,
	    { "attempt", "On", COLUMN_VALUES },
	    MODULE,
	    COUNT,
	    SPAN,
	    CALLER,
	    USER,
	    DETAIL,
	    NODE,
	    ID } },
	{ "audit",
	  "Audit gaps",
	  "Operations of which the audit log has no record: no rule matched (gap), or it got lost.",
	  { { "audit", "Finding", COLUMN_VALUES },
	    OP,
	    MODULE,
	    COUNT,
	    OUTCOMES,
	    SPAN,
	    CALLER,
	    USER,
	    CONTAINER,
	    REQUESTER,
	    DETAIL,
	    NODE,
	    ID } },
	{ "losses",
	  "Losses",
	  "Records that modwarden could not write. A verdict never depends on its record.",
	  { { "lost", "Lost", COLUMN_VALUES }, COUNT, SPAN, NODE, ID } },
	{ "allowed",
	  "Let in",
	  "What the policy allowed.",
	  { MODULE, OP, OUTCOMES, SPAN, SHA256, ELF, PATH, SIGNATURE, SIGNER, RULE, REASON, CALLER,
	    USER, CONTAINER, REQUESTER, NODE, ID } },
	{ "baseline",
	  "Loaded before modwarden",
	  "Modules that were there before, and that the policy would refuse, or perhaps would. "
	  "This alone is no sign of tampering.",
	  { MODULE,
	    { "verdict", "Verdict", COLUMN_VALUES },
	    COUNT,
	    SPAN,
	    SHA256,
	    PATH,
	    SIGNER,
	    RULE,
	    DETAIL,
	    NODE,
	    ID } },
	{ "rules", "Rules", "What decided.", { RULE, REASON, OUTCOMES, SPAN, OP, MODULE, NODE } },
	{ "nodes",
	  "Nodes",
	  "Each machine that the logs tell of.",
	  { NODE, OUTCOMES, { "finding", "Findings", COLUMN_VALUES }, MODE, VERSION, SPAN } },
	{ "states",
	  "Modwarden itself",
	  "Starts and ends, policies and modes, the newest first.",
	  { REASON, TYPE, MODE, VERSION, COUNT, SPAN, DETAIL, NODE, ID } },
	{ "records",
	  "Last records",
	  "Of what was not let in and of findings, the newest first.",
	  { { "id", "Record", COLUMN_CODE },
	    { "first", "When", COLUMN_SPAN },
	    NODE,
	    { "outcome", "Outcome", COLUMN_VALUES },
	    TYPE,
	    OP,
	    MODULE,
	    RULE,
	    REASON,
	    CALLER,
	    USER,
	    CONTAINER,
	    DETAIL } },
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

static const json_t *rows_of(const json_t *report, const struct section *section)
{
	return json_object_get(json_object_get(report, section->name), "rows");
}

static bool field_has(const json_t *value)
{
	if (json_is_string(value))
		return *json_string_value(value);
	return json_is_integer(value) || json_array_size(value) || json_object_size(value);
}

/* What no row tells is not shown. */
static bool column_has(const json_t *rows, const struct column *column)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (field_has(json_object_get(row, column->field)))
			return true;
	return false;
}

static void text_print(FILE *out, const char *text, bool is_code)
{
	fputs(is_code ? "<code>" : "", out);
	html_text(out, text);
	fputs(is_code ? "</code>" : "", out);
}

static void value_print(FILE *out, const json_t *value, bool is_code, bool is_counted)
{
	const char *text = json_string_value(json_object_get(value, "value"));

	if (text)
		text_print(out, text, is_code);
	else
		fputs("<em>others</em>", out);
	if (!is_counted)
		return;
	fputs(" <span class=\"times\">×", out);
	html_number(out, json_integer_value(json_object_get(value, "count")));
	fputs("</span>", out);
}

static void values_print(FILE *out, const json_t *values, bool is_code)
{
	size_t count = json_array_size(values), i;
	const json_t *value;

	if (json_is_string(values)) {
		const char *text = json_string_value(values);

		text_print(out, html_outcome_label(text) ?: text, is_code);
		return;
	}
	if (count == 1) {
		value_print(out, json_array_get(values, 0), is_code, false);
		return;
	}
	fputs(count ? "<ul>" : "", out);
	json_array_foreach (values, i, value) {
		fputs("<li>", out);
		value_print(out, value, is_code, true);
		fputs("</li>", out);
	}
	fputs(count ? "</ul>" : "", out);
}

static void span_print(FILE *out, const json_t *row)
{
	const char *first = json_string_value(json_object_get(row, "first"));
	const char *last = json_string_value(json_object_get(row, "last"));

	html_time(out, first);
	if (!strcmp(first, last))
		return;
	fputs(" to ", out);
	html_time(out, last);
}

static void cell_fill(FILE *out, const json_t *row, const struct column *column)
{
	const json_t *value = json_object_get(row, column->field);

	switch (column->kind) {
	case COLUMN_VALUES:
	case COLUMN_CODE:
		values_print(out, value, column->kind == COLUMN_CODE);
		break;
	case COLUMN_COUNT:
		html_number(out, json_integer_value(value));
		break;
	case COLUMN_OUTCOMES:
		html_outcomes(out, value);
		break;
	case COLUMN_SPAN:
		span_print(out, row);
	}
}

/* Roles are said, since a table that a narrow screen shows as cards would lose them. */
static void row_print(FILE *out, const json_t *row, const struct column *const *columns)
{
	fputs("<tr role=\"row\">", out);
	for (size_t i = 0; columns[i]; i++) {
		bool is_empty = !field_has(json_object_get(row, columns[i]->field));

		if (!i)
			fprintf(out, "<th role=\"rowheader\" scope=\"row\" data-label=\"%s\">",
				columns[i]->heading);
		else
			fprintf(out, "<td role=\"cell\" data-label=\"%s\"%s>", columns[i]->heading,
				is_empty ? " class=\"empty\"" : "");
		if (is_empty)
			fputs(i ? "" : "(none)", out);
		else
			cell_fill(out, row, columns[i]);
		fputs(i ? "</td>" : "</th>", out);
	}
	fputs("</tr>\n", out);
}

static void table_print(FILE *out, const struct section *section, const json_t *rows)
{
	const struct column *columns[COLUMNS_MAX + 1] = {};
	size_t count = 0, i;
	json_t *row;

	for (i = 0; i < COLUMNS_MAX && section->columns[i].field; i++)
		if (!i || column_has(rows, &section->columns[i]))
			columns[count++] = &section->columns[i];
	fprintf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
		"<table role=\"table\" data-part=\"%s\" aria-labelledby=\"%s\">"
		"<thead role=\"rowgroup\"><tr role=\"row\">",
		section->name, section->name, section->name);
	for (i = 0; i < count; i++)
		fprintf(out, "<th role=\"columnheader\" scope=\"col\">%s</th>",
			columns[i]->heading);
	fputs("</tr></thead>\n<tbody role=\"rowgroup\">\n", out);
	json_array_foreach (rows, i, row)
		row_print(out, row, columns);
	fputs("</tbody></table></div>\n", out);
}

static void left_out_print(FILE *out, const json_t *left_out)
{
	uint64_t rows = json_integer_value(json_object_get(left_out, "rows"));
	uint64_t count = json_integer_value(json_object_get(left_out, "count"));

	if (!rows)
		return;
	fputs("<p class=\"notice\">", out);
	html_number(out, rows);
	fputs(" more, of what was seen least or the longest ago, had no room here", out);
	if (count) {
		fputs(" and count ", out);
		html_number(out, count);
		fputs(" together", out);
	}
	fputs("; the log has them.</p>\n", out);
}

static void section_print(FILE *out, const json_t *report, const struct section *section)
{
	const json_t *rows = rows_of(report, section);

	fprintf(out,
		"<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s <span class=\"rows\">%zu</span>"
		"</h2>\n",
		section->name, section->name, section->title, json_array_size(rows));
	if (json_array_size(rows)) {
		fprintf(out, "<p>%s</p>\n", section->about);
		left_out_print(out,
			       json_object_get(json_object_get(report, section->name), "left_out"));
		table_print(out, section, rows);
		fputs("<p class=\"nothing\" hidden>Nothing here matches the filter.</p>\n", out);
	} else {
		fputs("<p>None.</p>\n", out);
	}
	fputs("</section>\n", out);
}

void report_sections(FILE *out, const json_t *report)
{
	for (size_t i = 0; i < SECTIONS; i++)
		section_print(out, report, &sections[i]);
}

void report_sections_links(FILE *out, const json_t *report)
{
	fputs("<nav aria-label=\"Tables\"><ul>\n", out);
	for (size_t i = 0; i < SECTIONS; i++)
		fprintf(out, "<li><a href=\"#%s\">%s <span class=\"rows\">%zu</span></a></li>\n",
			sections[i].name, sections[i].title,
			json_array_size(rows_of(report, &sections[i])));
	fputs("</ul></nav>\n", out);
}
