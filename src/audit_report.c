// SPDX-License-Identifier: GPL-2.0-or-later
/* The report of audit check, for people and as JSON. */
#include "audit_check.h"

#include "cleanup.h"
#include "escape.h"
#include "json_memory.h"

#include <errno.h>
#include <string.h>

static const char *const caller_texts[AUDIT_CALLERS] = {
	[AUDIT_CALLER_UNSET] = "no login",
	[AUDIT_CALLER_SYSTEM] = "auid < 1000",
	[AUDIT_CALLER_USER] = "auid >= 1000",
};

static const char *const gap_texts[] = {
	[AUDIT_GAP_NONE] = "recorded",
	[AUDIT_GAP_NARROW] = "some only",
	[AUDIT_GAP_NO_RULE] = "no rule",
	[AUDIT_GAP_NEVER] = "hidden",
};

/* Each line of a remedy. */
static void remedy_print(const char *remedy, FILE *out)
{
	while (*remedy) {
		int length = (int)strcspn(remedy, "\n");

		fprintf(out, "        do: %.*s\n", length, remedy);
		remedy += length + (remedy[length] == '\n');
	}
}

static void requirements_print(const struct audit_report *report, FILE *out)
{
	fprintf(out, "What a scanner says of the files:\n");
	for (size_t i = 0; i < report->requirement_count; i++) {
		const struct audit_requirement *requirement = &report->requirements[i];

		fprintf(out, "  %s  %s%s%s%s\n", requirement->passes ? "pass" : "FAIL",
			requirement->name, *requirement->id ? " (" : "", requirement->id,
			*requirement->id ? ")" : "");
		if (requirement->remedy)
			remedy_print(requirement->remedy, out);
	}
}

static void coverage_print(const struct audit_coverage *coverage, FILE *out)
{
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++) {
			if (!coverage->exists[bits][call])
				continue;
			fprintf(out, "  %-13s %s-bit ", audit_call_name(call),
				bits == AUDIT_BITS_64 ? "64" : "32");
			for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++)
				fprintf(out, "%s %s: %s", caller ? "," : "", caller_texts[caller],
					gap_texts[coverage->gaps[bits][call][caller].kind]);
			putc('\n', out);
		}
}

static void view_print(const struct audit_view *view, const char *title, FILE *out)
{
	if (!view->is_seen) {
		fprintf(out, "%s: not seen: %s\n", title, view->reason);
		return;
	}
	fprintf(out, "%s (%zu rules, audit %s):\n", title, view->rules,
		view->enabled == 2 ? "on and locked"
		: view->enabled    ? "on"
				   : "OFF");
	coverage_print(&view->coverage, out);
}

void audit_report_print(const struct audit_report *report,
			const struct audit_check_options *options, FILE *out)
{
	auto_free char *root = text_sanitize(options->root);

	fprintf(out, "Audit of kernel modules in '%s': profile %s, system %s, %s\n",
		root ?: options->root, word_of(&audit_profile_words, options->profile),
		word_of(&audit_product_words, report->product) ?: "not known", options->arch->name);
	requirements_print(report, out);
	view_print(&report->files, "What the files record, once loaded", out);
	view_print(&report->loaded, "What the rules in the kernel record", out);
	findings_print(&report->findings, out);
	if (!audit_report_passes(report))
		fprintf(out, "FAIL\n");
	else
		fprintf(out, "pass%s\n",
			report->loaded.is_seen ? ""
					       : ", as far as the files go: the rules in the "
						 "kernel were not seen");
}

static json_t *requirements_json(const struct audit_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->requirement_count; i++) {
		const struct audit_requirement *requirement = &report->requirements[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:b, s:s?}", "name", requirement->name,
				  "profile", word_of(&audit_profile_words, requirement->part),
				  "product", word_of(&audit_product_words, requirement->product),
				  "id", requirement->id, "pass", requirement->passes, "remedy",
				  requirement->remedy));
	}
	return list;
}

static json_t *coverage_json(const struct audit_coverage *coverage)
{
	json_t *list = json_array();

	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++) {
			json_t *object;

			if (!coverage->exists[bits][call])
				continue;
			object = json_pack("{s:s, s:i}", "call", audit_call_name(call), "bits",
					   bits == AUDIT_BITS_64 ? 64 : 32);
			for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++)
				json_object_set_new(
					object, word_of(&audit_caller_words, caller),
					json_string(
						word_of(&audit_gap_words,
							coverage->gaps[bits][call][caller].kind)));
			json_array_append_new(list, object);
		}
	return list;
}

static json_t *view_json(const struct audit_view *view)
{
	if (!view->is_seen)
		return json_pack("{s:b, s:s}", "seen", 0, "reason", view->reason);
	return json_pack("{s:b, s:I, s:i, s:o}", "seen", 1, "rules", (json_int_t)view->rules,
			 "enabled", (int)view->enabled, "calls", coverage_json(&view->coverage));
}

int audit_report_json(const struct audit_report *report, const struct audit_check_options *options,
		      FILE *out)
{
	auto_free char *root = text_sanitize(options->root);
	json_t *object =
		json_pack("{s:s, s:s, s:s?, s:s, s:b, s:o, s:o, s:o, s:o}", "root", root ?: "",
			  "profile", word_of(&audit_profile_words, options->profile), "product",
			  word_of(&audit_product_words, report->product), "arch",
			  options->arch->name, "pass", audit_report_passes(report), "checks",
			  requirements_json(report), "files", view_json(&report->files), "loaded",
			  view_json(&report->loaded), "findings", findings_json(&report->findings));
	int r = object && json_write(object, out, JSON_INDENT(2)) == 0 ? 0 : -ENOMEM;

	putc('\n', out);
	json_decref(object);
	return r;
}
