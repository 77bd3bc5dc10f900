// SPDX-License-Identifier: GPL-2.0-or-later
/* Explanations for people and, as JSON, for programs. */
#include "explanation.h"

#include <errno.h>

#include "json_memory.h"
#include "words.h"

/* "module and uid" */
static void criteria_print(FILE *out, __u32 criteria)
{
	const char *before = "";

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (criteria & MW_BIT(c)) {
			fprintf(out, "%s%s", before, word_of(&criterion_words, c));
			before = " and ";
		}
}

static void trace_print(FILE *out, const struct policy *policy, const struct rule_trace *trace)
{
	fprintf(out, "      passed over '%s': ", policy_rule_name(policy, trace->rule));
	criteria_print(out, trace->is_false);
	fprintf(out, " %s false\n", trace->is_false & (trace->is_false - 1) ? "are" : "is");
}

void explanation_print(FILE *out, const struct policy *policy,
		       const struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->count; i++)
		if (explanation->rules[i].rule != explanation->decision.rule)
			trace_print(out, policy, &explanation->rules[i]);
}

static void undecided_print(FILE *out, const struct policy *policy,
			    const struct judgement *judgement, const struct mw_decision *decision)
{
	fprintf(out, "%s (%s): ", word_of(&verdict_words, judgement->verdict),
		word_of(&reason_words, judgement->reason));
	if (!decision->wants) {
		fprintf(out, "a pattern of rule '%s' takes too many steps\n",
			policy_rule_name(policy, decision->rule));
		return;
	}
	fprintf(out, "rule '%s' asks for ", policy_rule_name(policy, decision->rule));
	criteria_print(out, decision->wants);
	fputs(", which the kernel does not see in time\n", out);
}

void judgement_print(FILE *out, const struct policy *policy, const struct judgement *judgement,
		     const struct mw_decision *decision)
{
	const char *verdict = word_of(&verdict_words, judgement->verdict);

	if (judgement->verdict == MW_VERDICT_PENDING) {
		fputs("depends on ", out);
		criteria_print(out, judgement->depends);
		fprintf(out, ", which rule '%s' asks for; say it with an option\n",
			policy_rule_name(policy, decision->rule));
	} else if (decision->rule == MW_RULE_NONE) {
		fprintf(out, "%s by default\n", verdict);
	} else if (judgement->reason == MW_REASON_RULE) {
		fprintf(out, "%s by rule '%s'\n", verdict,
			policy_rule_name(policy, decision->rule));
	} else {
		undecided_print(out, policy, judgement, decision);
	}
}

json_t *criteria_json(__u32 criteria)
{
	json_t *list = json_array();

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (criteria & MW_BIT(c))
			json_array_append_new(list, json_string(word_of(&criterion_words, c)));
	return list;
}

json_t *passed_over_json(const struct policy *policy, const struct explanation *explanation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < explanation->count; i++) {
		const struct rule_trace *trace = &explanation->rules[i];

		if (trace->rule == explanation->decision.rule)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "rule",
						      policy_rule_name(policy, trace->rule),
						      "false", criteria_json(trace->is_false),
						      "unknown", criteria_json(trace->is_unknown)));
	}
	return list;
}

static json_t *operation_json(const struct policy *policy, enum mw_op op, const char *subject,
			      const struct judgement *judgement,
			      const struct explanation *explanation)
{
	const struct mw_decision *decision = &explanation->decision;
	const char *rule =
		decision->rule == MW_RULE_NONE ? NULL : policy_rule_name(policy, decision->rule);

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:o}", "op", word_of(&op_words, op),
			 op == MW_OP_UNLOAD ? "module" : "alias", subject, "verdict",
			 word_of(&verdict_words, judgement->verdict), "rule", rule, "reason",
			 word_of(&reason_words, judgement->reason), "depends",
			 criteria_json(judgement->depends), "passed_over",
			 passed_over_json(policy, explanation));
}

int operation_outcome_print(const struct policy *policy, enum mw_op op, const char *subject,
			    const struct judgement *judgement,
			    const struct explanation *explanation, bool json)
{
	json_t *object;
	int r;

	if (!json) {
		printf("%s of %s: ", word_of(&op_words, op), subject);
		judgement_print(stdout, policy, judgement, &explanation->decision);
		explanation_print(stdout, policy, explanation);
		return 0;
	}
	object = operation_json(policy, op, subject, judgement, explanation);
	r = object && !json_write(object, stdout, JSON_COMPACT) ? 0 : -ENOMEM;
	json_decref(object);
	putchar('\n');
	return r;
}
