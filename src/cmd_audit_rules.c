// SPDX-License-Identifier: GPL-2.0-or-later
/* audit rules: the rules file of a profile. */
#include "cmd_audit.h"

#include "cleanup.h"
#include "exit_code.h"
#include "json_memory.h"
#include "log.h"
#include "option.h"

#include <jansson.h>

static error_t rules_parse(int key, char *arg, struct argp_state *state)
{
	return audit_options_take(state->input, key, arg, state);
}

static const struct argp_option option_table[] = {
	OPTION_AUDIT_ROWS,
	{ "json", 'j', NULL, 0, "One JSON object: path and text", 0 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = rules_parse,
	.doc = "Write the audit rules for kernel modules that a standard asks for. e8: the "
	       "Essential "
	       "Eight as OpenShift's scans check them, for every caller; stig and cis: only for "
	       "users "
	       "who logged in, which misses autoloads, daemons and containers; all: one after the "
	       "other, so that all scans pass and every caller is recorded.\v"
	       "Exit status: 0 done, 1 failed, 2 usage.\n\n"
	       "Example:\n"
	       "  # modwarden audit rules > /etc/audit/rules.d/75-kernel-modules.rules\n"
	       "  # augenrules --load && modwarden audit check\n",
};

static int rules_print(const char *text, const struct audit_options *options)
{
	json_t *object;
	int r;

	if (!options->json)
		return fputs(text, stdout);
	object = json_pack("{s:s, s:s, s:s, s:s}", "profile",
			   word_of(&audit_profile_words, options->profile), "arch",
			   options->arch->name, "path", audit_profile_path(options->profile),
			   "text", text);
	r = object ? json_write(object, stdout, JSON_INDENT(2)) : -1;
	putchar('\n');
	json_decref(object);
	return r;
}

int cmd_audit_rules(int argc, char **argv)
{
	struct audit_options options = { .profile = AUDIT_PROFILE_E8 };
	auto_free char *text = NULL;

	options_parse(&argp, argc, argv, &options);
	text = audit_profile_rules(options.profile, options.arch);
	if (!text || rules_print(text, &options) < 0 || fflush(stdout)) {
		log_error("audit rules: cannot write the rules: %m");
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
