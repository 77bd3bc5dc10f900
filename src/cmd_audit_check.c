// SPDX-License-Identifier: GPL-2.0-or-later
/* audit check: its options, and what its exit status says. */
#include "audit_check.h"
#include "cleanup.h"
#include "cmd_audit.h"
#include "exit_code.h"
#include "log.h"
#include "option.h"
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct check_options {
	struct audit_options audit;
	struct audit_check_options check;
	bool loaded_is_said;
};

enum {
	OPTION_LOADED = 0x300,
	OPTION_PRODUCT,
};

static enum audit_product product_option(const char *word, struct argp_state *state)
{
	int product = word_parse(&audit_product_words, word);

	if (product < 0)
		argp_error(state, "unknown value '%s' for --product; see --help", word);
	return product;
}

static void loaded_option(struct check_options *options, const char *word, struct argp_state *state)
{
	if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0)
		argp_error(state, "unknown value '%s' for --loaded; write yes or no", word);
	options->check.files_only = *word == 'n';
	options->loaded_is_said = true;
}

/* The kernel that runs is not that of an image. */
static void loaded_default(struct check_options *options)
{
	if (!options->loaded_is_said)
		options->check.files_only = strcmp(options->check.root, "/") != 0;
}

static error_t check_parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *options = state->input;

	switch (key) {
	case 'r':
		options->check.root = option_text("root", arg, state);
		return 0;
	case OPTION_PRODUCT:
		options->check.product = product_option(arg, state);
		return 0;
	case OPTION_LOADED:
		loaded_option(options, arg, state);
		return 0;
	case ARGP_KEY_END:
		loaded_default(options);
		return audit_options_take(&options->audit, key, arg, state);
	default:
		return audit_options_take(&options->audit, key, arg, state);
	}
}

static const struct argp_option option_table[] = {
	{ "root", 'r', "DIR", 0, "The files of a machine below DIR; default /", 0 },
	OPTION_AUDIT_ROWS,
	{ "product", OPTION_PRODUCT, "NAME", 0,
	  "Whose checks: rhcos4, rhel8, rhel9, rhel10, ol8, ol9, ubuntu2204, ubuntu2404 or "
	  "debian12; "
	  "default as os-release says",
	  0 },
	{ "loaded", OPTION_LOADED, "yes|no", 0,
	  "Look at the kernel's rules, too; default yes, and no with --root", 0 },
	{ "json", 'j', NULL, 0, "Answer as one JSON object", 0 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = check_parse,
	.doc = "Tell whether loads and unloads of modules are recorded by audit: what the scanners "
	       "of "
	       "the Essential Eight, of the STIGs and of the CIS benchmarks say of the files, what "
	       "the "
	       "rules in them record of which callers, how they get loaded, what disarms them, and "
	       "what the kernel has now. Changes nothing.\v"
	       "Exit status: 0 all is as it should be, 1 it is not, 2 usage, also where the "
	       "profile "
	       "has no check for this system, 5 the files are, but the rules in the kernel could "
	       "not "
	       "be seen.\n\n"
	       "Example:\n"
	       "  $ sudo modwarden audit check --profile all\n",
};

static enum exit_code check_failed(const struct audit_check_options *options, int error)
{
	if (error == -ENODATA) {
		log_error(
			"audit check: profile '%s' has no check for this system: name another one "
			"with --product, or take e8",
			word_of(&audit_profile_words, options->profile));
		return EXIT_USAGE;
	}
	log_error("audit check: cannot look at '%s': %s", options->root, strerror(-error));
	return error == -EACCES || error == -EPERM ? EXIT_NOT_PERMITTED : EXIT_FAILED;
}

static void cleanup_report(struct audit_report **report)
{
	if (*report)
		audit_report_clear(*report);
	free(*report);
}

int cmd_audit_check(int argc, char **argv)
{
	cleanup(cleanup_report) struct audit_report *report = calloc(1, sizeof(*report));
	struct check_options options = {
		.audit = { .profile = AUDIT_PROFILE_E8 },
		.check = { .root = "/" },
	};
	struct page page = { .out = stdout, .width = terminal_width(STDOUT_FILENO) };
	int r;

	options_parse(&argp, argc, argv, &options);
	options.check.profile = options.audit.profile;
	options.check.arch = options.audit.arch;
	r = report ? audit_check(report, &options.check) : -ENOMEM;
	if (r < 0)
		return check_failed(&options.check, r);
	if (options.audit.json)
		r = audit_report_json(report, &options.check, stdout);
	else
		audit_report_print(report, &options.check, &page);
	if (r >= 0 && page.has_failed)
		r = -ENOMEM;
	if (r < 0 || fflush(stdout))
		return check_failed(&options.check, r < 0 ? r : -errno);
	if (!audit_report_passes(report))
		return EXIT_FAILED;
	return report->loaded.is_seen || options.check.files_only ? EXIT_DONE : EXIT_NOT_PERMITTED;
}
