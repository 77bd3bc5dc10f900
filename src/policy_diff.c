// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_diff.h"

#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "record_value.h"
#include "rule_view.h"

/* {"from": ..., "to": ...}, or null where they are the same; takes both references. */
static json_t *pair(json_t *from, json_t *to)
{
	if (!json_equal(from, to))
		return json_pack("{s:o, s:o}", "from", from, "to", to);
	json_decref(from);
	json_decref(to);
	return json_null();
}

static json_t *kernels_of(const struct policy *policy)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policy->kernel_count; i++)
		json_array_append_new(list, value_string(policy->kernels[i]));
	return list;
}

/* The rule of this name, or one behind the last. */
static __u32 find(const struct policy *policy, const char *name)
{
	__u32 i = 0;

	while (i < policy->image->rule_count && strcmp(policy->rule_names[i], name) != 0)
		i++;
	return i;
}

static bool is_same(struct rule a, struct rule b)
{
	return rule_is_same_but_digests(a, b) && rule_lists_all_of(a, b) && rule_lists_all_of(b, a);
}

/* Rules of one that the other has not; with 'changed', those that it has otherwise. */
static json_t *rules_of(const struct policy *one, const struct policy *other, bool changed)
{
	json_t *list = json_array();

	for (__u32 i = 0; i < one->image->rule_count; i++) {
		__u32 at = find(other, one->rule_names[i]);
		bool is_there = at < other->image->rule_count;

		if (is_there == changed &&
		    !(is_there && is_same((struct rule){ one, i }, (struct rule){ other, at })))
			json_array_append_new(list, json_string(one->rule_names[i]));
	}
	return list;
}

/* Are the rules that both have in the same order? */
static bool is_reordered(const struct policy *from, const struct policy *to)
{
	__u32 last = 0;

	for (__u32 i = 0; i < from->image->rule_count; i++) {
		__u32 at = find(to, from->rule_names[i]);

		if (at == to->image->rule_count)
			continue;
		if (at < last)
			return true;
		last = at;
	}
	return false;
}

/* ---- modules ---- */

static const char *const way_names[] = {
	[LOAD_WAY_FILE] = "file",
	[LOAD_WAY_FILE_UNPACKED] = "file_unpacked_in_sight",
	[LOAD_WAY_MEMORY] = "memory",
};

enum change {
	CHANGE_NONE,
	CHANGE_DEPENDS,
	CHANGE_ALLOWED,
	CHANGE_REFUSED,
};

static const char *const change_names[] = {
	[CHANGE_DEPENDS] = "depends",
	[CHANGE_ALLOWED] = "allowed",
	[CHANGE_REFUSED] = "refused",
};

static enum change change_of(const struct load_outcome *from, const struct load_outcome *to)
{
	const struct judgement *old = &from->judgement, *new = &to->judgement;

	if (old->verdict == new->verdict && old->depends == new->depends)
		return CHANGE_NONE;
	if (old->verdict == MW_VERDICT_PENDING || new->verdict == MW_VERDICT_PENDING)
		return CHANGE_DEPENDS;
	return new->verdict == MW_VERDICT_ALLOW ? CHANGE_ALLOWED : CHANGE_REFUSED;
}

static json_t *side_json(const struct policy *policy, const struct load_outcome *outcome)
{
	__u32 rule = outcome->explanation.decision.rule;

	return json_pack("{s:s, s:s?, s:s?}", "verdict",
			 word_of(&verdict_words, outcome->judgement.verdict), "rule",
			 rule == MW_RULE_NONE ? NULL : policy_rule_name(policy, rule), "reason",
			 word_of(&reason_words, outcome->judgement.reason));
}

static json_t *way_json(const struct policy *from, const struct load_outcome *old,
			const struct policy *to, const struct load_outcome *new)
{
	return json_pack("{s:s, s:b, s:o, s:o}", "way", way_names[old->way], "signed",
			 old->is_signed == MW_TRUE, "from", side_json(from, old), "to",
			 side_json(to, new));
}

struct compared {
	const struct policy *from;
	const struct policy *to;
	const struct survey *survey;
	struct load_outcome old[LOAD_OUTCOMES_MAX];
	struct load_outcome new[LOAD_OUTCOMES_MAX];
};

static json_t *module_json(const struct tree_module *module, enum change change, json_t *ways)
{
	auto_free char *path = text_sanitize(module->path);

	return json_pack("{s:s, s:s?, s:s, s:o}", "module", module->name, "path", path, "change",
			 change_names[change], "ways", ways);
}

/* Appends a module of which something changes. 0 or -1. */
static int module_compare(struct compared *compared, size_t index, json_t *list)
{
	int count = survey_outcomes(compared->survey, index, compared->from, true, compared->old);
	enum change change = CHANGE_NONE;
	json_t *ways = json_array();

	if (count < 0 ||
	    survey_outcomes(compared->survey, index, compared->to, true, compared->new) != count) {
		json_decref(ways);
		return -1;
	}
	for (int i = 0; i < count; i++) {
		enum change one = change_of(&compared->old[i], &compared->new[i]);

		change = one > change ? one : change;
		if (one)
			json_array_append_new(ways, way_json(compared->from, &compared->old[i],
							     compared->to, &compared->new[i]));
	}
	if (change)
		return json_array_append_new(
			list, module_json(compared->survey->set.modules[index], change, ways));
	json_decref(ways);
	return 0;
}

static json_t *modules_json(const struct policy *from, const struct policy *to,
			    const struct survey *survey)
{
	auto_free struct compared *compared = calloc(1, sizeof(*compared));
	json_t *list = json_array();

	if (!compared) {
		json_decref(list);
		return NULL;
	}
	*compared = (struct compared){ .from = from, .to = to, .survey = survey };
	for (size_t i = 0; survey && i < survey->set.count; i++)
		if (module_compare(compared, i, list)) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *policy_diff(const struct policy *from, const struct policy *to, const struct survey *survey)
{
	const struct mw_policy *old = from->image, *new = to->image;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:b}, s:o, s:o}", "mode",
		pair(value_word(&mode_words, old->mode), value_word(&mode_words, new->mode)),
		"default",
		pair(value_word(&verdict_words, old->default_verdict[MW_OP_LOAD]),
		     value_word(&verdict_words, new->default_verdict[MW_OP_LOAD])),
		"locked", pair(json_boolean(from->locked), json_boolean(to->locked)), "kernels",
		pair(kernels_of(from), kernels_of(to)), "rules", "added", rules_of(to, from, false),
		"removed", rules_of(from, to, false), "changed", rules_of(from, to, true),
		"reordered", is_reordered(from, to), "compared",
		json_integer(survey ? (json_int_t)survey->set.count : 0), "modules",
		modules_json(from, to, survey));
}
