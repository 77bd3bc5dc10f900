// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_html.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "json_memory.h"
#include "record_page.h"

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_number(FILE *out, uint64_t number)
{
	char digits[24];
	int count = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	for (int i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			fputc(',', out);
		fputc(digits[i], out);
	}
}

void html_time(FILE *out, const char *time)
{
	if (!record_time_valid(time))
		return;
	fprintf(out, "<time datetime=\"%s\">%.10s %.8s</time>", time, time, time + 11);
}

static const struct {
	const char *word;
	const char *label;
} labels[] = {
	{ "deny", "denied" },
	{ "would_deny", "would be denied" },
	{ "not_stopped", "not stopped" },
	{ "failed", "failed in the kernel" },
	{ "undecided", "undecided" },
	{ "allow", "let in" },
};

const char *html_outcome_label(const char *outcome)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (!strcmp(labels[i].word, outcome))
			return labels[i].label;
	return NULL;
}

void html_outcomes(FILE *out, const json_t *outcomes)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		json_int_t count = json_integer_value(json_object_get(outcomes, labels[i].word));

		if (!count)
			continue;
		fprintf(out, "<span class=\"outcome %s\">%s ", labels[i].word, labels[i].label);
		html_number(out, count);
		fputs("</span> ", out);
	}
}

/* What is not ASCII is escaped, and outside of strings there is none of these. */
int html_json(FILE *out, const json_t *json)
{
	auto_free char *text = json_text(json, JSON_COMPACT | JSON_ENSURE_ASCII);

	if (!text)
		return -ENOMEM;
	for (const char *c = text; *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			fprintf(out, "\\u%04x", *c);
		else
			fputc(*c, out);
	}
	return 0;
}
