// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_gap_finding.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

static const char *const caller_texts[AUDIT_CALLERS] = {
	[AUDIT_CALLER_UNSET] = "daemons, autoloads and containers (auid unset)",
	[AUDIT_CALLER_SYSTEM] = "root and system users who logged in (auid below 1000)",
	[AUDIT_CALLER_USER] = "users who logged in (auid 1000 and above)",
};

/* "init_module and finit_module" */
static void calls_format(char *text, size_t size, unsigned int calls)
{
	const char *before = "";
	size_t at = 0;

	*text = '\0';
	for (enum audit_call call = 0; call < AUDIT_CALLS && at < size; call++)
		if (calls & (1U << call)) {
			at += (size_t)snprintf(text + at, size - at, "%s%s", before,
					       audit_call_name(call));
			before = ", ";
		}
}

static void callers_format(char *text, size_t size, unsigned int callers)
{
	const char *before = "";
	size_t at = 0;

	*text = '\0';
	if (callers == (1U << AUDIT_CALLERS) - 1) {
		snprintf(text, size, "all callers");
		return;
	}
	for (enum audit_caller caller = 0; caller < AUDIT_CALLERS && at < size; caller++)
		if (callers & (1U << caller)) {
			at += (size_t)snprintf(text + at, size - at, "%s%s", before,
					       caller_texts[caller]);
			before = "; ";
		}
}

/* Where gaps of a kind, and of a rule if one is named, are: as bits. */
struct gaps {
	unsigned int calls[AUDIT_BITS];
	unsigned int callers;
};

static struct gaps gaps_of(const struct audit_coverage *coverage, enum audit_gap_kind kind,
			   const struct audit_rule *rule)
{
	struct gaps gaps = {};

	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++)
			for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++) {
				const struct audit_gap *gap = &coverage->gaps[bits][call][caller];

				if (gap->kind != kind || (rule && gap->rule != rule))
					continue;
				gaps.calls[bits] |= 1U << call;
				gaps.callers |= 1U << caller;
			}
	return gaps;
}

/* The kernel's own, without what is text in it. */
static void rule_format(char *text, size_t size, const struct audit_rule *rule)
{
	static const char separator[] = { AUDIT_KEY_SEPARATOR, 0 };
	const char *list = audit_flag_to_name(rule->list);
	size_t at = (size_t)snprintf(text, size, "'-a %s,%s", rule->is_never ? "never" : "always",
				     list ?: "?");

	for (size_t i = 0; i < rule->field_count && at < size; i++) {
		const struct audit_field *field = &rule->fields[i];
		const char *name = audit_field_to_name((int)field->field);

		at += (size_t)snprintf(text + at, size - at, " -F %s%s", name ?: "?",
				       audit_operator_to_symbol((int)field->op) ?: "?");
		if (at < size)
			at += (size_t)(field->is_known ? snprintf(text + at, size - at, "%d",
								  (int)field->value)
						       : snprintf(text + at, size - at, "..."));
	}
	for (const char *key = rule->key; at < size && *key; key += strspn(key, separator)) {
		int length = (int)strcspn(key, separator);

		at += (size_t)snprintf(text + at, size - at, " -k %.*s", length, key);
		key += length;
	}
	if (at < size)
		snprintf(text + at, size - at, "'");
}

static void place_format(char *text, size_t size, const struct audit_rule *rule)
{
	if (rule->source.file)
		snprintf(text, size, "%s:%u '%s'", rule->source.file, rule->source.line,
			 rule->source.text);
	else
		rule_format(text, size, rule);
}

static const char *list_reason(const struct audit_rule *rule)
{
	switch (rule->list) {
	case AUDIT_FILTER_TASK:
		return "it keeps whole processes from being audited";
	case AUDIT_FILTER_EXCLUDE:
		return "it excludes records";
	default:
		return "it stands before what would record them";
	}
}

static void rule_find(struct audit_findings *findings, const struct audit_coverage *coverage,
		      const struct audit_rule *rule, enum audit_gap_kind kind, const char *where)
{
	struct gaps gaps = gaps_of(coverage, kind, rule);
	char calls[128], callers[256], place[512];

	calls_format(calls, sizeof(calls), gaps.calls[AUDIT_BITS_64] | gaps.calls[AUDIT_BITS_32]);
	callers_format(callers, sizeof(callers), gaps.callers);
	place_format(place, sizeof(place), rule);
	if (kind == AUDIT_GAP_NEVER)
		finding_add(
			findings, AUDIT_ERROR, "never",
			rule->list == AUDIT_FILTER_EXIT
				? "remove that rule, or put the lines for modules before it, in a "
				  "file that sorts earlier"
				: "remove that rule",
			"%s: %s hides %s of %s, or of some of them: %s", where, place, calls,
			callers, list_reason(rule));
	else
		finding_add(findings, AUDIT_ERROR, "narrow",
			    "add a line without further fields behind it",
			    "%s: %s records %s of only some of %s", where, place, calls, callers);
}

/* Each rule once: those that hide, and those that are all there is and too narrow. */
static void rules_find(struct audit_findings *findings, const struct audit_coverage *coverage,
		       const char *where)
{
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++)
			for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++) {
				const struct audit_gap *gap = &coverage->gaps[bits][call][caller];

				if (gap->kind == AUDIT_GAP_NEVER || gap->kind == AUDIT_GAP_NARROW)
					rule_find(findings, coverage, gap->rule, gap->kind, where);
			}
}

/* Calls of which the same callers have no rule, for one width. */
static void missing_find(struct audit_findings *findings, const struct audit_coverage *coverage,
			 enum audit_profile profile, const struct audit_arch *arch,
			 enum audit_bits bits, unsigned int group, unsigned int callers,
			 const char *where, const char *otherwise)
{
	bool is_filter = callers != (1U << AUDIT_CALLERS) - 1;
	bool is_asked = audit_profile_has(profile, AUDIT_PROFILE_E8);
	enum audit_profile part = is_filter || is_asked ? AUDIT_PROFILE_E8 : profile;
	auto_free char *line = NULL, *remedy = NULL;
	char text[128], who[256];
	unsigned int calls = 0;

	for (enum audit_call call = 0; call < AUDIT_CALLS_TODAY; call++) {
		unsigned int without = 0;

		for (enum audit_caller caller = 0; caller < AUDIT_CALLERS; caller++)
			if (coverage->exists[bits][call] &&
			    coverage->gaps[bits][call][caller].kind == AUDIT_GAP_NO_RULE)
				without |= 1U << caller;
		calls |= without == callers ? group & (1U << call) : 0;
	}
	if (!calls)
		return;
	line = audit_profile_line(part, arch, bits, calls);
	if (line && asprintf(&remedy, "add to %s: %s", audit_profile_path(part), line) < 0)
		remedy = NULL;
	calls_format(text, sizeof(text), calls);
	callers_format(who, sizeof(who), callers);
	finding_add(findings, is_filter && !is_asked ? AUDIT_WARNING : AUDIT_ERROR,
		    is_filter ? "auid_filter" : "missing", otherwise ?: remedy,
		    "%s: no rule records %s of %s (%s-bit)", where, text, who,
		    bits == AUDIT_BITS_64 ? "64" : "32");
}

void audit_gaps_find(struct audit_findings *findings, const struct audit_coverage *coverage,
		     enum audit_profile profile, const struct audit_arch *arch, const char *where,
		     const char *otherwise)
{
	/* Those that share a key. */
	static const unsigned int groups[] = { 1U << AUDIT_CALL_INIT | 1U << AUDIT_CALL_FINIT,
					       1U << AUDIT_CALL_DELETE };

	rules_find(findings, coverage, where);
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (unsigned int callers = 1; callers < 1U << AUDIT_CALLERS; callers++)
			for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
				missing_find(findings, coverage, profile, arch, bits, groups[i],
					     callers, where, otherwise);
	if (coverage->name_hidden) {
		char place[512];

		place_format(place, sizeof(place), coverage->name_hidden);
		finding_add(findings, AUDIT_WARNING, "names_excluded", "remove that rule",
			    "%s: %s excludes KERN_MODULE records: what is recorded has no module's "
			    "name",
			    where, place);
	}
}
