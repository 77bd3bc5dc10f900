// SPDX-License-Identifier: GPL-2.0-or-later
#include "allow_effect.h"

#include <string.h>

#include "cleanup.h"
#include "survey.h"

#define COMPONENT "allow"

struct outlook {
	struct load_outcome now[LOAD_OUTCOMES_MAX];
	struct load_outcome next[LOAD_OUTCOMES_MAX];
};

static void cleanup_json(json_t **value)
{
	json_decref(*value);
}

/* These are the bytes that the rule was made for, stored or unpacked. */
static bool is_itself(const struct module_digest *digest, const struct mw_facts *facts)
{
	for (int i = 0; i < facts->digest_count; i++)
		if (!memcmp(digest->stored, facts->digest[i], MW_DIGEST_SIZE) ||
		    !memcmp(digest->elf, facts->digest[i], MW_DIGEST_SIZE))
			return true;
	return false;
}

/* In some way of loading it is let in by 'next', and was not by 'now'. */
static bool is_newly_allowed(const struct survey *survey, size_t index, const struct policy *now,
			     const struct policy *next, struct outlook *outlook)
{
	int count = survey_outcomes(survey, index, now, true, outlook->now);

	if (survey_outcomes(survey, index, next, true, outlook->next) != count)
		return true;
	for (int i = 0; i < count; i++)
		if (outlook->next[i].judgement.verdict == MW_VERDICT_ALLOW &&
		    outlook->now[i].judgement.verdict != MW_VERDICT_ALLOW)
			return true;
	return false;
}

static enum exit_code others_find(struct allow_effect *effect, const struct policy *now,
				  const struct policy *next, const char *directory,
				  const struct mw_facts *facts)
{
	cleanup(survey_clear) struct survey survey = {};
	auto_free struct outlook *outlook = calloc(1, sizeof(*outlook));
	cleanup(cleanup_json) json_t *names = json_array();
	enum exit_code code = survey_take(&survey, COMPONENT, directory, SURVEY_ALL);

	code = code ?: survey_digest(&survey, COMPONENT);
	if (code || !outlook || !names)
		return EXIT_FAILED;
	for (size_t i = 0; i < survey.set.count; i++)
		if (is_newly_allowed(&survey, i, now, next, outlook) &&
		    !is_itself(&survey.digests[i], facts) &&
		    json_array_append_new(names, json_string(survey.set.modules[i]->name)))
			return EXIT_FAILED;
	effect->also_allowed = json_incref(names);
	return EXIT_DONE;
}

/* Not let in, in at least one way. */
static bool is_refused(const struct survey *survey, size_t index, const struct policy *policy,
		       struct load_outcome *outcomes)
{
	int count = survey_outcomes(survey, index, policy, false, outcomes);

	for (int i = 0; i < count; i++)
		if (outcomes[i].judgement.verdict != MW_VERDICT_ALLOW)
			return true;
	return count < 0;
}

/* '-' and '_' are one character in the names of modules. */
static bool is_name(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))))
		a++, b++;
	return !*a && !*b;
}

static enum exit_code needed_find(struct allow_effect *effect, const struct policy *next,
				  const char *directory, const char *name)
{
	cleanup(survey_clear) struct survey survey = {};
	auto_free struct load_outcome *outcomes = calloc(LOAD_OUTCOMES_MAX, sizeof(*outcomes));
	cleanup(cleanup_json) json_t *names = json_array();
	enum exit_code code = survey_take_named(&survey, COMPONENT, directory, name);

	/* A module from elsewhere needs what nobody knows. */
	if (code == EXIT_NOTHING)
		return EXIT_DONE;
	code = code ?: survey_digest(&survey, COMPONENT);
	if (code || !outcomes || !names)
		return EXIT_FAILED;
	for (size_t i = 0; i < survey.set.count; i++)
		if (!is_name(survey.set.modules[i]->name, name) &&
		    is_refused(&survey, i, next, outcomes) &&
		    json_array_append_new(names, json_string(survey.set.modules[i]->name)))
			return EXIT_FAILED;
	effect->still_refused = json_incref(names);
	return EXIT_DONE;
}

enum exit_code allow_effect_find(struct allow_effect *effect, const struct policy *now,
				 const struct policy *next, const char *directory,
				 const struct mw_facts *facts, bool is_wide)
{
	enum exit_code code = EXIT_DONE;

	*effect = (struct allow_effect){};
	if (is_wide)
		code = others_find(effect, now, next, directory, facts);
	if (!code && facts->module[0])
		code = needed_find(effect, next, directory, facts->module);
	return code;
}

void allow_effect_clear(struct allow_effect *effect)
{
	json_decref(effect->also_allowed);
	json_decref(effect->still_refused);
	*effect = (struct allow_effect){};
}
