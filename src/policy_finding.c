// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_finding.h"

#include <errno.h>
#include <stdarg.h>

#include "cleanup.h"
#include "escape.h"

static const char *const level_names[] = {
	[FINDING_WARNING] = "warning",
	[FINDING_NOTE] = "note",
};

int policy_findings_begin(struct policy_findings *findings, const struct policy *policy,
			  const char *path)
{
	*findings =
		(struct policy_findings){ .policy = policy, .path = path, .list = json_array() };
	return findings->list ? 0 : -ENOMEM;
}

void policy_findings_end(struct policy_findings *findings)
{
	json_decref(findings->list);
	*findings = (struct policy_findings){};
}

static json_t *finding_json(const struct policy_findings *findings,
			    const struct policy_finding *finding, const char *message)
{
	const struct policy *policy = findings->policy;
	bool of_rule = finding->rule < policy->image->rule_count;

	return json_pack("{s:s, s:s, s:s, s:o, s:s?, s:s, s:s?}", "level",
			 level_names[finding->level], "kind", finding->kind, "file", findings->path,
			 "line",
			 of_rule ? json_integer(policy->rule_lines[finding->rule]) : json_null(),
			 "rule", of_rule ? policy->rule_names[finding->rule] : NULL, "message",
			 message, "todo", finding->todo);
}

int policy_finding_add(struct policy_findings *findings, const struct policy_finding *finding,
		       const char *format, ...)
{
	auto_free char *message = NULL, *safe = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&message, format, args);
	va_end(args);
	if (r < 0) {
		message = NULL;
		return -ENOMEM;
	}
	safe = text_sanitize(message);
	findings->warnings += finding->level == FINDING_WARNING;
	return safe && !json_array_append_new(findings->list, finding_json(findings, finding, safe))
		       ? 0
		       : -ENOMEM;
}

static const char *text_at(const json_t *finding, const char *key)
{
	return json_string_value(json_object_get(finding, key));
}

void policy_findings_print(const struct policy_findings *findings, FILE *out)
{
	const json_t *finding;
	size_t i;

	json_array_foreach (findings->list, i, finding) {
		json_int_t line = json_integer_value(json_object_get(finding, "line"));
		const char *todo = text_at(finding, "todo");

		fputs(text_at(finding, "file"), out);
		if (line)
			fprintf(out, ":%" JSON_INTEGER_FORMAT, line);
		fprintf(out, ": %s: %s%s%s\n", text_at(finding, "level"),
			text_at(finding, "message"), todo ? "; " : "", todo ?: "");
	}
}
