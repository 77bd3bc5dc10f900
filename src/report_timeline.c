// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_timeline.h"

#include <string.h>
#include <time.h>

#define DAY 86400

/* Each divides the next; after the last one they double. */
static const int64_t widths[] = { 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 43200, DAY };

#define WIDTHS (sizeof(widths) / sizeof(*widths))

static int64_t seconds_of(size_t width)
{
	return width < WIDTHS ? widths[width] : (int64_t)DAY << (width - WIDTHS + 1);
}

/* The form is known to be right. A month of 13 is taken as the C library takes it. */
static int64_t time_seconds(const char *text)
{
	struct tm tm = {};

	if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return -1;
	return timegm(&tm);
}

static int64_t divide_down(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

static void spans_widen(struct timeline *timeline)
{
	struct timeline old = *timeline;
	int64_t by = seconds_of(old.width + 1) / seconds_of(old.width);

	*timeline =
		(struct timeline){ .width = old.width + 1, .first = divide_down(old.first, by) };
	for (size_t i = 0; i < old.count; i++) {
		size_t at = divide_down(old.first + (int64_t)i, by) - timeline->first;

		for (enum tally_end end = 0; end < TALLY_ENDS; end++)
			timeline->spans[at].ends[end] += old.spans[i].ends[end];
		timeline->spans[at].findings += old.spans[i].findings;
		timeline->count = at + 1;
	}
}

/* Room before the first span. */
static void spans_shift(struct timeline *timeline, size_t by)
{
	memmove(&timeline->spans[by], timeline->spans, timeline->count * sizeof(*timeline->spans));
	memset(timeline->spans, 0, by * sizeof(*timeline->spans));
	timeline->first -= by;
	timeline->count += by;
}

static struct timeline_span *span_of(struct timeline *timeline, int64_t seconds)
{
	for (;; spans_widen(timeline)) {
		int64_t span = divide_down(seconds, seconds_of(timeline->width));

		if (!timeline->count) {
			timeline->first = span;
			timeline->count = 1;
		}
		if (span < timeline->first &&
		    timeline->first - span + (int64_t)timeline->count <= TIMELINE_SPANS)
			spans_shift(timeline, timeline->first - span);
		if (span >= timeline->first && span < timeline->first + TIMELINE_SPANS) {
			size_t at = span - timeline->first;

			if (at >= timeline->count)
				timeline->count = at + 1;
			return &timeline->spans[at];
		}
	}
}

void timeline_add(struct timeline *timeline, const struct report_facts *facts, bool is_finding)
{
	int64_t seconds = *facts->time ? time_seconds(facts->time) : -1;
	struct timeline_span *span;

	if (seconds < 0)
		return;
	span = span_of(timeline, seconds);
	if (facts->end < TALLY_ENDS)
		span->ends[facts->end] += facts->count;
	if (is_finding)
		span->findings += facts->count;
}

static json_t *span_json(const struct timeline *timeline, size_t at)
{
	time_t start = (timeline->first + (int64_t)at) * seconds_of(timeline->width);
	char text[FACT_TIME_SIZE] = "";
	struct tm tm;

	if (gmtime_r(&start, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
	return json_pack("{s:s,s:o,s:I}", "start", text, "outcomes",
			 report_ends_json(timeline->spans[at].ends), "findings",
			 (json_int_t)timeline->spans[at].findings);
}

json_t *timeline_json(const struct timeline *timeline)
{
	json_t *spans = json_array();

	for (size_t i = 0; i < timeline->count && spans; i++) {
		if (!json_array_append_new(spans, span_json(timeline, i)))
			continue;
		json_decref(spans);
		return NULL;
	}
	return json_pack("{s:I,s:o}", "seconds", (json_int_t)seconds_of(timeline->width), "spans",
			 spans);
}
