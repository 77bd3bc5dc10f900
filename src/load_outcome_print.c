// SPDX-License-Identifier: GPL-2.0-or-later
/* Load outcomes for people and, as JSON, for programs. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cleanup.h"
#include "digest.h"
#include "escape.h"
#include "json_memory.h"
#include "load_outcome.h"
#include "words.h"

static const char *const way_names[] = {
	[LOAD_WAY_FILE] = "finit_module",
	[LOAD_WAY_FILE_UNPACKED] = "finit_module, unpacked in sight (kernel 7.x)",
	[LOAD_WAY_MEMORY] = "init_module of the unpacked bytes",
};

static void outcome_print(const struct policy *policy, const struct module_file *file,
			  const struct load_outcome *outcome)
{
	const struct explanation *explanation = &outcome->explanation;

	printf("  %s", way_names[outcome->way]);
	if (file->signature == MW_SIGNATURE_PRESENT)
		printf(", signature %s",
		       outcome->is_signed == MW_TRUE ? "accepted" : "not accepted");
	printf(": ");
	judgement_print(stdout, policy, &outcome->judgement, &explanation->decision);
	explanation_print(stdout, policy, explanation);
}

static int file_print(const char *path, const struct module_file *file)
{
	auto_free char *shown_path = text_sanitize(path);
	auto_free char *name = text_sanitize(*file->name ? file->name : "unknown");
	auto_free char *signer = text_sanitize(file->signer ? file->signer : "");

	if (!shown_path || !name || !signer)
		return -ENOMEM;
	printf("%s: module %s, %s, signature %s", shown_path, name,
	       file->compression ? compression_name(file->compression) : "not compressed",
	       word_of(&signature_words, file->signature));
	if (*signer)
		printf(" (says: %s)", signer);
	putchar('\n');
	return 0;
}

static json_t *outcome_json(const struct policy *policy, const struct load_outcome *outcome)
{
	const struct mw_decision *decision = &outcome->explanation.decision;
	const char *rule =
		decision->rule == MW_RULE_NONE ? NULL : policy_rule_name(policy, decision->rule);

	return json_pack("{s:s, s:b, s:b, s:s, s:s?, s:s?, s:o, s:o}", "source",
			 word_of(&source_words, outcome->facts.source), "unpacked_in_sight",
			 outcome->way == LOAD_WAY_FILE_UNPACKED, "signed",
			 outcome->is_signed == MW_TRUE, "verdict",
			 word_of(&verdict_words, outcome->judgement.verdict), "rule", rule,
			 "reason", word_of(&reason_words, outcome->judgement.reason), "depends",
			 criteria_json(outcome->judgement.depends), "passed_over",
			 passed_over_json(policy, &outcome->explanation));
}

static json_t *file_json(const char *path, const struct module_file *file)
{
	auto_free char *shown_path = text_sanitize(path);
	auto_free char *name = text_sanitize(file->name);
	auto_free char *signer = file->signer ? text_sanitize(file->signer) : NULL;
	char stored[DIGEST_HEX_SIZE], elf[DIGEST_HEX_SIZE];

	digest_format(file->stored_sha256, stored);
	digest_format(file->elf_sha256, elf);
	return json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s, s:s}", "file", shown_path, "module",
			 name && *name ? name : NULL, "compression",
			 compression_name(file->compression), "signature",
			 word_of(&signature_words, file->signature), "signer", signer, "sha256",
			 stored, "sha256_elf", elf);
}

int load_outcomes_json(const struct policy *policy, const char *path,
		       const struct module_file *file, const struct load_outcome *outcomes,
		       int count)
{
	json_t *object = file_json(path, file);
	json_t *list = json_array();
	int r = 0;

	for (int i = 0; i < count; i++)
		json_array_append_new(list, outcome_json(policy, &outcomes[i]));
	if (json_object_set_new(object, "outcomes", list) < 0 ||
	    json_write(object, stdout, JSON_COMPACT) < 0)
		r = -ENOMEM;
	putchar('\n');
	json_decref(object);
	return r;
}

int load_outcomes_print(const struct policy *policy, const char *path,
			const struct module_file *file, const struct load_outcome *outcomes,
			int count)
{
	int r = file_print(path, file);

	for (int i = 0; i < count && !r; i++)
		outcome_print(policy, file, &outcomes[i]);
	return r;
}
