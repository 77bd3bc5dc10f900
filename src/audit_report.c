// SPDX-License-Identifier: GPL-2.0-or-later
/* The report of audit check, for people and as JSON. */
#include "audit_check.h"

#include "cleanup.h"
#include "escape.h"
#include "json_memory.h"

#include <errno.h>
#include <string.h>

#define NAME_COLUMN  8
#define CALL_COLUMNS 20 /* of a call and its bits */
#define GAP_COLUMNS  11

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

static void requirements_print(const struct audit_report *report, struct page *page)
{
	page_paragraph(page, 0, 0, "What a scanner says of the files:");
	for (size_t i = 0; i < report->requirement_count; i++) {
		const struct audit_requirement *requirement = &report->requirements[i];

		page_begin(page, 2, NULL);
		page->indent = NAME_COLUMN;
		page_text(page, PAGE_PLAIN, requirement->passes ? "pass" : "FAIL");
		page_pad(page, NAME_COLUMN - 1);
		page_text(page, PAGE_PLAIN, requirement->name);
		if (*requirement->id)
			page_printf(page, PAGE_PLAIN, "(%s)", requirement->id);
		page_end(page);
		if (requirement->remedy)
			remedy_print(page, NAME_COLUMN, requirement->remedy);
	}
}

static void callers_print(FILE *out)
{
	fprintf(out, "  %*s", CALL_COLUMNS, "");
	for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++)
		fprintf(out, "  %-*s", caller + 1 < AUDIT_CALLERS ? GAP_COLUMNS : 0,
			caller_texts[caller]);
	putc('\n', out);
}

static void gaps_print(const struct audit_gap gaps[AUDIT_CALLERS], FILE *out)
{
	for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++)
		fprintf(out, "  %-*s", caller + 1 < AUDIT_CALLERS ? GAP_COLUMNS : 0,
			gap_texts[gaps[caller].kind]);
	putc('\n', out);
}

static void coverage_print(const struct audit_coverage *coverage, FILE *out)
{
	callers_print(out);
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++) {
			if (!coverage->exists[bits][call])
				continue;
			fprintf(out, "  %-13s %s-bit", audit_call_name(call),
				bits == AUDIT_BITS_64 ? "64" : "32");
			gaps_print(coverage->gaps[bits][call], out);
		}
}

static void view_print(const struct audit_view *view, const char *title, struct page *page)
{
	if (!view->is_seen) {
		page_paragraph(page, 0, 2, "%s: not seen: %s", title, view->reason);
		return;
	}
	page_paragraph(page, 0, 2, "%s (%zu rule%s, audit %s):", title, view->rules,
		       view->rules == 1 ? "" : "s",
		       view->enabled == 2 ? "on and locked"
		       : view->enabled    ? "on"
					  : "OFF");
	coverage_print(&view->coverage, page->out);
}

void audit_report_print(const struct audit_report *report,
			const struct audit_check_options *options, struct page *page)
{
	auto_free char *root = text_sanitize(options->root);

	page_paragraph(page, 0, 2, "Audit of kernel modules in '%s': profile %s, system %s, %s",
		       root ?: options->root, word_of(&audit_profile_words, options->profile),
		       word_of(&audit_product_words, report->product) ?: "not known",
		       options->arch->name);
	requirements_print(report, page);
	view_print(&report->files, "What the files record, once loaded", page);
	view_print(&report->loaded, "What the rules in the kernel record", page);
	findings_print(&report->findings, page);
	page_paragraph(page, 0, 2, "%s",
		       !audit_report_passes(report) ? "FAIL"
		       : report->loaded.is_seen     ? "pass"
						    : "pass, as far as the files go: the rules in "
						      "the kernel were not seen");
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
