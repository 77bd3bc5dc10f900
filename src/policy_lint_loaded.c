// SPDX-License-Identifier: GPL-2.0-or-later
/* Loaded modules that a policy would refuse. */
#include <errno.h>

#include "baseline.h"
#include "cleanup.h"
#include "module_list.h"
#include "policy_lint.h"
#include "record.h"
#include "words.h"

struct look {
	struct policy_findings *findings;
	int error;
};

static void loaded_tell(const struct record_module *module, void *arg)
{
	struct look *look = arg;
	const struct policy *policy = look->findings->policy;
	const struct policy_finding finding = {
		.level = FINDING_WARNING,
		.kind = "loaded_refused",
		.rule = module->rule,
		.todo = "see 'modwarden policy explain' of it, and add a rule before this one",
	};

	if (module->verdict != MW_VERDICT_DENY || look->error)
		return;
	look->error = policy_finding_add(
		look->findings, &finding,
		"module '%s' is loaded now, and would be refused by %s%s%s%s", module->name,
		module->rule == MW_RULE_NONE ? "default" : "rule '",
		module->rule == MW_RULE_NONE ? "" : policy_rule_name(policy, module->rule),
		module->rule == MW_RULE_NONE ? "" : "'",
		module->path ? "" : "; it has no file in the kernel's tree");
}

static void cleanup_baseline(struct baseline **baseline)
{
	baseline_free(*baseline);
}

int policy_lint_loaded(struct policy_findings *findings)
{
	cleanup(module_list_clear) struct module_list list = {};
	cleanup(cleanup_baseline) struct baseline *baseline = NULL;
	struct look look = { .findings = findings };
	int r = module_list_look(&list, false);

	/* A kernel without modules has none that is loaded. */
	if (r)
		return r == -ENOMEM ? r : 0;
	r = baseline_new(&baseline, findings->policy, NULL);
	for (size_t i = 0; i < list.count && !r; i++) {
		struct module module = { .taints = list.sights[i].taints };

		if (!list.sights[i].listed)
			continue;
		snprintf(module.name, sizeof(module.name), "%s", list.sights[i].name);
		baseline_judge(baseline, &module, loaded_tell, &look);
		r = look.error;
	}
	return r;
}
