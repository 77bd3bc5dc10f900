// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_chart.h"

#include <stdbool.h>

#include <string.h>

#include "report_html.h"

#define HEIGHT     60 /* of a lane, in units of the drawing */
#define SPAN_WIDTH 10
#define SPAN_GAP   1
#define BAR_MIN    2 /* what happened once among thousands is seen, too */
#define SERIES_MAX 6

/* What would vanish beside the many that are let in has a lane, and a scale, of its own. */
struct lane {
	const char *title;
	const char *series[SERIES_MAX]; /* outcomes, from the bottom; or findings */
};

static const struct lane lanes[] = {
	{ "Not let in", { "deny", "would_deny", "not_stopped", "failed", "undecided" } },
	{ "Let in", { "allow" } },
	{ "Findings", { "findings" } },
};

#define LANES (sizeof(lanes) / sizeof(*lanes))

static uint64_t series_count(const json_t *span, const char *series)
{
	const json_t *count = json_object_get(json_object_get(span, "outcomes"), series)
				      ?: json_object_get(span, series);

	return json_is_integer(count) ? json_integer_value(count) : 0;
}

static uint64_t lane_count(const json_t *span, const struct lane *lane)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SERIES_MAX && lane->series[i]; i++)
		count += series_count(span, lane->series[i]);
	return count;
}

static uint64_t lane_most(const json_t *spans, const struct lane *lane)
{
	uint64_t most = 0;
	json_t *span;
	size_t i;

	json_array_foreach (spans, i, span) {
		uint64_t count = lane_count(span, lane);

		most = count > most ? count : most;
	}
	return most;
}

static void span_length(FILE *out, uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *one;
		const char *many;
	} units[] = { { 86400, "day", "days" },
		      { 3600, "hour", "hours" },
		      { 60, "minute", "minutes" },
		      { 1, "second", "seconds" } };
	size_t i = 0;

	while (seconds % units[i].seconds)
		i++;
	seconds /= units[i].seconds;
	html_number(out, seconds);
	fprintf(out, " %s", seconds == 1 ? units[i].one : units[i].many);
}

static void bars(FILE *out, const json_t *span, const struct lane *lane, size_t at, uint64_t most)
{
	unsigned int bottom = HEIGHT;

	for (size_t i = 0; i < SERIES_MAX && lane->series[i]; i++) {
		uint64_t count = series_count(span, lane->series[i]);
		unsigned int height = (double)count / most * (HEIGHT - SERIES_MAX * BAR_MIN);

		if (!count)
			continue;
		height = height < BAR_MIN ? BAR_MIN : height;
		bottom -= height;
		fprintf(out, "<rect class=\"%s\" x=\"%zu\" y=\"%u\" width=\"%d\" height=\"%u\"/>",
			lane->series[i], at * SPAN_WIDTH, bottom, SPAN_WIDTH - SPAN_GAP, height);
	}
}

static void lane_draw(FILE *out, const json_t *timeline, const struct lane *lane)
{
	const json_t *spans = json_object_get(timeline, "spans");
	uint64_t most = lane_most(spans, lane);
	size_t width = json_array_size(spans) * SPAN_WIDTH;
	json_t *span;
	size_t i;

	fprintf(out, "<figure><figcaption>%s: ", lane->title);
	if (!most) {
		fputs("nothing</figcaption></figure>\n", out);
		return;
	}
	fputs("at most ", out);
	html_number(out, most);
	fputs(" in ", out);
	span_length(out, json_integer_value(json_object_get(timeline, "seconds")));
	fprintf(out,
		"</figcaption><svg class=\"lane\" role=\"img\" aria-label=\"%s over time; the same "
		"numbers are in the table below\" viewBox=\"0 0 %zu %d\" "
		"preserveAspectRatio=\"none\">",
		lane->title, width, HEIGHT);
	json_array_foreach (spans, i, span)
		bars(out, span, lane, i, most);
	fprintf(out,
		"<rect class=\"brush\" x=\"0\" y=\"0\" width=\"0\" "
		"height=\"%d\"/></svg></figure>\n",
		HEIGHT);
}

static const char *span_start(const json_t *spans, size_t at)
{
	return json_string_value(json_object_get(json_array_get(spans, at), "start")) ?: "";
}

static void legend(FILE *out)
{
	fputs("<p class=\"legend\">", out);
	for (size_t i = 0; i < SERIES_MAX && lanes[0].series[i]; i++)
		fprintf(out, "<span><span class=\"key %s\"></span>%s</span> ", lanes[0].series[i],
			html_outcome_label(lanes[0].series[i]));
	fputs("</p>\n", out);
}

static void axis(FILE *out, const json_t *spans)
{
	size_t count = json_array_size(spans);

	fputs("<p class=\"axis\">", out);
	html_time(out, span_start(spans, 0));
	if (count > 2) {
		fputs(" <span class=\"middle\">", out);
		html_time(out, span_start(spans, count / 2));
		fputs("</span>", out);
	}
	if (count > 1) {
		fputs(" ", out);
		html_time(out, span_start(spans, count - 1));
	}
	fputs("</p>\n", out);
}

static void span_row(FILE *out, const json_t *span)
{
	fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
	html_time(out, json_string_value(json_object_get(span, "start")) ?: "");
	fputs("</th>", out);
	for (size_t i = 0; i < LANES; i++) {
		fprintf(out, "<td role=\"cell\" data-label=\"%s\">", lanes[i].title);
		html_number(out, lane_count(span, &lanes[i]));
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static bool span_is_empty(const json_t *span)
{
	for (size_t i = 0; i < LANES; i++)
		if (lane_count(span, &lanes[i]))
			return false;
	return true;
}

static void numbers(FILE *out, const json_t *spans)
{
	json_t *span;
	size_t i;

	fputs("<details><summary>The timeline as a table</summary>\n"
	      "<table role=\"table\" id=\"timeline-table\"><thead role=\"rowgroup\"><tr "
	      "role=\"row\">"
	      "<th role=\"columnheader\" scope=\"col\">From (UTC)</th>",
	      out);
	for (i = 0; i < LANES; i++)
		fprintf(out, "<th role=\"columnheader\" scope=\"col\">%s</th>", lanes[i].title);
	fputs("</tr></thead><tbody role=\"rowgroup\">\n", out);
	json_array_foreach (spans, i, span)
		if (!span_is_empty(span))
			span_row(out, span);
	fputs("</tbody></table></details>\n", out);
}

void report_chart(FILE *out, const json_t *timeline)
{
	const json_t *spans = json_object_get(timeline, "spans");

	if (!json_array_size(spans)) {
		fputs("<p>No record has a time.</p>\n", out);
		return;
	}
	for (size_t i = 0; i < LANES; i++)
		lane_draw(out, timeline, &lanes[i]);
	axis(out, spans);
	legend(out);
	numbers(out, spans);
}
