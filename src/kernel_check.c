// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_check.h"

#include <errno.h>

#include "cleanup.h"
#include "escape.h"
#include "log.h"
#include "record_value.h"
#include "survey.h"

/* Of one module: what all ways of loading come to. */
struct outlook {
	enum mw_verdict verdict; /* pending: it depends, or not all ways are the same */
	const struct load_outcome *worst;
};

static const char *const need_names[] = {
	[TREE_HARDWARE] = "hardware",
	[TREE_LOADED] = "loaded",
	[TREE_NAMED] = "named",
	[TREE_PRESENT] = "present",
};

/* A denial in one way weighs more than what depends, and that more than what is allowed. */
static struct outlook outlook_of(const struct load_outcome *outcomes, int count)
{
	struct outlook outlook = { .verdict = outcomes[0].judgement.verdict, .worst = outcomes };

	for (int i = 1; i < count; i++) {
		enum mw_verdict verdict = outcomes[i].judgement.verdict;
		enum mw_verdict worst = outlook.worst->judgement.verdict;

		if (verdict != outlook.verdict)
			outlook.verdict = MW_VERDICT_PENDING;
		if (worst != MW_VERDICT_DENY && verdict != MW_VERDICT_ALLOW && verdict != worst)
			outlook.worst = &outcomes[i];
	}
	return outlook;
}

static json_t *module_json(const struct policy *policy, const struct tree_module *module,
			   const struct outlook *outlook)
{
	const struct load_outcome *worst = outlook->worst;
	__u32 rule = worst->explanation.decision.rule;
	auto_free char *path = text_sanitize(module->path);
	auto_free char *of = text_sanitize(module->of ?: "");

	return json_pack("{s:s, s:s?, s:s, s:s?, s:s, s:s?, s:s?, s:o}", "module", module->name,
			 "path", path, "needed", need_names[module->need], "by",
			 module->of ? of : NULL, "verdict",
			 word_of(&verdict_words, outlook->verdict), "rule",
			 rule == MW_RULE_NONE ? NULL : policy_rule_name(policy, rule), "reason",
			 word_of(&reason_words, worst->judgement.reason), "depends",
			 criteria_json(worst->judgement.depends));
}

static void module_print(const struct policy *policy, const struct tree_module *module,
			 const struct outlook *outlook)
{
	auto_free char *name = text_sanitize(module->name);
	auto_free char *of = text_sanitize(module->of ?: "");

	printf("  %-8s  %s", need_names[module->need], name ?: "?");
	if (module->of)
		printf(" (for %s)", of ?: "?");
	printf(": %s", outlook->verdict == MW_VERDICT_PENDING &&
				       outlook->worst->judgement.verdict == MW_VERDICT_DENY
			       ? "not in each way of loading: "
			       : "");
	judgement_print(stdout, policy, &outlook->worst->judgement,
			&outlook->worst->explanation.decision);
}

/* All modules of one need that would not be let in. The number of them, or -ENOMEM. */
static int need_check(const struct policy *policy, const struct survey *survey, enum tree_need need,
		      json_t *list)
{
	auto_free struct load_outcome *outcomes = calloc(LOAD_OUTCOMES_MAX, sizeof(*outcomes));
	int refused = 0;

	for (size_t i = 0; i < survey->set.count; i++) {
		struct outlook outlook;
		int count;

		if (survey->set.modules[i]->need != need)
			continue;
		count = outcomes ? survey_outcomes(survey, i, policy, false, outcomes) : -ENOMEM;
		if (count < 0)
			return count;
		outlook = outlook_of(outcomes, count);
		if (outlook.verdict == MW_VERDICT_ALLOW)
			continue;
		refused++;
		if (list)
			json_array_append_new(
				list, module_json(policy, survey->set.modules[i], &outlook));
		else
			module_print(policy, survey->set.modules[i], &outlook);
	}
	return refused;
}

static int all_check(const struct policy *policy, const struct survey *survey, json_t *list)
{
	int refused = 0;

	for (enum tree_need need = TREE_HARDWARE; need <= TREE_LOADED && refused >= 0; need++) {
		int r = need_check(policy, survey, need, list);

		refused = r < 0 ? r : refused + r;
	}
	return refused;
}

static void sum_print(const struct policy *policy, const char *release, size_t needed, int refused)
{
	if (refused)
		printf("%s: %d of %zu modules that this machine needs would not simply be let "
		       "in\n",
		       release, refused, needed);
	else
		printf("%s: all %zu modules that this machine needs would be let in\n", release,
		       needed);
	if (!policy_matches_kernel(policy, release))
		printf("%s: not in 'kernels:': there the policy starts in monitor mode and refuses "
		       "nothing; add it with 'modwarden policy update'\n",
		       release);
}

enum exit_code kernel_check(const struct policy *policy, const char *release, const char *tree,
			    json_t **json)
{
	cleanup(survey_clear) struct survey survey = {};
	auto_free char *directory = tree ? strdup(tree) : survey_directory(release);
	json_t *list = json ? json_array() : NULL;
	enum exit_code code =
		directory ? survey_take(&survey, "policy check", directory, SURVEY_NEEDED)
			  : EXIT_FAILED;
	int refused;

	code = code ?: survey_digest(&survey, "policy check");
	refused = code ? 0 : all_check(policy, &survey, list);
	if (code || refused < 0) {
		json_decref(list);
		return code ?: EXIT_FAILED;
	}
	if (json)
		*json = json_pack("{s:s, s:b, s:I, s:o}", "release", release, "listed",
				  policy_matches_kernel(policy, release), "needed",
				  (json_int_t)survey.set.count, "refused", list);
	else
		sum_print(policy, release, survey.set.count, refused);
	return refused || !policy_matches_kernel(policy, release) ? EXIT_NOTHING : EXIT_DONE;
}
