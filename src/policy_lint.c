// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_lint.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "rule_view.h"

static int shadow_lint(struct policy_findings *findings, struct rule rule)
{
	const struct policy *policy = findings->policy;
	const struct policy_finding finding = {
		.level = FINDING_WARNING,
		.kind = "shadowed",
		.rule = rule.index,
		.todo = "move it up, or remove it",
	};

	for (__u32 i = 0; i < rule.index; i++)
		if (rule_covers((struct rule){ policy, i }, rule))
			return policy_finding_add(
				findings, &finding,
				"rule '%s' never decides: rule '%s' in line %u comes "
				"first and takes all that it would",
				policy->rule_names[rule.index], policy->rule_names[i],
				policy->rule_lines[i]);
	return 0;
}

/* Only the kernel's verdict that it is signed says something of the bytes; its absence does not. */
static bool has_identity(struct rule rule)
{
	__u32 criteria = rule_criteria(rule);
	const struct mw_policy *image = rule.policy->image;

	return criteria & MW_BIT(MW_CRITERION_DIGEST) ||
	       (criteria & MW_BIT(MW_CRITERION_SIGNED) &&
		!mw_ruleset_test(&image->is_signed[MW_FALSE], rule.index));
}

static int spoof_lint(struct policy_findings *findings, struct rule rule)
{
	const struct policy_finding finding = {
		.level = FINDING_WARNING,
		.kind = "spoofable",
		.rule = rule.index,
		.todo = "add digests or signed: true",
	};

	if (!rule_allows(rule) || !(rule_ops(rule) & MW_BIT(MW_OP_LOAD)) || has_identity(rule))
		return 0;
	return policy_finding_add(findings, &finding,
				  rule_criteria(rule)
					  ? "rule '%s' lets in whatever takes on the name, path or "
					    "caller that it asks for"
					  : "rule '%s' lets everything in",
				  policy_rule_name(findings->policy, rule.index));
}

/* Whoever is loaded by the path of a program needs that program to be there. */
static int loader_lint(struct policy_findings *findings, struct rule rule)
{
	const struct policy_finding finding = {
		.level = FINDING_NOTE,
		.kind = "no_loader",
		.rule = rule.index,
		.todo = "write the path without symbolic links, as records have it in process.exe",
	};
	const struct mw_pattern *pattern = NULL;
	char real[PATH_MAX];

	while ((pattern = rule_next_pattern(rule, MW_CRITERION_LOADER, pattern))) {
		if (strpbrk(pattern->text, "*?") ||
		    (realpath(pattern->text, real) && !strcmp(real, pattern->text)))
			continue;
		return policy_finding_add(
			findings, &finding,
			"rule '%s' asks for the loader '%s', which no program here is "
			"called",
			policy_rule_name(findings->policy, rule.index), pattern->text);
	}
	return 0;
}

static bool hook_exists(const char *root)
{
	static const char *const places[] = {
		"/etc/kernel/postinst.d/*modwarden*", "/usr/share/kernel/postinst.d/*modwarden*",
		"/etc/kernel/install.d/*modwarden*",  "/usr/lib/kernel/install.d/*modwarden*",
		"/lib/kernel/install.d/*modwarden*",
	};
	char pattern[PATH_MAX];
	glob_t found;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		int r;

		snprintf(pattern, sizeof(pattern), "%s%s", root, places[i]);
		r = glob(pattern, 0, NULL, &found);
		globfree(&found);
		if (!r)
			return true;
	}
	return false;
}

/* The first rule that lets modules in by digest, where none lets them in by their signature. */
static __u32 digests_alone(const struct policy *policy)
{
	__u32 first = MW_RULE_NONE;

	for (__u32 i = 0; i < policy->image->rule_count; i++) {
		struct rule rule = { policy, i };
		__u32 criteria = rule_criteria(rule);

		if (!rule_allows(rule) || !(rule_ops(rule) & MW_BIT(MW_OP_LOAD)))
			continue;
		if (has_identity(rule) && !(criteria & MW_BIT(MW_CRITERION_DIGEST)))
			return MW_RULE_NONE;
		if (criteria & MW_BIT(MW_CRITERION_DIGEST) && first == MW_RULE_NONE)
			first = i;
	}
	return first;
}

static int upgrade_lint(struct policy_findings *findings, const char *root)
{
	const struct policy *policy = findings->policy;
	const struct policy_finding finding = {
		.level = FINDING_WARNING,
		.kind = "no_upgrade",
		.rule = digests_alone(policy),
		.todo = "install the hooks that run 'modwarden policy update', or add a rule with "
			"signed: true",
	};

	if (finding.rule == MW_RULE_NONE ||
	    policy->image->default_verdict[MW_OP_LOAD] == MW_VERDICT_ALLOW || hook_exists(root))
		return 0;
	return policy_finding_add(
		findings, &finding,
		"rule '%s' knows modules by digest only, no rule lets signed ones in, "
		"and no hook of a kernel's installation brings the digests up to date: "
		"the next kernel's modules would be refused",
		policy_rule_name(policy, finding.rule));
}

int policy_lint(struct policy_findings *findings, const char *root)
{
	const struct policy *policy = findings->policy;
	int r = 0;

	for (__u32 i = 0; i < policy->image->rule_count && !r; i++) {
		struct rule rule = { policy, i };

		r = shadow_lint(findings, rule);
		r = r ?: spoof_lint(findings, rule);
		r = r ?: loader_lint(findings, rule);
	}
	return r ?: upgrade_lint(findings, root);
}
