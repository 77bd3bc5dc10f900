// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#include <errno.h>

#include "cleanup.h"
#include "json_memory.h"
#include "record_value.h"

int replay_begin(struct replay *replay, const struct policy *policy)
{
	*replay = (struct replay){ .policy = policy, .changes = json_object() };
	return replay->changes ? 0 : -ENOMEM;
}

uint64_t replay_operations(const struct replay *replay)
{
	uint64_t all = 0;

	for (int result = REPLAY_SAME; result < REPLAY_RESULTS; result++)
		all += replay->counts[result];
	return all;
}

void replay_end(struct replay *replay)
{
	json_decref(replay->changes);
	*replay = (struct replay){};
}

enum replay_result replay_judge(const struct policy *policy, const struct record_facts *facts,
				struct mw_decision *decision, struct judgement *judgement)
{
	policy_decide(policy, &facts->facts, decision);
	*judgement = decision_judge(decision, facts->never);
	if (facts->is_aside)
		return REPLAY_ASIDE;
	if (judgement->verdict == MW_VERDICT_PENDING)
		return REPLAY_UNTOLD;
	if (judgement->verdict == facts->verdict)
		return REPLAY_SAME;
	return judgement->verdict == MW_VERDICT_DENY ? REPLAY_DENIES : REPLAY_ALLOWS;
}

/* As the record has it: of an autoload the alias. */
static const char *subject_of(const json_t *record, enum mw_op op)
{
	bool is_autoload = op == MW_OP_AUTOLOAD;
	const json_t *object = json_object_get(record, is_autoload ? "requester" : "module");

	return json_string_value(json_object_get(object, is_autoload ? "alias" : "name"));
}

static json_t *change_new(const struct replay *replay, const json_t *record,
			  const struct record_facts *facts, const struct mw_decision *decision,
			  const struct judgement *judgement)
{
	const char *rule = decision->rule == MW_RULE_NONE
				   ? NULL
				   : policy_rule_name(replay->policy, decision->rule);
	const char *recorded = json_string_value(json_object_get(record, "rule"));
	const char *id = json_string_value(json_object_get(record, "id"));

	return json_pack("{s:o, s:s?, s:o, s:s?, s:o, s:o, s:s?, s:o, s:i, s:s?}", "op",
			 value_word(&op_words, facts->facts.op), "module",
			 subject_of(record, facts->facts.op), "recorded",
			 value_word(&verdict_words, facts->verdict), "recorded_rule", recorded,
			 "recorded_reason", value_word(&reason_words, facts->reason), "verdict",
			 value_word(&verdict_words, judgement->verdict), "rule", rule, "reason",
			 value_word(&reason_words, judgement->reason), "count", 0, "first", id);
}

static json_t *change_find(struct replay *replay, const json_t *record,
			   const struct record_facts *facts, const struct mw_decision *decision,
			   const struct judgement *judgement)
{
	json_t *change = change_new(replay, record, facts, decision, judgement), *held;
	auto_free char *key = NULL;
	json_t *first = json_object_get(change, "first");

	if (!change)
		return NULL;
	/* All of it but the record's id. */
	json_incref(first);
	json_object_del(change, "first");
	key = json_text(change, JSON_COMPACT);
	json_object_set_new(change, "first", first);
	held = key ? json_object_get(replay->changes, key) : NULL;
	if (held || !key || json_object_size(replay->changes) >= REPLAY_CHANGES_MAX) {
		json_decref(change);
		return held;
	}
	return json_object_set_new(replay->changes, key, change) ? NULL : change;
}

static void change_count(struct replay *replay, json_t *change, uint64_t count)
{
	json_t *counted = json_object_get(change, "count");

	if (!change)
		replay->unlisted += count;
	else
		json_integer_set(counted, json_integer_value(counted) + (json_int_t)count);
}

int replay_take(struct replay *replay, const json_t *record)
{
	struct record_facts facts;
	struct mw_decision decision;
	struct judgement judgement;
	enum replay_result result;
	int r = record_facts_read(&facts, record);

	if (r < 0)
		return r == -ENOMEM ? r : REPLAY_NONE;
	result = replay_judge(replay->policy, &facts, &decision, &judgement);
	replay->counts[result] += facts.count;
	if (result == REPLAY_UNTOLD)
		for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
			if (judgement.depends & MW_BIT(c))
				replay->untold[c] += facts.count;
	if (result == REPLAY_DENIES || result == REPLAY_ALLOWS)
		change_count(replay, change_find(replay, record, &facts, &decision, &judgement),
			     facts.count);
	return result;
}
