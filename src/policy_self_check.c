// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_self_check.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "baseline.h"
#include "cleanup.h"
#include "module_list.h"

#define PROC_MODULES "/proc/modules"

struct check {
	policy_refused_fn *refused;
	void *arg;
	int count;
};

static void cleanup_baseline(struct baseline **baseline)
{
	baseline_free(*baseline);
}

static void take_verdict(const struct record_module *module, void *arg)
{
	struct check *check = arg;

	if (module->verdict == MW_VERDICT_ALLOW)
		return;
	check->count++;
	check->refused(module, check->arg);
}

int policy_self_check(const struct policy *policy, policy_refused_fn *refused, void *arg)
{
	cleanup(module_list_clear) struct module_list loaded = {};
	cleanup(cleanup_baseline) struct baseline *baseline = NULL;
	struct check check = { .refused = refused, .arg = arg };
	int error;

	/* A kernel without modules. */
	if (access(PROC_MODULES, F_OK) && errno == ENOENT)
		return 0;
	error = module_list_look(&loaded, false) ?: baseline_new(&baseline, policy, NULL);
	if (error)
		return error;
	for (size_t i = 0; i < loaded.count; i++) {
		struct module module = { .taints = loaded.sights[i].taints };

		if (!loaded.sights[i].listed)
			continue;
		snprintf(module.name, sizeof(module.name), "%s", loaded.sights[i].name);
		baseline_judge(baseline, &module, take_verdict, &check);
	}
	return check.count;
}
