// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_status.h"

#include "boottime.h"
#include "digest.h"
#include "readiness.h"
#include "record_value.h"
#include "version.h"
#include "words.h"

#include <errno.h>
#include <unistd.h>

enum mw_mode control_mode_now(const struct control_view *view)
{
	return override_holds(view->override, boottime_now()) ? view->override->mode
							      : view->policy->image->mode;
}

json_t *control_time_value(uint64_t time)
{
	return time ? value_time(time, boottime_offset()) : json_null();
}

/* Rounded up: what was asked for a moment ago is all there. */
json_t *control_left(uint64_t until, uint64_t now)
{
	return value_number(until > now ? (until - now + CONTROL_SECOND - 1) / CONTROL_SECOND : 0);
}

enum mode_source control_mode_source(const struct control_view *view)
{
	if (override_holds(view->override, boottime_now()))
		return view->override->source;
	if (view->is_missing)
		return MODE_SOURCE_MISSING;
	return view->is_foreign ? MODE_SOURCE_KERNELS : MODE_SOURCE_POLICY;
}

json_t *control_mode_value(const struct control_view *view)
{
	uint64_t now = boottime_now();
	bool is_overridden = override_holds(view->override, now);
	uint64_t until = is_overridden ? view->override->until : 0;

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "mode",
			 value_word(&mode_words, control_mode_now(view)), "source",
			 value_word(&mode_source_words, control_mode_source(view)), "until",
			 control_time_value(until), "left",
			 until ? control_left(until, now) : json_null(), "policy_mode",
			 value_word(&mode_words, view->policy->image->mode));
}

json_t *control_policy_value(const struct control_view *view)
{
	const struct mw_policy *image = view->policy->image;
	const char *path = view->is_missing ? NULL : view->policy_path;
	const char *missing = view->is_missing ? view->policy_path : NULL;
	char sha256[DIGEST_HEX_SIZE];

	digest_format(image->sha256, sha256);
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "path",
			 value_string(path), "missing", value_string(missing), "sha256", sha256,
			 "generation", value_number(image->generation), "mode",
			 value_word(&mode_words, image->mode), "rules",
			 value_number(image->rule_count), "digests",
			 value_number(view->policy->digests.count), "loaded",
			 control_time_value(view->loaded), "refused", value_number(view->refused));
}

static json_t *ends_value(const uint64_t ends[TALLY_ENDS])
{
	json_t *object = json_object();

	for (enum tally_end end = 0; end < TALLY_ENDS; end++)
		json_object_set_new(object, word_of(&tally_words, end), value_number(ends[end]));
	return object;
}

static json_t *verdicts_value(const struct tally *tally)
{
	json_t *ops = json_object();

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++) {
		uint64_t sum[TALLY_ENDS] = {};

		for (enum mw_reason reason = 0; reason < MW_REASONS; reason++)
			for (enum tally_end end = 0; end < TALLY_ENDS; end++)
				sum[end] += tally->reasons[op][reason][end];
		json_object_set_new(ops, word_of(&op_words, op), ends_value(sum));
	}
	return ops;
}

static void add_reason(json_t *list, const struct tally *tally, enum mw_op op,
		       enum mw_reason reason)
{
	for (enum tally_end end = 0; end < TALLY_ENDS; end++) {
		uint64_t count = tally->reasons[op][reason][end];

		if (count)
			json_array_append_new(list,
					      json_pack("{s:o, s:o, s:o, s:o}", "op",
							value_word(&op_words, op), "verdict",
							value_word(&tally_words, end), "reason",
							value_word(&reason_words, reason), "count",
							value_number(count)));
	}
}

static json_t *reasons_value(const struct tally *tally)
{
	json_t *list = json_array();

	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		for (enum mw_reason reason = 0; reason < MW_REASONS; reason++)
			add_reason(list, tally, op, reason);
	return list;
}

static json_t *rules_value(const struct tally *tally, const struct policy *policy)
{
	json_t *list = json_array();

	for (uint32_t rule = 0; rule < policy->image->rule_count; rule++) {
		json_t *row =
			json_pack("{s:o}", "rule", value_string(policy_rule_name(policy, rule)));

		json_object_update_new(row, ends_value(tally->rules[rule]));
		json_array_append_new(list, row);
	}
	return list;
}

json_t *control_lost_value(const struct record_lost *lost)
{
	json_t *object = json_object();

	for (size_t i = 0; i < RECORD_LOST_KINDS; i++)
		json_object_set_new(object, word_of(&lost_words, i), value_number(lost->count[i]));
	return object;
}

static json_t *kernel_value(const struct mw_counters *counters)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "holes", value_number(counters->holes),
			 "skipped", value_number(counters->skipped), "fold_full",
			 value_number(counters->fold_full), "unseen_exits",
			 value_number(counters->unseen_exits), "unobserved",
			 value_number(counters->unobserved));
}

static json_t *audit_status_value(const struct audit_tally *tally)
{
	json_t *recorded = json_object();

	for (size_t i = 0; i < recorded_words.count; i++)
		json_object_set_new(recorded, word_of(&recorded_words, i),
				    value_number(tally->recorded[i]));
	return json_pack("{s:b, s:o, s:o, s:o, s:o}", "stamps", tally->has_stamps, "reader",
			 value_word(&trail_words, tally->source), "recorded", recorded, "gaps",
			 value_number(tally->gaps), "kernel_lost",
			 value_number_if(tally->hears_losses, tally->kernel_lost));
}

static json_t *metrics_value(const struct control_view *view)
{
	if (!view->listen)
		return json_null();
	return json_pack("{s:s, s:o}", "address", view->listen, "problem",
			 value_string(view->not_listening));
}

int control_status(const struct control_view *view, const struct mw_counters *counters,
		   const struct tally *tally, json_t *reply)
{
	json_t *body = json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:b, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
		"version", MODWARDEN_VERSION, "pid", value_number(getpid()), "node",
		value_string(view->node), "kernel", value_string(view->kernel), "mode",
		control_mode_value(view), "mechanism", mechanism_name(view->plan->mechanism),
		"grade", grade_name(view->plan->grade), "locked", view->is_locked, "persist",
		view->persists, "uptime",
		value_number((boottime_now() - view->started) / CONTROL_SECOND), "policy",
		control_policy_value(view), "verdicts", verdicts_value(tally), "reasons",
		reasons_value(tally), "rules", rules_value(tally, view->policy), "former_rules",
		ends_value(tally->former_rules), "no_rule", ends_value(tally->no_rule), "self_test",
		!view->failing, "failing_gate", value_word(&gate_words, view->failing),
		"trampolines_guarded", view->is_guarded, "lost",
		control_lost_value(recorder_lost(view->recorder)), "counters",
		kernel_value(counters), "audit", audit_status_value(view->audit), "readiness",
		readiness_value(view->plan, view->failing, view->is_output_lost), "metrics",
		metrics_value(view));
	int error = !body || json_object_update(reply, body) ? -ENOMEM : 0;

	json_decref(body);
	return error;
}
