// SPDX-License-Identifier: GPL-2.0-or-later
/* The order of things is that of kernel/auditsc.c and audit_filter() in kernel/auditfilter.c. */
#include "audit_coverage.h"

#include <string.h>

#define UNSET           UINT32_MAX
#define FIRST_USER      1000
#define POINTS_MAX      96
#define MSG_SYSCALL     1300
#define MSG_KERN_MODULE 1330

enum match {
	MATCH_NO,
	MATCH_MAYBE,
	MATCH_YES,
};

/* A caller, and how the call ends. */
struct point {
	uint32_t auid;
	bool success;
};

struct points {
	uint32_t auids[POINTS_MAX];
	size_t count;
	bool overflow; /* too many to try: fields on auid match perhaps */
};

static const char *const caller_names[AUDIT_CALLERS] = {
	[AUDIT_CALLER_UNSET] = "unset",
	[AUDIT_CALLER_SYSTEM] = "system",
	[AUDIT_CALLER_USER] = "user",
};

static const char *const gap_names[] = {
	[AUDIT_GAP_NONE] = "none",
	[AUDIT_GAP_NARROW] = "narrow",
	[AUDIT_GAP_NO_RULE] = "no_rule",
	[AUDIT_GAP_NEVER] = "never",
};

const struct words audit_caller_words = { caller_names, AUDIT_CALLERS };
const struct words audit_gap_words = { gap_names, sizeof(gap_names) / sizeof(*gap_names) };

static enum audit_caller caller_of(uint32_t auid)
{
	if (auid == UNSET)
		return AUDIT_CALLER_UNSET;
	return auid < FIRST_USER ? AUDIT_CALLER_SYSTEM : AUDIT_CALLER_USER;
}

static void points_add(struct points *points, uint32_t auid)
{
	for (size_t i = 0; i < points->count; i++)
		if (points->auids[i] == auid)
			return;
	if (points->count == POINTS_MAX)
		points->overflow = true;
	else
		points->auids[points->count++] = auid;
}

/* Both sides of each number that a rule compares with, so that each range has one in it. */
static void points_find(struct points *points, const struct audit_rules *rules)
{
	static const uint32_t always[] = {
		0, 1, FIRST_USER - 1, FIRST_USER, FIRST_USER + 1, UNSET - 1, UNSET
	};

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		points_add(points, always[i]);
	for (size_t i = 0; i < rules->count; i++)
		for (size_t f = 0; f < rules->list[i].field_count; f++) {
			const struct audit_field *field = &rules->list[i].fields[f];

			if (field->field != AUDIT_LOGINUID || !field->is_known)
				continue;
			points_add(points, field->value - 1);
			points_add(points, field->value);
			points_add(points, field->value + 1);
		}
}

static enum match compare(uint32_t left, uint32_t op, uint32_t right)
{
	bool result;

	switch (op) {
	case AUDIT_EQUAL:
		result = left == right;
		break;
	case AUDIT_NOT_EQUAL:
		result = left != right;
		break;
	case AUDIT_LESS_THAN:
		result = left < right;
		break;
	case AUDIT_LESS_THAN_OR_EQUAL:
		result = left <= right;
		break;
	case AUDIT_GREATER_THAN:
		result = left > right;
		break;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		result = left >= right;
		break;
	default:
		return MATCH_MAYBE;
	}
	return result ? MATCH_YES : MATCH_NO;
}

static enum match auid_match(const struct audit_field *field, const struct point *point)
{
	bool asks_whether_set = field->value == UNSET;

	if (!field->is_known)
		return MATCH_MAYBE;
	/* The kernel makes "is it set" of these. */
	if (asks_whether_set && field->op != AUDIT_EQUAL && field->op != AUDIT_NOT_EQUAL)
		return MATCH_MAYBE;
	return compare(point->auid, field->op, field->value);
}

static enum match field_match(const struct audit_field *field, const struct point *point,
			      uint32_t message)
{
	switch (field->field) {
	case AUDIT_LOGINUID:
		return auid_match(field, point);
	case AUDIT_LOGINUID_SET:
		return compare(point->auid != UNSET, field->op, field->value);
	case AUDIT_SUCCESS:
		return compare(point->success, field->op, field->value);
	case AUDIT_MSGTYPE:
		return compare(message, field->op, field->value);
	case AUDIT_PERM:
		return MATCH_NO; /* module calls are in none of its classes */
	case AUDIT_WATCH:
	case AUDIT_DIR:
		/* They take a descriptor: the only paths are those that a module makes in sysfs. */
		return field->is_below_sys ? MATCH_MAYBE : MATCH_NO;
	default:
		return MATCH_MAYBE;
	}
}

static enum match fields_match(const struct audit_rule *rule, const struct point *point,
			       uint32_t message)
{
	enum match match = MATCH_YES;

	for (size_t i = 0; i < rule->field_count; i++) {
		enum match one = field_match(&rule->fields[i], point, message);

		match = one < match ? one : match;
	}
	return match;
}

/* The first rule of the list that keeps the record back, at exit or when the task was made. */
static const struct audit_rule *list_hides(const struct audit_rules *rules, int list,
					   const struct point *point, uint32_t message)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct audit_rule *rule = &rules->list[i];
		enum match match =
			rule->list == list ? fields_match(rule, point, message) : MATCH_NO;

		/* On the list exclude both actions exclude. */
		if (match && (rule->is_never || list == AUDIT_FILTER_EXCLUDE))
			return rule;
		if (match == MATCH_YES)
			return NULL;
	}
	return NULL;
}

static struct audit_gap exit_gap(const struct audit_rules *rules, enum audit_bits bits,
				 enum audit_call call, const struct point *point)
{
	struct audit_gap gap = { AUDIT_GAP_NO_RULE, NULL };

	for (size_t i = 0; i < rules->count; i++) {
		const struct audit_rule *rule = &rules->list[i];
		enum match match;

		if (rule->list != AUDIT_FILTER_EXIT || !(rule->calls[bits] & (1U << call)))
			continue;
		match = fields_match(rule, point, 0);
		if (match && rule->is_never)
			return (struct audit_gap){ AUDIT_GAP_NEVER, rule };
		if (match == MATCH_YES)
			return (struct audit_gap){ AUDIT_GAP_NONE, rule };
		if (match && gap.kind == AUDIT_GAP_NO_RULE)
			gap = (struct audit_gap){ AUDIT_GAP_NARROW, rule };
	}
	return gap;
}

static struct audit_gap point_gap(const struct audit_rules *rules, enum audit_bits bits,
				  enum audit_call call, const struct point *point)
{
	const struct audit_rule *hides = list_hides(rules, AUDIT_FILTER_TASK, point, 0);

	if (!hides)
		hides = list_hides(rules, AUDIT_FILTER_EXCLUDE, point, MSG_SYSCALL);
	if (hides)
		return (struct audit_gap){ AUDIT_GAP_NEVER, hides };
	return exit_gap(rules, bits, call, point);
}

/* Of several, what hides comes first, then what is missing. */
static void gap_join(struct audit_gap *gap, struct audit_gap one)
{
	if (one.kind > gap->kind || !gap->rule)
		*gap = one.kind >= gap->kind ? one : *gap;
}

/* Two callers that a field with a number not tried could tell apart are one point. */
static void auids_forget(struct audit_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		for (size_t f = 0; f < rules->list[i].field_count; f++)
			if (rules->list[i].fields[f].field == AUDIT_LOGINUID)
				rules->list[i].fields[f].is_known = false;
}

static void call_cover(struct audit_coverage *coverage, const struct audit_rules *rules,
		       const struct points *points, enum audit_bits bits, enum audit_call call)
{
	for (size_t i = 0; i < points->count; i++) {
		uint32_t auid = points->auids[i];
		struct audit_gap failed =
			point_gap(rules, bits, call, &(struct point){ auid, false });
		struct audit_gap done = point_gap(rules, bits, call, &(struct point){ auid, true });
		struct audit_gap *gap = &coverage->gaps[bits][call][caller_of(auid)];

		/* Only of those that succeed, or only of those that fail. */
		if (failed.kind == AUDIT_GAP_NO_RULE && done.kind == AUDIT_GAP_NONE)
			failed = (struct audit_gap){ AUDIT_GAP_NARROW, done.rule };
		if (done.kind == AUDIT_GAP_NO_RULE && failed.kind == AUDIT_GAP_NONE)
			done = (struct audit_gap){ AUDIT_GAP_NARROW, failed.rule };
		gap_join(gap, failed);
		gap_join(gap, done);
	}
}

void audit_coverage_make(struct audit_coverage *coverage, struct audit_rules *rules,
			 const struct audit_arch *arch)
{
	struct points points = {};

	*coverage = (struct audit_coverage){};
	points_find(&points, rules);
	if (points.overflow)
		auids_forget(rules);
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++)
		for (enum audit_call call = 0; call < AUDIT_CALLS; call++) {
			coverage->exists[bits][call] = audit_arch_call(arch, bits, call) >= 0;
			if (coverage->exists[bits][call])
				call_cover(coverage, rules, &points, bits, call);
		}
	for (size_t i = 0; i < points.count && !coverage->name_hidden; i++)
		coverage->name_hidden =
			list_hides(rules, AUDIT_FILTER_EXCLUDE,
				   &(struct point){ points.auids[i], true }, MSG_KERN_MODULE);
}
