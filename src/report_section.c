// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_section.h"

#include <stdbool.h>

#include <string.h>

#include "report_html.h"
#include "report_layout.h"

static const json_t *rows_of(const json_t *report, const struct section *section)
{
	return json_object_get(json_object_get(report, section->name), "rows");
}

static bool field_has(const json_t *row, const struct field *field)
{
	const json_t *value = json_object_get(row, field->name);

	if (json_is_string(value))
		return *json_string_value(value);
	return json_is_integer(value) || json_array_size(value) || json_object_size(value);
}

static size_t fields_count(const json_t *row, const struct column *column)
{
	size_t count = 0;

	for (size_t i = 0; i < FIELDS_MAX && column->fields[i].name; i++)
		count += field_has(row, &column->fields[i]);
	return count;
}

/* What no row tells is not shown. */
static bool column_has(const json_t *rows, const struct column *column)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (fields_count(row, column))
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

static void field_print(FILE *out, const json_t *row, const struct field *field)
{
	const json_t *value = json_object_get(row, field->name);

	switch (field->kind) {
	case FIELD_VALUES:
	case FIELD_CODE:
		values_print(out, value, field->kind == FIELD_CODE);
		break;
	case FIELD_COUNT:
		html_number(out, json_integer_value(value));
		break;
	case FIELD_OUTCOMES:
		html_outcomes(out, value);
		break;
	case FIELD_SPAN:
		span_print(out, row);
	}
}

/* Each on a line of its own, behind its label where the column has more than one. */
static void cell_fill(FILE *out, const json_t *row, const struct column *column)
{
	bool is_labelled = column->fields[1].name;

	for (size_t i = 0; i < FIELDS_MAX && column->fields[i].name; i++) {
		const struct field *field = &column->fields[i];

		if (!field_has(row, field))
			continue;
		fputs("<div>", out);
		if (is_labelled && field->label)
			fprintf(out, "<span class=\"label\">%s</span> ", field->label);
		field_print(out, row, field);
		fputs("</div>", out);
	}
}

/* Roles are said, since a table that a narrow screen shows as cards would lose them. */
static void row_print(FILE *out, const json_t *row, const struct column *const *columns)
{
	fputs("<tr role=\"row\">", out);
	for (size_t i = 0; columns[i]; i++) {
		bool is_empty = !fields_count(row, columns[i]);

		if (!i)
			fprintf(out, "<th role=\"rowheader\" scope=\"row\">");
		else
			fprintf(out, "<td role=\"cell\" data-label=\"%s\"%s>", columns[i]->heading,
				is_empty ? " class=\"empty\"" : "");
		if (is_empty && !i)
			fputs("(none)", out);
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

	for (i = 0; i < COLUMNS_MAX && section->columns[i].heading; i++)
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
	for (size_t i = 0; i < REPORT_SECTIONS; i++)
		section_print(out, report, &report_layout[i]);
}

void report_sections_links(FILE *out, const json_t *report)
{
	fputs("<nav aria-label=\"Tables\"><ul>\n", out);
	for (size_t i = 0; i < REPORT_SECTIONS; i++)
		fprintf(out, "<li><a href=\"#%s\">%s <span class=\"rows\">%zu</span></a></li>\n",
			report_layout[i].name, report_layout[i].title,
			json_array_size(rows_of(report, &report_layout[i])));
	fputs("</ul></nav>\n", out);
}
