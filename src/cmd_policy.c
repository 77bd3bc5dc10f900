// SPDX-License-Identifier: GPL-2.0-or-later
/* policy: the verbs that read a policy, and what they share. */
#include "cmd_policy_check.h"
#include "cmd_policy_diff.h"
#include "cmd_policy_explain.h"
#include "policy.h"
#include "verb.h"

static const struct verb verbs[] = {
	{ "check", "read policies and say what is wrong with them", cmd_policy_check, false },
	{ "explain", "say what a policy would do with a module, and why", cmd_policy_explain,
	  false },
	{ "diff", "say what changes from one policy to another", cmd_policy_diff, false },
};

#define ABOUT                                                                                      \
	"Reads policies without putting them in force.\n"                                          \
	"Example: modwarden policy check " POLICY_PATH

int cmd_policy(int argc, char **argv)
{
	return verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv);
}
