// SPDX-License-Identifier: GPL-2.0-or-later
/* policy explain: its options, and the files one by one. */
#include "cmd_policy_explain.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "exit_code.h"
#include "load_outcome.h"
#include "log.h"
#include "option.h"
#include "policy_id.h"
#include "words.h"

struct explain_options {
	const char *policy;
	char **paths;
	int count;
	bool json;
	struct load_context context;
};

static void source_option(struct load_context *context, const char *value, struct argp_state *state)
{
	int source = word_parse(&source_words, value);

	if (source < 0)
		argp_error(state, "unknown value '%s' for --source; write file or memory", value);
	else
		context->source = source;
}

static void signed_option(struct load_context *context, const char *value, struct argp_state *state)
{
	if (!strcmp(value, "true"))
		context->is_signed = MW_TRUE;
	else if (!strcmp(value, "false"))
		context->is_signed = MW_FALSE;
	else
		argp_error(state, "unknown value '%s' for --signed; write true or false", value);
}

static void uid_option(struct load_context *context, const char *value, struct argp_state *state)
{
	if (policy_id_parse(value, false, &context->uid) < 0)
		argp_error(state, "unknown value '%s' for --uid; write a number", value);
}

static void auid_option(struct load_context *context, const char *value, struct argp_state *state)
{
	if (policy_id_parse(value, true, &context->auid) < 0)
		argp_error(state, "unknown value '%s' for --auid; write a number or unset", value);
	context->known |= MW_BIT(MW_CRITERION_AUID);
}

static error_t context_parse(int key, char *arg, struct argp_state *state,
			     struct load_context *context)
{
	switch (key) {
	case 's':
		source_option(context, arg, state);
		return 0;
	case 'S':
		signed_option(context, arg, state);
		return 0;
	case 'u':
		uid_option(context, arg, state);
		return 0;
	case 'a':
		auid_option(context, arg, state);
		return 0;
	case 'p':
		context->path = arg;
		return 0;
	case 'f':
		context->filesystem = arg;
		return 0;
	case 'c':
		context->container = arg;
		return 0;
	case 'l':
		context->loader = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t explain_parse(int key, char *arg, struct argp_state *state)
{
	struct explain_options *options = state->input;

	switch (key) {
	case 'P':
		options->policy = arg;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_END:
		if (options->context.source == MW_SOURCE_MEMORY &&
		    (options->context.path || options->context.filesystem))
			argp_error(state, "--path and --filesystem are of a file: not with "
					  "--source memory");
		return 0;
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no KO; name a module's file");
		return 0;
	default:
		return context_parse(key, arg, state, &options->context);
	}
}

static const struct argp_option option_table[] = {
	{ "policy", 'P', "FILE", 0, "the policy, instead of " POLICY_PATH, 0 },
	{ "source", 's', "WORD", 0, "only from a file (finit_module) or from memory (init_module)",
	  0 },
	{ "signed", 'S', "WORD", 0, "true or false: what the kernel makes of the signature", 0 },
	{ "path", 'p', "PATH", 0, "where the file will lie; else where it lies now", 0 },
	{ "filesystem", 'f', "TYPE", 0, "type of the file system there, as ext4; else not known",
	  0 },
	{ "uid", 'u', "N", 0, "effective user id of the caller; else 0", 0 },
	{ "auid", 'a', "N|unset", 0, "audit login user id of the caller; else not known", 0 },
	{ "container", 'c', "ID|none", 0, "container of the caller; else none", 0 },
	{ "loader", 'l', "PATH", 0, "executable of the caller; else not known", 0 },
	{ "json", 'j', NULL, 0, "one object a file", 0 },
	{}
};

static const struct argp explain_argp = {
	.options = option_table,
	.parser = explain_parse,
	.args_doc = "KO...",
	.doc = "Say what the policy would do with a module file, compressed or not, for each way "
	       "in "
	       "which it can be loaded, and why: the rule that decides and, of each rule passed "
	       "over, "
	       "the criterion that was false. Loads nothing and needs no privileges.\v"
	       "Exit status: 0 every outcome shown is allow, 9 one is not, 1 a file is no module, "
	       "2 usage, 3 the policy is not valid.\n\n"
	       "Example:\n"
	       "  $ modwarden policy explain --signed true nvidia.ko.xz --source memory\n"
	       "  nvidia.ko.xz: module nvidia, xz, signature present\n"
	       "    init_module of the unpacked bytes, signature accepted: allow by rule 'gpu'\n"
	       "      passed over 'distro': module is false\n",
};

static void cleanup_module_file(struct module_file **file)
{
	module_file_free(*file);
}

static enum exit_code outcomes_judge(const struct load_outcome *outcomes, int count)
{
	for (int i = 0; i < count; i++)
		if (outcomes[i].verdict != MW_VERDICT_ALLOW)
			return EXIT_NOTHING;
	return EXIT_DONE;
}

static enum exit_code explain_failed(const char *path, int error)
{
	const char *why = error == -ENOEXEC   ? "not a kernel module for this machine"
			  : error == -EBADMSG ? "broken compressed data"
					      : strerror(-error);

	log_error("policy explain: cannot read '%s': %s", path, why);
	return EXIT_FAILED;
}

static enum exit_code file_explain(const struct policy *policy, const char *path,
				   const struct explain_options *options)
{
	cleanup(cleanup_module_file) struct module_file *file = NULL;
	auto_free struct load_outcome *outcomes = calloc(LOAD_OUTCOMES_MAX, sizeof(*outcomes));
	struct load_context context = options->context;
	char real_path[PATH_MAX];
	int count, r;

	r = outcomes ? module_file_read(&file, path) : -ENOMEM;
	if (r < 0)
		return explain_failed(path, r);
	if (!context.path)
		context.path = realpath(path, real_path);
	count = load_outcomes(policy, file, &context, outcomes);
	if (count < 0)
		return explain_failed(path, count);
	r = options->json ? load_outcomes_json(policy, path, file, outcomes, count)
			  : load_outcomes_print(policy, path, file, outcomes, count);
	return r < 0 ? explain_failed(path, r) : outcomes_judge(outcomes, count);
}

static void cleanup_policy(struct policy **policy)
{
	policy_free(*policy);
}

static void cleanup_diags(struct diags *diags)
{
	diags_clear(diags);
}

static enum exit_code files_explain(const struct explain_options *options)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(cleanup_diags) struct diags diags = {};
	enum exit_code code = EXIT_DONE;
	int r = policy_load(&policy, options->policy, NULL, &diags);

	diags_print(&diags, stderr);
	if (r < 0)
		return r == -EINVAL ? EXIT_POLICY : explain_failed(options->policy, r);
	for (int i = 0; i < options->count; i++) {
		enum exit_code one = file_explain(policy, options->paths[i], options);

		/* A file that could not be read weighs more than a denial. */
		if (code == EXIT_DONE || one == EXIT_FAILED)
			code = one;
	}
	return code;
}

int cmd_policy_explain(int argc, char **argv)
{
	struct explain_options options = {
		.policy = POLICY_PATH,
		.context = { .container = "none", .known = MW_BIT(MW_CRITERION_UID) },
	};

	options_parse(&explain_argp, argc, argv, &options);
	return files_explain(&options);
}
