// SPDX-License-Identifier: GPL-2.0-or-later
/* policy check: is it valid, is it sensible, and what will become of the next kernel. */
#include "cmd_policy_check.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "exit_code.h"
#include "kernel_check.h"
#include "json_memory.h"
#include "log.h"
#include "memory_stream.h"
#include "option.h"
#include "policy_lint.h"
#include "survey.h"
#include "words.h"

struct check_options {
	char **paths;
	int count;
	const char *kernel;
	const char *tree;
	bool lint;
	bool strict;
	bool json;
};

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* What is installed here; where nothing is, there is nothing to compare with. */
static enum exit_code modules_lint(struct policy_findings *findings,
				   const struct check_options *options)
{
	cleanup(survey_clear) struct survey survey = {};
	enum exit_code code =
		survey_take_installed(&survey, "policy check", options->tree, options->kernel);

	if (code || !survey.tree)
		return code;
	if (findings->policy->digests.count)
		code = survey_digest(&survey, "policy check");
	if (code)
		return EXIT_FAILED;
	return policy_lint_modules(findings, &survey.set, survey.digests) ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_code policy_lint_all(struct policy_findings *findings,
				      const struct check_options *options)
{
	enum exit_code code = EXIT_DONE;
	int r = policy_lint(findings, "");

	if (!r)
		code = modules_lint(findings, options);
	if (!r && !code && !options->tree)
		r = policy_lint_loaded(findings);
	if (r)
		log_error("policy check: cannot look at '%s': %s", findings->path, strerror(-r));
	return r ? EXIT_FAILED : code;
}

static json_t *policy_json(const char *path, const struct policy *policy)
{
	return json_pack("{s:s, s:b, s:i, s:I, s:s, s:b}", "file", path, "valid", true, "rules",
			 (int)policy->image->rule_count, "digests",
			 (json_int_t)policy->digests.count, "mode",
			 word_of(&mode_words, policy->image->mode), "locked", policy->locked);
}

static void policy_print(const char *path, const struct policy *policy)
{
	printf("%s: valid: %u rule%s, %zu digest%s, mode %s%s\n", path, policy->image->rule_count,
	       plural(policy->image->rule_count), policy->digests.count,
	       plural(policy->digests.count), word_of(&mode_words, policy->image->mode),
	       policy->locked ? ", locked" : "");
}

static void json_print(json_t *object)
{
	if (json_write(object, stdout, JSON_COMPACT) < 0 || !json_is_whole())
		log_error("policy check: cannot write the answer: %s", strerror(ENOMEM));
	putchar('\n');
	json_decref(object);
}

static void invalid_json(const char *path, const struct diags *diags)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out)
		diags_print(diags, out);
	if (!out || memory_stream_close(out, &text))
		log_error("policy check: %s", strerror(ENOMEM));
	else
		json_print(
			json_pack("{s:s, s:b, s:s}", "file", path, "valid", false, "errors", text));
}

static enum exit_code valid_check(const char *path, const struct policy *policy,
				  const struct check_options *options)
{
	cleanup(policy_findings_end) struct policy_findings findings = {};
	json_t *object = options->json ? policy_json(path, policy) : NULL, *refused = NULL;
	enum exit_code code =
		policy_findings_begin(&findings, policy, path) ? EXIT_FAILED : EXIT_DONE;

	if (!code && options->lint)
		code = policy_lint_all(&findings, options);
	if (!options->json) {
		policy_print(path, policy);
		policy_findings_print(&findings, stdout);
	}
	if (!code && options->kernel)
		code = kernel_check(policy, options->kernel, options->tree,
				    options->json ? &refused : NULL);
	if (options->json) {
		json_object_set(object, "findings", findings.list);
		if (refused)
			json_object_set_new(object, "kernel", refused);
		json_print(object);
	}
	if (!code && options->strict && findings.warnings)
		return EXIT_POLICY;
	return code;
}

static enum exit_code path_check(const char *path, const struct check_options *options)
{
	cleanup(cleanup_policy) struct policy *policy = NULL;
	cleanup(diags_clear) struct diags diags = {};
	int r = policy_load(&policy, path, NULL, &diags);

	if (r == -EINVAL && options->json)
		invalid_json(path, &diags);
	else
		diags_print(&diags, options->json ? stderr : stdout);
	if (r == -EINVAL)
		return EXIT_POLICY;
	if (r < 0) {
		log_error("policy: cannot check '%s': %s", path, strerror(-r));
		return EXIT_FAILED;
	}
	return valid_check(path, policy, options);
}

static error_t check_parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *options = state->input;

	switch (key) {
	case 'l':
		options->lint = true;
		return 0;
	case 's':
		options->strict = true;
		return 0;
	case 'k':
		options->kernel = option_text("--kernel", arg, state);
		if (strchr(arg, '/') || !strcmp(arg, ".."))
			argp_error(state, "--kernel takes a release, as uname -r prints it");
		return 0;
	case 't':
		options->tree = option_text("--tree", arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (options->strict && !options->lint)
			argp_error(state, "--strict goes with --lint");
		if (options->tree && !options->lint && !options->kernel)
			argp_error(state, "--tree goes with --lint or --kernel");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "lint", 'l', NULL, 0, "also tell what is questionable in a valid policy", 0 },
	{ "strict", 's', NULL, 0, "with --lint: a warning is a failure", 0 },
	{ "kernel", 'k', "KVER", 0, "tell what would be refused under this kernel", 0 },
	{ "tree", 't', "DIR", 0, "its modules, instead of those in /lib/modules", 0 },
	{ "json", 'j', NULL, 0, "one object a policy", 0 },
	{}
};

static const struct argp check_argp = {
	.options = option_table,
	.parser = check_parse,
	.args_doc = "[FILE...]",
	.doc = "Read each policy, or " POLICY_PATH ", with its digest files and print what is "
	       "wrong, with line and column, or that it is valid. Changes nothing and needs no "
	       "privileges.\v"
	       "Exit status: 0 all are valid, 1 failed, 2 usage, 3 one is not valid, or with "
	       "--strict has a warning, 9 with --kernel something would be refused.\n\n"
	       "Examples:\n"
	       "  $ modwarden policy check draft.yaml\n"
	       "  draft.yaml:7:13: unknown value 'fasle' for 'signed'; write true or false\n"
	       "  $ modwarden policy check --lint policy.yaml\n"
	       "  policy.yaml: valid: 3 rules, 4120 digests, mode monitor\n"
	       "  policy.yaml:9: warning: rule 'gpu' never decides: rule 'nvidia' in line 6 comes "
	       "first and takes all that it would; move it up, or remove it\n"
	       "  $ modwarden policy check --kernel 6.12.94-amd64\n",
};

int cmd_policy_check(int argc, char **argv)
{
	static char *usual[] = { POLICY_PATH };
	struct check_options options = { .paths = usual, .count = 1 };
	enum exit_code code = EXIT_DONE;

	options_parse(&check_argp, argc, argv, &options);
	for (int i = 0; i < options.count; i++) {
		enum exit_code one = path_check(options.paths[i], &options);

		code = one == EXIT_DONE ? code : one;
	}
	return code;
}
