// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_finding.h"

#include "cleanup.h"
#include "escape.h"

#include <stdarg.h>
#include <string.h>

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

/* Errors first. */
void findings_print(const struct audit_findings *findings, FILE *out)
{
	for (enum audit_severity severity = AUDIT_ERROR; severity > AUDIT_SEVERITY_NONE; severity--)
		for (size_t i = 0; i < findings->count; i++) {
			const struct audit_finding *finding = &findings->list[i];

			if (finding->severity != severity)
				continue;
			fprintf(out, "%s: %s\n", word_of(&audit_severity_words, severity),
				finding->text);
			if (finding->remedy)
				fprintf(out, "  do: %s\n", finding->remedy);
		}
	if (findings->dropped)
		fprintf(out, "and %zu more\n", findings->dropped);
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
