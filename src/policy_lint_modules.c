// SPDX-License-Identifier: GPL-2.0-or-later
/* What the modules of this machine tell of a policy. */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "policy_lint.h"
#include "module_digests.h"
#include "rule_view.h"

static bool glob_matches(const char *text, const char *name)
{
	struct mw_pattern pattern = {};
	struct mw_facts facts = {};
	struct mw_glob glob;

	if (strlen(name) >= sizeof(facts.module) || strlen(text) >= sizeof(pattern.text))
		return false;
	strcpy(pattern.text, text);
	strcpy(facts.module, name);
	return mw_glob_match(&pattern, &facts, MW_CRITERION_MODULE, &glob) == MW_MATCH_YES;
}

static bool names_any(struct rule rule, const struct tree_set *set)
{
	const struct mw_pattern *pattern = NULL;

	while ((pattern = rule_next_pattern(rule, MW_CRITERION_MODULE, pattern)))
		for (size_t i = 0; i < set->count; i++)
			if (glob_matches(pattern->text, set->modules[i]->name))
				return true;
	return false;
}

static int name_lint(struct policy_findings *findings, struct rule rule, const struct tree_set *set)
{
	const struct policy_finding finding = {
		.level = FINDING_NOTE,
		.kind = "no_module",
		.rule = rule.index,
		.todo = "see whether the name is right; what is built into the kernel is never "
			"loaded",
	};

	if (!(rule_criteria(rule) & MW_BIT(MW_CRITERION_MODULE)) || names_any(rule, set))
		return 0;
	return policy_finding_add(
		findings, &finding,
		"rule '%s' never decides here: no module of this kernel has such a name",
		policy_rule_name(findings->policy, rule.index));
}

/* Digests of the policy, by their place in its table, that are of a module. */
static bool *digests_seen(const struct policy *policy, size_t count,
			  const struct module_digest *digests)
{
	const struct digest_table *table = &policy->digests;
	bool *seen = calloc(table->count + 1, sizeof(*seen));

	for (size_t i = 0; seen && i < 2 * count; i++) {
		const __u8 *digest = i & 1 ? digests[i / 2].elf : digests[i / 2].stored;
		const struct mw_ruleset *rules = policy_digest_rules(policy, digest);

		if (rules)
			seen[(const struct digest_entry *)((const char *)rules -
							   offsetof(struct digest_entry, rules)) -
			     table->entries] = true;
	}
	return seen;
}

static int digest_lint(struct policy_findings *findings, struct rule rule, const bool *seen)
{
	const struct digest_table *table = &findings->policy->digests;
	struct policy_finding finding = {
		.level = FINDING_NOTE,
		.kind = "no_module_of_digest",
		.rule = rule.index,
		.todo = "list the digests of what is installed: sha256sum, or modwarden policy "
			"update",
	};
	size_t listed = 0, unseen = 0;

	for (size_t i = 0; i < table->count; i++) {
		if (!mw_ruleset_test(&table->entries[i].rules, rule.index))
			continue;
		listed++;
		unseen += !seen[i];
	}
	if (!unseen)
		return 0;
	if (unseen == listed && rule_allows(rule))
		finding.level = FINDING_WARNING;
	return policy_finding_add(
		findings, &finding,
		"%zu of the %zu digests that rule '%s' lists are of no module that is "
		"installed here for this kernel",
		unseen, listed, policy_rule_name(findings->policy, rule.index));
}

int policy_lint_modules(struct policy_findings *findings, const struct tree_set *set,
			const struct module_digest *digests)
{
	auto_free bool *seen = digests ? digests_seen(findings->policy, set->count, digests) : NULL;
	int r = digests && !seen ? -ENOMEM : 0;

	for (__u32 i = 0; i < findings->policy->image->rule_count && !r; i++) {
		struct rule rule = { findings->policy, i };

		r = name_lint(findings, rule, set);
		if (!r && digests && rule_criteria(rule) & MW_BIT(MW_CRITERION_DIGEST))
			r = digest_lint(findings, rule, seen);
	}
	return r;
}
