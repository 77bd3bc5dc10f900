// SPDX-License-Identifier: GPL-2.0-or-later
/* policy diff: what changes from one policy to another. */
#include "cmd_policy_diff.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "exit_code.h"
#include "json_memory.h"
#include "log.h"
#include "option.h"
#include "policy_missing.h"
#include "policy_diff.h"

struct diff_options {
	const char *paths[2];
	int count;
	const char *tree;
	bool all;
	bool json;
};

static error_t diff_parse(int key, char *arg, struct argp_state *state)
{
	struct diff_options *options = state->input;

	switch (key) {
	case 'a':
		options->all = true;
		return 0;
	case 't':
		options->tree = option_text("--tree", arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->count == 2)
			argp_error(state, "unexpected argument '%s'; it takes two policies", arg);
		else
			options->paths[options->count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (options->count != 2)
			argp_error(state, "it takes two policies, the old and the new one");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "all", 'a', NULL, 0, "show all modules, not the first few of a kind", 0 },
	{ "tree", 't', "DIR", 0, "its modules, instead of those of the running kernel", 0 },
	{ "json", 'j', NULL, 0, "answer as one JSON object, with all modules", 0 },
	{}
};

static const struct argp diff_argp = {
	.options = option_table,
	.parser = diff_parse,
	.args_doc = "OLD NEW",
	.doc = "Tell what changes from one policy to another: the rules, and which of this "
	       "kernel's modules would newly be refused or allowed, in which way of loading. "
	       "Modules are taken to be loaded by root outside of containers.\v"
	       "Exit status: 0 nothing differs, 9 something does, 1 failed, 2 usage, 3 one is not "
	       "valid.\n\n"
	       "Example:\n"
	       "  $ modwarden policy diff /etc/modwarden/policy.yaml draft.yaml\n"
	       "  rules added: no-floppy\n"
	       "  newly refused: 1 module\n"
	       "    floppy\n"
	       "      from file, memory: allow by rule 'distro' -> deny by rule 'no-floppy'\n",
};

static enum exit_code read_policy(struct policy **policy, const char *path)
{
	cleanup(diags_clear) struct diags diags = {};
	int r = policy_load(policy, path, NULL, &diags);

	if (r == -EINVAL && policy_is_missing("policy diff", path))
		return EXIT_POLICY;
	if (r)
		diags_print(&diags, stderr);
	if (r)
		log_error("policy diff: cannot compare '%s': %s", path,
			  r == -EINVAL ? "it is not valid" : strerror(-r));
	return !r ? EXIT_DONE : r == -EINVAL ? EXIT_POLICY : EXIT_FAILED;
}

static enum exit_code no_memory(void)
{
	log_error("policy diff: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

/* Where nothing is installed, the rules are all that can be compared. */
static enum exit_code read_modules(struct survey *survey, const char *tree)
{
	enum exit_code code = survey_take_installed(survey, "policy diff", tree, NULL);

	if (!code && survey->tree)
		code = survey_digest(survey, "policy diff");
	return code ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_code diff_tell(const struct policy *const policies[2], const struct survey *survey,
				const struct diff_options *options)
{
	json_t *diff = policy_diff(policies[0], policies[1], survey);
	bool any = diff && policy_diff_any(diff);

	if (!diff || !json_is_whole()) {
		json_decref(diff);
		return no_memory();
	}
	if (options->json) {
		json_write(diff, stdout, JSON_COMPACT);
		putchar('\n');
		if (!json_is_whole()) {
			json_decref(diff);
			return no_memory();
		}
	} else {
		policy_diff_print(diff, options->all ? SIZE_MAX : POLICY_DIFF_SHOWN, stdout);
	}
	json_decref(diff);
	return any ? EXIT_NOTHING : EXIT_DONE;
}

int cmd_policy_diff(int argc, char **argv)
{
	cleanup(cleanup_policy) struct policy *from = NULL;
	cleanup(cleanup_policy) struct policy *to = NULL;
	cleanup(survey_clear) struct survey survey = {};
	struct diff_options options = {};
	enum exit_code code;

	options_parse(&diff_argp, argc, argv, &options);
	code = read_policy(&from, options.paths[0]);
	code = code ?: read_policy(&to, options.paths[1]);
	code = code ?: read_modules(&survey, options.tree);
	if (code)
		return code;
	return diff_tell((const struct policy *[]){ from, to }, survey.tree ? &survey : NULL,
			 &options);
}
