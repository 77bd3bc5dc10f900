// SPDX-License-Identifier: GPL-2.0-or-later
/* policy: the verbs that write and read policies. */
#include "cmd_policy_check.h"
#include "cmd_policy_diff.h"
#include "cmd_policy_explain.h"
#include "cmd_policy_generate.h"
#include "cmd_policy_update.h"
#include "policy.h"
#include "verb.h"

static const struct verb verbs[] = {
	{ "generate", "write one that allows what is loaded, or what a log or a tree has",
	  cmd_policy_generate, false },
	{ "update", "keep it up with the kernels that are installed", cmd_policy_update, false },
	{ "check", "read policies and say what is wrong with them", cmd_policy_check, false },
	{ "explain", "say what a policy would do with a module, and why", cmd_policy_explain,
	  false },
	{ "diff", "say what changes from one policy to another", cmd_policy_diff, false },
};

#define ABOUT                                                                                      \
	"Writes and reads policies without putting them in force.\n"                               \
	"Example: modwarden policy check " POLICY_PATH

int cmd_policy(int argc, char **argv)
{
	return verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv);
}
