// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_finding.h"

#include "cleanup.h"
#include "escape.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#define RULE        " -a " /* before a rule in a remedy */
#define REMEDY_MORE 4

static const char *const severity_names[AUDIT_SEVERITIES] = {
	[AUDIT_NOTE] = "note",
	[AUDIT_WARNING] = "warning",
	[AUDIT_ERROR] = "error",
};

const struct words audit_severity_words = { severity_names, AUDIT_SEVERITIES };

static bool is_known(const struct audit_findings *findings, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (!strcmp(findings->list[i].text, text))
			return true;
	return false;
}

void finding_add(struct audit_findings *findings, enum audit_severity severity, const char *name,
		 const char *remedy, const char *format, ...)
{
	auto_free char *raw = NULL, *text = NULL;
	struct audit_finding finding = { .severity = severity, .name = name };
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&raw, format, arguments) < 0)
		raw = NULL;
	va_end(arguments);
	text = raw ? text_sanitize(raw) : NULL;
	if (text && is_known(findings, text))
		return;
	findings->errors += severity == AUDIT_ERROR;
	if (findings->count == AUDIT_FINDINGS_MAX) {
		findings->dropped++;
		return;
	}
	finding.remedy = remedy ? text_sanitize(remedy) : NULL;
	if (!text || (remedy && !finding.remedy)) {
		findings->no_memory = true;
		free(finding.remedy);
		return;
	}
	finding.text = take_pointer(text);
	findings->list[findings->count++] = finding;
}

void findings_clear(struct audit_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].remedy);
	}
	*findings = (struct audit_findings){};
}

/* A rule, which has to be taken whole, is never broken: it has a line of its own there. */
static void remedy_line_print(struct page *page, unsigned int indent, const char *line)
{
	const char *rule = page->width ? strstr(line, RULE) : NULL;

	page_paragraph(page, indent, REMEDY_MORE, "do: %.*s",
		       (int)(rule ? rule - line : (ptrdiff_t)strlen(line)), line);
	if (rule)
		fprintf(page->out, "%*s%s\n", (int)indent, "", rule + 1);
}

void remedy_print(struct page *page, unsigned int indent, const char *remedy)
{
	auto_free char *lines = strdup(remedy);
	char *rest = lines, *line;

	if (!lines)
		page->has_failed = true;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			remedy_line_print(page, indent, line);
}

/* Errors first. */
void findings_print(const struct audit_findings *findings, struct page *page)
{
	for (enum audit_severity severity = AUDIT_ERROR; severity > AUDIT_SEVERITY_NONE; severity--)
		for (size_t i = 0; i < findings->count; i++) {
			const struct audit_finding *finding = &findings->list[i];

			if (finding->severity != severity)
				continue;
			page_paragraph(page, 0, 2, "%s: %s",
				       word_of(&audit_severity_words, severity), finding->text);
			if (finding->remedy)
				remedy_print(page, 2, finding->remedy);
		}
	if (findings->dropped)
		page_paragraph(page, 0, 0, "and %zu more", findings->dropped);
}

json_t *findings_json(const struct audit_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count && list; i++) {
		const struct audit_finding *finding = &findings->list[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s?}", "severity",
						word_of(&audit_severity_words, finding->severity),
						"name", finding->name, "text", finding->text,
						"remedy", finding->remedy));
	}
	return list;
}
