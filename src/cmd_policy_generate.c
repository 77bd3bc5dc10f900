// SPDX-License-Identifier: GPL-2.0-or-later
/* policy generate: its options. */
#include "cmd_policy_generate.h"

#include <argp.h>
#include <string.h>

#include "option.h"
#include "policy_generate_log.h"
#include "policy_generate_tree.h"

enum {
	OPTION_ALL = 0x300,
	OPTION_SIGNED,
	OPTION_REPLACE,
	OPTION_FORCE,
	OPTION_FROM_LOG,
};

struct generate_options {
	struct tree_choice tree;
	struct generation_output output;
	bool from_log;
};

static void output_option(struct generate_options *options, const char *value,
			  struct argp_state *state)
{
	options->output.path = option_text("--output", value, state);
	if (!strcmp(value, "-"))
		options->output.path = NULL;
}

static void check_together(const struct generate_options *options, struct argp_state *state)
{
	const struct tree_choice *tree = &options->tree;

	if (options->from_log && (tree->all || tree->trusts_signed || tree->directory))
		argp_error(state, "--from-log is not of a tree: without --all, --signed, --tree");
	if (options->from_log && !tree->name_count)
		argp_error(state, "no log is named");
	if (options->tree.all && options->tree.name_count)
		argp_error(state, "--all leaves no module to be named, as '%s'",
			   options->tree.names[0]);
	if (options->output.replace && !options->output.path)
		argp_error(state, "--replace is for --output FILE");
}

static error_t generate_parse(int key, char *arg, struct argp_state *state)
{
	struct generate_options *options = state->input;

	switch (key) {
	case 't':
		options->tree.directory = option_text("--tree", arg, state);
		return 0;
	case OPTION_ALL:
		options->tree.all = true;
		return 0;
	case OPTION_SIGNED:
		options->tree.trusts_signed = true;
		return 0;
	case 'o':
		output_option(options, arg, state);
		return 0;
	case OPTION_FROM_LOG:
		options->from_log = true;
		return 0;
	case OPTION_REPLACE:
		options->output.replace = true;
		return 0;
	case OPTION_FORCE:
		options->output.force = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->tree.names = state->argv + state->next;
		options->tree.name_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		check_together(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "tree", 't', "DIRECTORY", 0,
	  "the modules of another kernel or root; else /lib/modules/ and the running kernel's "
	  "release",
	  0 },
	{ "all", OPTION_ALL, NULL, 0, "all modules of the tree", 0 },
	{ "signed", OPTION_SIGNED, NULL, 0,
	  "trust what the kernel finds validly signed, and list only what the distribution did not "
	  "sign",
	  0 },
	{ "from-log", OPTION_FROM_LOG, NULL, 0,
	  "the arguments are logs in monitor mode: list the loads that would have been refused",
	  0 },
	{ "output", 'o', "FILE", 0,
	  "the policy, with its digest files beside it; else all of it "
	  "on standard output",
	  0 },
	{ "replace", OPTION_REPLACE, NULL, 0,
	  "what is there already; the old files stay as FILE.old", 0 },
	{ "force", OPTION_FORCE, NULL, 0, "also where a module that is loaded would be refused",
	  0 },
	{}
};

static const struct argp generate_argp = {
	.options = option_table,
	.parser = generate_parse,
	.args_doc = "[MODULE...]\n--from-log LOG...",
	.doc = "Write a policy, in monitor mode, that allows the modules that are loaded now, or "
	       "those named, with what they depend on, by the digests of their files and of the "
	       "decompressed bytes. The same modules give the same bytes.\v"
	       "Exit status: 0 done, 1 failed or refused, and then nothing was written, 2 usage, "
	       "3 it would not be valid, 5 not permitted, 9 the logs have no load to allow.\n\n"
	       "Examples:\n"
	       "  $ sudo modwarden policy generate -o /etc/modwarden/policy.yaml\n"
	       "  $ modwarden policy generate --signed\n"
	       "  $ modwarden policy generate --from-log /var/log/modwarden/events.jsonl\n"
	       "  $ modwarden policy generate --all --tree /mnt/lib/modules/6.12.0 -o p.yaml\n",
};

int cmd_policy_generate(int argc, char **argv)
{
	struct generate_options options = {};
	struct generation generation = {};
	enum exit_code code;

	options_parse(&generate_argp, argc, argv, &options);
	code = options.from_log ? generation_of_logs(&generation, options.tree.names,
						     options.tree.name_count, &options.output)
				: generation_of_tree(&generation, &options.tree, &options.output);
	if (!code)
		code = policy_generate_write(&generation, &options.output);
	generation_clear(&generation);
	return code;
}
