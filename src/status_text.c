// SPDX-License-Identifier: GPL-2.0-or-later
#include "status_text.h"

#include "cleanup.h"
#include "duration.h"
#include "escape.h"
#include "mode_text.h"
#include "record_page.h"
#include "tally.h"
#include "words.h"

#include <inttypes.h>

static const char *const end_texts[TALLY_ENDS] = {
	[TALLY_ALLOWED] = "allowed",       [TALLY_DENIED] = "denied",
	[TALLY_WOULD_DENY] = "would deny", [TALLY_NOT_STOPPED] = "not stopped",
	[TALLY_FAILED] = "failed",         [TALLY_UNDECIDED] = "undecided",
};

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_field(FILE *out, const char *label, const json_t *object, const char *key)
{
	auto_free char *text = field_text(object, key);

	fprintf(out, "%-11s %s\n", label, text ?: "-");
}

static void print_policy(FILE *out, const json_t *policy)
{
	auto_free char *missing = field_text(policy, "missing");

	if (missing) {
		fprintf(out,
			"policy      none: there is no '%s'; everything is allowed and recorded\n",
			missing);
		return;
	}
	print_field(out, "policy", policy, "path");
	fprintf(out,
		"            generation %" JSON_INTEGER_FORMAT ", rules %" JSON_INTEGER_FORMAT
		", digests %" JSON_INTEGER_FORMAT ", reloads refused %" JSON_INTEGER_FORMAT "\n",
		number(policy, "generation"), number(policy, "rules"), number(policy, "digests"),
		number(policy, "refused"));
	print_field(out, "", policy, "sha256");
	print_field(out, "loaded", policy, "loaded");
}

static bool has_count(const json_t *ends)
{
	for (enum tally_end end = 0; end < TALLY_ENDS; end++)
		if (number(ends, word_of(&tally_words, end)))
			return true;
	return false;
}

/* Those that are usual stand there also as 0. */
static void print_ends(FILE *out, const json_t *ends, bool all)
{
	const char *before = " ";

	for (enum tally_end end = 0; end < TALLY_ENDS; end++) {
		json_int_t count = number(ends, word_of(&tally_words, end));

		if (!count && !(all && end <= TALLY_DENIED))
			continue;
		fprintf(out, "%s%s %" JSON_INTEGER_FORMAT, before, end_texts[end], count);
		before = ", ";
	}
	fputc('\n', out);
}

static void print_reason(FILE *out, const json_t *reason)
{
	auto_free char *name = field_text(reason, "reason");
	auto_free char *op = field_text(reason, "op");
	const char *verdict = json_string_value(json_object_get(reason, "verdict")) ?: "";
	int end = word_parse(&tally_words, verdict);

	fprintf(out, "reason      %s: %s %s %" JSON_INTEGER_FORMAT "\n", name ?: "not told",
		op ?: "", end < 0 ? "?" : end_texts[end], number(reason, "count"));
}

static void print_verdicts(FILE *out, const json_t *status)
{
	static const char *const others[][2] = {
		{ "no_rule", "no rule decided:" },
		{ "former_rules", "rules of policies before:" },
	};
	const json_t *count;
	const char *op;
	size_t i;

	json_object_foreach (json_object_get(status, "verdicts"), op, count) {
		fprintf(out, "%-11s", op);
		print_ends(out, count, true);
	}
	json_array_foreach (json_object_get(status, "reasons"), i, count)
		print_reason(out, count);
	json_array_foreach (json_object_get(status, "rules"), i, count) {
		auto_free char *rule = field_text(count, "rule");

		if (!has_count(count))
			continue;
		fprintf(out, "rule        %s:", rule ?: "");
		print_ends(out, count, false);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		count = json_object_get(status, others[i][0]);
		if (!has_count(count))
			continue;
		fprintf(out, "            %s", others[i][1]);
		print_ends(out, count, false);
	}
}

static void print_counts(FILE *out, const char *label, const json_t *counts)
{
	const char *before = "", *kind;
	const json_t *count;

	fprintf(out, "%-11s ", label);
	json_object_foreach ((json_t *)counts, kind, count) {
		if (!json_integer_value(count))
			continue;
		fprintf(out, "%s%s %" JSON_INTEGER_FORMAT, before, kind, json_integer_value(count));
		before = ", ";
	}
	fprintf(out, "%s\n", *before ? "" : "none");
}

static void print_audit(FILE *out, const json_t *audit)
{
	print_counts(out, "audit", json_object_get(audit, "recorded"));
	if (!json_is_true(json_object_get(audit, "stamps")))
		fputs("            joined by time: this kernel does not tell its audit events\n",
		      out);
	if (number(audit, "gaps"))
		fprintf(out, "            no audit rule matched: %" JSON_INTEGER_FORMAT "\n",
			number(audit, "gaps"));
	if (number(audit, "kernel_lost"))
		fprintf(out, "            lost by the kernel: %" JSON_INTEGER_FORMAT "\n",
			number(audit, "kernel_lost"));
}

void status_print_readiness(const json_t *status, FILE *out)
{
	const json_t *readiness = json_object_get(status, "readiness"), *reason;
	size_t i;

	if (json_is_true(json_object_get(readiness, "ready")))
		fputs("ready       yes\n", out);
	json_array_foreach (json_object_get(readiness, "reasons"), i, reason) {
		auto_free char *text = text_sanitize(json_string_value(reason));

		fprintf(out, "not ready   %s\n", text ?: "-");
	}
}

static void print_metrics(FILE *out, const json_t *metrics)
{
	auto_free char *problem = field_text(metrics, "problem");

	if (json_is_null(metrics))
		return;
	print_field(out, "metrics", metrics, "address");
	if (problem)
		fprintf(out, "            not there now: %s\n", problem);
}

void status_print(const json_t *status, FILE *out)
{
	char time[DURATION_SIZE];

	duration_format((uint64_t)number(status, "uptime"), time);
	fputs("mode        ", out);
	mode_print(json_object_get(status, "mode"), out);
	print_field(out, "mechanism", status, "mechanism");
	print_field(out, "grade", status, "grade");
	if (json_is_true(json_object_get(status, "locked")))
		fputs("locked      until reboot\n", out);
	print_policy(out, json_object_get(status, "policy"));
	print_field(out, "node", status, "node");
	print_field(out, "kernel", status, "kernel");
	print_field(out, "version", status, "version");
	fprintf(out, "running     %s, pid %" JSON_INTEGER_FORMAT "\n", time, number(status, "pid"));
	if (json_is_true(json_object_get(status, "self_test")))
		fputs("self-test   the gates fire\n", out);
	else
		print_field(out, "self-test", status, "failing_gate");
	status_print_readiness(status, out);
	print_metrics(out, json_object_get(status, "metrics"));
	print_verdicts(out, status);
	print_counts(out, "lost", json_object_get(status, "lost"));
	print_audit(out, json_object_get(status, "audit"));
	print_counts(out, "counters", json_object_get(status, "counters"));
}
