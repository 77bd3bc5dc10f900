// SPDX-License-Identifier: GPL-2.0-or-later
/* policy: the verbs that write and read policies, and `policy check`. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "cmd_policy_explain.h"
#include "cmd_policy_generate.h"
#include "cmd_policy_update.h"
#include "exit_code.h"
#include "log.h"
#include "option.h"
#include "policy.h"
#include "verb.h"
#include "words.h"

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void cleanup_policy(struct policy **policy)
{
	policy_free(*policy);
}

static void cleanup_diags(struct diags *diags)
{
	diags_clear(diags);
}

static enum exit_code policy_check(const char *path)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(cleanup_diags) struct diags diags = {};
	int r = policy_load(&policy, path, NULL, &diags);

	diags_print(&diags, stdout);
	if (r == -EINVAL)
		return EXIT_POLICY;
	if (r < 0) {
		log_error("policy: cannot check '%s': %s", path, strerror(-r));
		return EXIT_FAILED;
	}
	printf("%s: valid: %u rule%s, %zu digest%s, mode %s%s\n", path, policy->image->rule_count,
	       plural(policy->image->rule_count), policy->digests.count,
	       plural(policy->digests.count), word_of(&mode_words, policy->image->mode),
	       policy->locked ? ", locked" : "");
	return EXIT_DONE;
}

struct check_options {
	char **paths;
	int count;
};

static error_t check_parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *options = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no FILE; try " POLICY_PATH);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp check_argp = {
	.parser = check_parse,
	.args_doc = "FILE...",
	.doc = "Read each policy with its digest files and print what is wrong, with line and "
	       "column, "
	       "or that it is valid. Changes nothing and needs no privileges.\v"
	       "Exit status: 0 all are valid, 1 failed, 2 usage, 3 one is not valid.\n\n"
	       "Example:\n"
	       "  $ modwarden policy check policy.yaml\n"
	       "  policy.yaml: valid: 3 rules, 4120 digests, mode monitor\n"
	       "  $ modwarden policy check draft.yaml\n"
	       "  draft.yaml:7:13: unknown value 'fasle' for 'signed'; write true or false\n",
};

static int cmd_policy_check(int argc, char **argv)
{
	struct check_options options = {};
	enum exit_code code = EXIT_DONE;

	options_parse(&check_argp, argc, argv, &options);
	for (int i = 0; i < options.count; i++) {
		enum exit_code one = policy_check(options.paths[i]);

		code = one == EXIT_DONE ? code : one;
	}
	return code;
}

static const struct verb verbs[] = {
	{ "generate", "write one that allows what is loaded, or what a log or a tree has",
	  cmd_policy_generate, false },
	{ "update", "keep it up with the kernels that are installed", cmd_policy_update, false },
	{ "check", "read policies and say what is wrong with them", cmd_policy_check, false },
	{ "explain", "say what a policy would do with a module, and why", cmd_policy_explain,
	  false },
};

#define ABOUT                                                                                      \
	"Writes and reads policies without putting them in force.\n"                               \
	"Example: modwarden policy check " POLICY_PATH

int cmd_policy(int argc, char **argv)
{
	return verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv);
}
