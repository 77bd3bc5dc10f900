// SPDX-License-Identifier: GPL-2.0-or-later
/* audit: the verbs that deal with audit rules, and the options that they share. */
#include "cmd_audit.h"

#include "option.h"
#include "verb.h"

static enum audit_profile profile_option(const char *word, struct argp_state *state)
{
	int profile = word_parse(&audit_profile_words, word);

	if (profile < 0)
		argp_error(state, "unknown value '%s' for --profile; write e8, stig, cis or all",
			   word);
	return profile;
}

static const struct audit_arch *arch_option(const char *word, struct argp_state *state)
{
	const struct audit_arch *arch = audit_arch_find(word);

	if (!arch)
		argp_error(state, "unknown value '%s' for --arch; write %s", word,
			   audit_arch_names());
	return arch;
}

static void arch_default(struct audit_options *options, struct argp_state *state)
{
	if (!options->arch)
		options->arch = audit_arch_here();
	if (!options->arch)
		argp_error(state, "this machine's processor is not known; write --arch=%s",
			   audit_arch_names());
}

error_t audit_options_take(struct audit_options *options, int key, char *arg,
			   struct argp_state *state)
{
	switch (key) {
	case 'p':
		options->profile = profile_option(arg, state);
		return 0;
	case 'a':
		options->arch = arch_option(arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		arch_default(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct verb verbs[] = {
	{ "check", "tell whether audit records what modules do, and what is missing",
	  cmd_audit_check, false },
	{ "rules", "write the audit rules that a standard asks for", cmd_audit_rules, false },
	{ "machineconfig", "write them as a MachineConfig of OpenShift", cmd_audit_machineconfig,
	  false },
};

#define ABOUT                                                                                      \
	"Audit rules for kernel modules: the lines, and whether they do what they are for.\n"      \
	"Example: sudo modwarden audit check"

int cmd_audit(int argc, char **argv)
{
	return verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv);
}
