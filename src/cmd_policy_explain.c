// SPDX-License-Identifier: GPL-2.0-or-later
/* policy explain: its options, and the files one by one. */
#include "cmd_policy_explain.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "log.h"
#include "log_reader.h"
#include "module_path.h"
#include "option.h"
#include "policy_id.h"
#include "policy_missing.h"
#include "words.h"

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
	case 'k':
		context->kernel_asks = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void op_option(struct explain_options *options, const char *value, struct argp_state *state)
{
	int op = word_parse(&op_words, value);

	if (op < 0)
		argp_error(state, "unknown value '%s' for --op; write load, unload or autoload",
			   value);
	else
		options->op = op;
}

/* What would be ignored is refused. */
static void explain_check(const struct explain_options *options, struct argp_state *state)
{
	const struct load_context *context = &options->context;
	bool of_load =
		context->source || context->is_signed || context->path || context->filesystem;

	if (!options->count && !options->records)
		argp_error(state, "no KO, NAME or ID; --records replays a log");
	if (options->records && (options->op != MW_OP_LOAD || of_load || options->has_caller))
		argp_error(state, "with --records, all of this is told by the records");
	if (options->op != MW_OP_LOAD && of_load)
		argp_error(state, "--source, --signed, --path and --filesystem are of a load");
	if (options->op != MW_OP_AUTOLOAD && context->kernel_asks)
		argp_error(state, "--kernel-thread is of an autoload");
	if (context->source == MW_SOURCE_MEMORY && (context->path || context->filesystem))
		argp_error(state, "--path and --filesystem are of a file: not with "
				  "--source memory");
}

static error_t explain_parse(int key, char *arg, struct argp_state *state)
{
	struct explain_options *options = state->input;

	switch (key) {
	case 'P':
		options->policy = option_text("--policy", arg, state);
		return 0;
	case 'L':
		option_text("--log", arg, state);
		options->log = arg;
		return 0;
	case 'o':
		op_option(options, arg, state);
		return 0;
	case 'r':
		options->records = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_END:
		explain_check(options, state);
		return 0;
	case ARGP_KEY_ARGS:
		options->subjects = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	default:
		options->has_caller |= key && strchr("uaclk", key) && key < 128;
		return context_parse(key, arg, state, &options->context);
	}
}

static const struct argp_option option_table[] = {
	{ "policy", 'P', "FILE", 0, "the policy, instead of " POLICY_PATH, 0 },
	{ "op", 'o', "WORD", 0, "load (default), unload or autoload; then a name or an alias", 0 },
	{ "records", 'r', NULL, 0, "replay logs: what would it have done with their records", 0 },
	{ "log", 'L', "FILE", 0, "where IDs are looked for, instead of " LOG_PATH, 0 },
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
	{ "kernel-thread", 'k', NULL, 0, "the kernel itself asks for the autoload", 0 },
	{ "json", 'j', NULL, 0, "one object a module, name, record or replay", 0 },
	{}
};

static const struct argp explain_argp = {
	.options = option_table,
	.parser = explain_parse,
	.args_doc =
		"KO|NAME|ID...\n--op unload NAME...\n--op autoload ALIAS...\n--records [LOG...]",
	.doc = "Say what the policy would do with a module, and why: the rule that decides and, of "
	       "each rule passed over, the criterion that was false. A file, compressed or not, "
	       "or a module of the running kernel by its name is told of for each way in which "
	       "it can be loaded; an operation by the ID of its record, as it was. With --records "
	       "all operations of logs are replayed. Loads nothing; needs no privileges but to "
	       "read the files.\v"
	       "Exit status: 0 every outcome shown is allow, with --records as it was recorded; "
	       "9 one is not, or there is no operation, name or record; 1 a file is no module or "
	       "cannot be read, 2 usage, 3 the policy is not valid.\n\n"
	       "Examples:\n"
	       "  $ modwarden policy explain --signed true nvidia.ko.xz --source memory\n"
	       "  nvidia.ko.xz: module nvidia, xz, signature present\n"
	       "    init_module of the unpacked bytes, signature accepted: allow by rule 'gpu'\n"
	       "      passed over 'distro': module is false\n"
	       "  $ modwarden policy explain e6868722-16015960\n"
	       "  $ modwarden policy explain --op autoload net-pf-10 --uid 1000\n"
	       "  $ modwarden policy explain --policy draft.yaml --records events.jsonl*\n",
};

static enum exit_code outcomes_judge(const struct load_outcome *outcomes, int count)
{
	for (int i = 0; i < count; i++)
		if (outcomes[i].judgement.verdict != MW_VERDICT_ALLOW)
			return EXIT_NOTHING;
	return EXIT_DONE;
}

static enum exit_code explain_failed(const char *path, int error)
{
	const char *why = error == -ENOEXEC   ? "not a kernel module for this machine"
			  : error == -EBADMSG ? "its compressed data is broken or cut"
			  : error == -EINVAL  ? "something else than a file is there"
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

/* A file that could not be read weighs more than a denial. */
static enum exit_code worse(enum exit_code code, enum exit_code one)
{
	return code == EXIT_DONE || one == EXIT_FAILED ? one : code;
}

static enum exit_code name_explain(const struct policy *policy, const char *name,
				   const struct explain_options *options)
{
	cleanup(module_paths_clear) struct module_paths paths = {};
	enum exit_code code = EXIT_DONE;
	int r = module_paths_find(&paths, name);

	if (r == -ENOENT && paths.builtin)
		log_error("policy explain: '%s' is built into the running kernel: nothing loads it",
			  name);
	else if (r == -ENOENT)
		log_error("policy explain: no file, and no module of the running kernel, is called "
			  "'%s'",
			  name);
	if (r < 0)
		return r == -ENOENT ? EXIT_NOTHING : explain_failed(name, r);
	for (size_t i = 0; i < paths.count; i++)
		code = worse(code, file_explain(policy, paths.paths[i], options));
	return code;
}

static enum exit_code operation_explain(const struct policy *policy, const char *subject,
					const struct explain_options *options)
{
	auto_free struct explanation *explanation = malloc(sizeof(*explanation));
	auto_free char *shown = text_sanitize(subject);
	struct judgement judgement;
	struct mw_facts facts;

	other_facts(&facts, options->op, subject, &options->context);
	if (!explanation || !shown || policy_explain(policy, &facts, explanation) < 0)
		return explain_failed(subject, -ENOMEM);
	judgement = decision_judge(&explanation->decision, 0);
	if (operation_outcome_print(policy, options->op, shown, &judgement, explanation,
				    options->json) < 0)
		return explain_failed(subject, -ENOMEM);
	return judgement.verdict == MW_VERDICT_ALLOW ? EXIT_DONE : EXIT_NOTHING;
}

/* "e6868722-16015960", perhaps with ".1" behind it. */
static bool is_record_id(const char *subject)
{
	const char *digits = subject + 9;

	if (strspn(subject, "0123456789abcdef") != 8 || subject[8] != '-' || !*digits)
		return false;
	digits += strspn(digits, "0123456789");
	return !*digits || !strcmp(digits, ".1");
}

static enum exit_code subject_explain(const struct policy *policy, const char *subject,
				      const struct explain_options *options)
{
	if (options->op != MW_OP_LOAD)
		return operation_explain(policy, subject, options);
	if (strchr(subject, '/') || !access(subject, F_OK))
		return file_explain(policy, subject, options);
	if (is_record_id(subject))
		return explain_record(policy, subject, options);
	return name_explain(policy, subject, options);
}

static enum exit_code all_explain(const struct explain_options *options)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	enum exit_code code = EXIT_DONE;
	int r = policy_load(&policy, options->policy, NULL, &diags);

	if (r == -EINVAL && policy_is_missing("policy explain", options->policy))
		return EXIT_POLICY;
	diags_print(&diags, stderr);
	if (r == -EINVAL)
		log_error("policy explain: '%s' is not valid", options->policy);
	if (r < 0)
		return r == -EINVAL ? EXIT_POLICY : explain_failed(options->policy, r);
	if (options->records)
		return explain_logs(policy, options);
	for (int i = 0; i < options->count; i++)
		code = worse(code, subject_explain(policy, options->subjects[i], options));
	return code;
}

int cmd_policy_explain(int argc, char **argv)
{
	struct explain_options options = {
		.policy = POLICY_PATH,
		.op = MW_OP_LOAD,
		.context = { .container = "none", .known = MW_BIT(MW_CRITERION_UID) },
	};

	options_parse(&explain_argp, argc, argv, &options);
	return all_explain(&options);
}
