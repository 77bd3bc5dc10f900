// SPDX-License-Identifier: GPL-2.0-or-later
/* policy explain: what is on record, one by its id or all of logs. */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "cmd_policy_explain.h"
#include "json_memory.h"
#include "log.h"
#include "log_reader.h"
#include "record_page.h"
#include "record_walk.h"
#include "replay.h"
#include "words.h"

/* The record of an id, with its reference. */
struct search {
	const char *id;
	json_t *found;
};

static int record_match(const json_t *record, void *arg)
{
	struct search *search = arg;

	if (!field_is(record, "id", search->id) || !field_is(record, "type", "operation"))
		return 0;
	search->found = json_incref((json_t *)record);
	return 1;
}

static void record_unref(json_t **record)
{
	json_decref(*record);
}

static const char *const result_names[] = {
	[REPLAY_SAME] = "same",
	[REPLAY_DENIES] = "newly_denied",
	[REPLAY_ALLOWS] = "newly_allowed",
	[REPLAY_UNTOLD] = "not_told",
	[REPLAY_ASIDE] = "other_reason",
};

static void recorded_print(const json_t *record)
{
	auto_free char *id = field_text(record, "id");
	auto_free char *op = field_text(record, "op");
	auto_free char *verdict = field_text(record, "verdict");
	auto_free char *rule = field_text(record, "rule");
	auto_free char *reason = field_text(record, "reason");
	auto_free char *gate = field_text(record, "gate");
	auto_free char *module = field_text(json_object_get(record, "module"), "name");
	auto_free char *alias = field_text(json_object_get(record, "requester"), "alias");
	bool is_autoload = field_is(record, "op", "autoload");

	printf("%s: %s of %s\n  recorded: %s by ", id ?: "?", op ?: "?",
	       (is_autoload ? alias : module) ?: "no known name", verdict ?: "?");
	if (rule)
		printf("rule '%s'", rule);
	else
		fputs(reason ?: "?", stdout);
	printf(", at the gate %s\n", gate ?: "?");
}

static json_t *record_json(const struct policy *policy, const json_t *record,
			   const struct explanation *explanation, const struct judgement *judgement,
			   enum replay_result result)
{
	const struct mw_decision *decision = &explanation->decision;
	const char *rule =
		decision->rule == MW_RULE_NONE ? NULL : policy_rule_name(policy, decision->rule);

	return json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:s, s:s?, s:s?, s:o, s:o, s:s}", "id",
			 json_object_get(record, "id"), "op", json_object_get(record, "op"),
			 "recorded", json_object_get(record, "verdict"), "recorded_rule",
			 json_object_get(record, "rule"), "recorded_reason",
			 json_object_get(record, "reason"), "verdict",
			 word_of(&verdict_words, judgement->verdict), "rule", rule, "reason",
			 word_of(&reason_words, judgement->reason), "depends",
			 criteria_json(judgement->depends), "passed_over",
			 passed_over_json(policy, explanation), "result", result_names[result]);
}

static int record_explain(const struct policy *policy, const json_t *record, bool json,
			  struct judgement *judgement)
{
	auto_free struct explanation *explanation = malloc(sizeof(*explanation));
	cleanup(record_unref) json_t *object = NULL;
	struct record_facts facts;
	enum replay_result result;
	int r = explanation ? record_facts_read(&facts, record) : -ENOMEM;

	r = r ?: policy_explain(policy, &facts.facts, explanation);
	if (r < 0)
		return r;
	result = replay_judge(policy, &facts, &explanation->decision, judgement);
	if (json) {
		object = record_json(policy, record, explanation, judgement, result);
		if (!object || json_write(object, stdout, JSON_COMPACT) < 0)
			return -ENOMEM;
		putchar('\n');
		return 0;
	}
	recorded_print(record);
	fputs("  this policy: ", stdout);
	if (judgement->verdict == MW_VERDICT_PENDING)
		fputs("not told, for the record does not say it: ", stdout);
	judgement_print(stdout, policy, judgement, &explanation->decision);
	explanation_print(stdout, policy, explanation);
	if (result == REPLAY_ASIDE)
		puts("  no policy decided then, and this one would not have been asked");
	return 0;
}

enum exit_code explain_record(const struct policy *policy, const char *id,
			      const struct explain_options *options)
{
	struct search search = { .id = id };
	cleanup(record_unref) json_t *record = NULL;
	struct judgement judgement;
	enum exit_code code =
		record_walk(&options->log, options->log ? 1 : 0, id, record_match, &search);
	int r;

	record = search.found;
	if (!record && code)
		return code;
	if (!record) {
		log_error("policy explain: no operation '%s' in '%s'; name another log with --log",
			  id, options->log ?: LOG_PATH);
		return EXIT_NOTHING;
	}
	r = record_explain(policy, record, options->json, &judgement);
	if (r < 0) {
		log_error("policy explain: cannot explain '%s': %s", id,
			  r == -EINVAL ? "its record is damaged" : strerror(-r));
		return EXIT_FAILED;
	}
	return judgement.verdict == MW_VERDICT_ALLOW ? EXIT_DONE : EXIT_NOTHING;
}

struct replayed {
	struct replay replay;
	int error;
};

static int record_replay(const json_t *record, void *arg)
{
	struct replayed *replayed = arg;

	replayed->error = replay_take(&replayed->replay, record);
	return replayed->error == -ENOMEM;
}

static void replay_cleanup(struct replay **replay)
{
	replay_end(*replay);
}

static int replay_tell(const struct replay *replay, bool json)
{
	cleanup(record_unref) json_t *object = NULL;

	if (!json)
		return json_is_whole() ? replay_print(replay, stdout) : -ENOMEM;
	object = replay_json(replay);
	if (!object || json_write(object, stdout, JSON_COMPACT) < 0 || !json_is_whole())
		return -ENOMEM;
	putchar('\n');
	return 0;
}

enum exit_code explain_logs(const struct policy *policy, const struct explain_options *options)
{
	struct replayed replayed = {};
	cleanup(replay_cleanup) struct replay *replay = &replayed.replay;
	enum exit_code code = EXIT_DONE;
	int r = replay_begin(replay, policy);

	if (!r)
		code = record_walk(options->subjects, (size_t)options->count, NULL, record_replay,
				   &replayed);
	if (!r && replayed.error != -ENOMEM)
		r = replay_tell(replay, options->json);
	if (r < 0 || replayed.error == -ENOMEM) {
		log_error("policy explain: cannot replay: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (code)
		return code;
	if (!replay_operations(replay)) {
		log_warning("policy explain: no operation is on record: nothing was replayed");
		return EXIT_NOTHING;
	}
	return replay->counts[REPLAY_DENIES] || replay->counts[REPLAY_ALLOWS] ? EXIT_NOTHING
									      : EXIT_DONE;
}
