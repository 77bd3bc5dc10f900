// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_text.h"

#include <string.h>

#include "cleanup.h"
#include "memory_stream.h"
#include "record_page.h"

static void page_policy(struct page *page, const json_t *record)
{
	const json_t *policy = json_object_get(record, "policy");

	if (!json_is_object(policy)) {
		page_text(page, PAGE_PLAIN, "no policy");
		return;
	}
	page_number(page, "policy ", policy, "generation");
	page_short_field(page, PAGE_DIM, "sha256 ", policy, "sha256");
}

static void page_daemon(struct page *page, const json_t *record)
{
	bool is_gone = field_is(record, "reason", "detached");

	page_heading(page, record, (struct record_heading){ "DAEMON", PAGE_BOLD });
	page_field(page, is_gone ? PAGE_WARNING : PAGE_BOLD, "", record, "reason", "");
	page_field(page, PAGE_PLAIN, "modwarden ", record, "version", "");
	page_field(page, PAGE_PLAIN, "on ", record, "node", "");
	page_field(page, PAGE_DIM, "(Linux ", record, "kernel", ")");
	page_end(page);
	page_begin(page, RECORD_INDENT, NULL);
	page_field(page, PAGE_PLAIN, "mode ", record, "mode", "");
	page_field(page, PAGE_PLAIN, "by ", record, "mechanism", "");
	page_field(page, PAGE_PLAIN, "(grade ", record, "grade", ")");
	page_comma(page);
	page_policy(page, record);
	page_end(page);
}

static void page_policy_change(struct page *page, const json_t *record)
{
	bool is_refused = field_is(record, "reason", "refused");

	page_heading(page, record, (struct record_heading){ "POLICY", PAGE_BOLD });
	page_field(page, is_refused ? PAGE_BAD : PAGE_BOLD, "", record, "reason", "");
	page_field(page, PAGE_PLAIN, "", record, "path", "");
	page_end(page);
	page_begin(page, RECORD_INDENT, NULL);
	page_text(page, PAGE_PLAIN, "in force:");
	page_policy(page, record);
	page_field(page, PAGE_PLAIN, "in mode ", record, "mode", "");
	if (json_is_string(json_object_get(record, "until"))) {
		page_text(page, PAGE_PLAIN, "until");
		page_date(page, record, "until");
	}
	page_end(page);
}

/* What the policy would have made of its load. */
static void page_judgement(struct page *page, const json_t *record)
{
	bool is_refused = field_is(record, "verdict", "deny");

	if (!is_refused && !field_is(record, "verdict", "pending"))
		return;
	page_begin(page, RECORD_INDENT, NULL);
	page_text(page, PAGE_WARNING,
		  is_refused ? "the policy would refuse it"
			     : "whether the policy would refuse it depends on how it was loaded");
	page_field(page, PAGE_PLAIN, "(rule ", record, "rule", ")");
	page_end(page);
}

static void page_module(struct page *page, const json_t *record)
{
	const json_t *module = json_object_get(record, "module");

	page_heading(page, record, (struct record_heading){ "MODULE", PAGE_BOLD });
	page_field(page, PAGE_BOLD, "", module, "name", "");
	if (field_is(record, "reason", "baseline"))
		page_text(page, PAGE_PLAIN, "was loaded before modwarden watched");
	else if (field_is(record, "reason", "vanished"))
		page_text(page, PAGE_WARNING, "is gone, and no unload was seen");
	page_short_field(page, PAGE_DIM, "sha256 ", module, "sha256");
	if (json_array_size(json_object_get(module, "taints")))
		page_comma(page);
	page_list(page, "tainted:", module, "taints");
	page_end(page);
	page_judgement(page, record);
}

static void page_audit(struct page *page, const json_t *record)
{
	bool is_one = json_integer_value(json_object_get(record, "count")) == 1;

	page_heading(page, record, (struct record_heading){ "AUDIT", PAGE_WARNING });
	page_number(page, "", record, "count");
	if (field_is(record, "reason", "gap"))
		page_text(page, PAGE_PLAIN,
			  is_one ? "operation that no audit rule recorded"
				 : "operations that no audit rule recorded");
	else if (field_is(record, "reason", "lost"))
		page_text(page, PAGE_PLAIN, is_one ? "audit record lost" : "audit records lost");
	page_end(page);
}

/* What each attempt on a locked modwarden was meant to do. */
static void page_attempt(struct page *page, const json_t *attempt)
{
	page_text(page, PAGE_PLAIN,
		  field_is(attempt, "what", "moved")
			  ? "it is locked, and was moved to another control group:"
			  : "it is locked, and somebody was refused:");
	page_field(page, PAGE_BOLD, "", attempt, "what", "");
	page_number(page, "", attempt, "object");
}

static void page_tamper(struct page *page, const json_t *record)
{
	const json_t *process = json_object_get(record, "process");

	page_heading(page, record, (struct record_heading){ "TAMPER", PAGE_BAD });
	if (field_is(record, "reason", "trampolines"))
		page_text(page, PAGE_PLAIN,
			  "refused: a write of kernel.ftrace_enabled=0, which would silence the "
			  "gates");
	else if (field_is(record, "reason", "gate_hole"))
		page_text(page, PAGE_PLAIN, "a module was loaded that the gates had not let in:");
	else if (field_is(record, "reason", "unrecorded"))
		page_text(page, PAGE_PLAIN, "a module was loaded of which no load is known:");
	else if (field_is(record, "reason", "control"))
		page_text(page, PAGE_PLAIN, "another process changed what the gates obey");
	else if (field_is(record, "reason", "pins"))
		page_text(page, PAGE_PLAIN,
			  "somebody took away what keeps the gates when modwarden ends");
	else if (field_is(record, "reason", "self_test"))
		page_text(page, PAGE_PLAIN, "a gate does not work any more");
	else if (field_is(record, "reason", "locked"))
		page_attempt(page, json_object_get(record, "attempt"));
	else
		page_field(page, PAGE_PLAIN, "", record, "reason", "");
	page_field(page, PAGE_BOLD, "", json_object_get(record, "module"), "name", "");
	page_end(page);
	if (!json_is_object(process))
		return;
	page_begin(page, RECORD_INDENT, "who");
	page_field(page, PAGE_BOLD, "", process, "comm", "");
	page_comma(page);
	page_number(page, "pid ", process, "pid");
	page_comma(page);
	page_number(page, "uid ", process, "uid");
	page_end(page);
}

static void page_counts(struct page *page, const json_t *counts)
{
	const char *kind;
	json_t *count;

	json_object_foreach ((json_t *)counts, kind, count) {
		page_foreign(page, PAGE_PLAIN, "", kind, "");
		page_number(page, "", counts, kind);
	}
}

static void page_loss(struct page *page, const json_t *record)
{
	page_heading(page, record, (struct record_heading){ "LOSS", PAGE_WARNING });
	page_text(page, PAGE_PLAIN, "nothing but counts is left of some events");
	page_end(page);
}

/* A type that this version does not know is shown, not judged. */
static void page_unknown(struct page *page, const json_t *record)
{
	page_heading(page, record, (struct record_heading){ "RECORD", PAGE_BOLD });
	page_field(page, PAGE_PLAIN, "of type ", record, "type", "");
	page_field(page, PAGE_PLAIN, "reason ", record, "reason", "");
	page_end(page);
}

static const struct {
	const char *type;
	void (*render)(struct page *page, const json_t *record);
} types[] = {
	{ "operation", page_operation },
	{ "daemon", page_daemon },
	{ "policy", page_policy_change },
	{ "module", page_module },
	{ "audit", page_audit },
	{ "tamper", page_tamper },
	{ "loss", page_loss },
};

static void page_record(struct page *page, const json_t *record)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (field_is(record, "type", types[i].type)) {
			types[i].render(page, record);
			return;
		}
	}
	page_unknown(page, record);
}

/* What was lost before it belongs to every record. */
static void page_lost(struct page *page, const json_t *record)
{
	const json_t *lost = json_object_get(record, "lost");

	if (!json_object_size(lost))
		return;
	page_begin(page, RECORD_INDENT, "lost");
	page_counts(page, lost);
	page_end(page);
}

char *record_text(const json_t *record, const struct record_text_style *style)
{
	auto_free char *text = NULL;
	struct page page = {
		.width = style->width,
		.colour = style->colour == RECORD_TEXT_COLOUR,
		.one_line = style->one_line,
	};
	size_t size;
	bool has_failed;

	page.out = open_memstream(&text, &size);
	if (!page.out)
		return NULL;
	page_record(&page, record);
	page_prose(&page, "note", record, "detail");
	page_lost(&page, record);
	page_see(&page, record);
	if (page.one_line)
		fputc('\n', page.out);
	has_failed = page.has_failed || ferror(page.out);
	if (memory_stream_close(page.out, &text) || has_failed)
		return NULL;
	return take_pointer(text);
}
