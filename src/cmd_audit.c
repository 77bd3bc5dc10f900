// SPDX-License-Identifier: GPL-2.0-or-later
/* audit: the verbs that deal with audit rules, and the options that they share. */
#include "cmd_audit.h"

#include "option.h"
#include "verb.h"

enum audit_profile option_audit_profile(const char *word, struct argp_state *state)
{
	int profile = word_parse(&audit_profile_words, word);

	if (profile < 0)
		argp_error(state, "unknown value '%s' for --profile; write e8, stig, cis or all",
			   word);
	return profile;
}

const struct audit_arch *option_audit_arch(const char *word, struct argp_state *state)
{
	const struct audit_arch *arch = audit_arch_find(word);

	if (!arch)
		argp_error(state, "unknown value '%s' for --arch; write %s", word,
			   audit_arch_names());
	return arch;
}

const struct audit_arch *option_audit_arch_here(struct argp_state *state)
{
	const struct audit_arch *arch = audit_arch_here();

	if (!arch)
		argp_error(state, "this machine's processor is not known; write --arch=%s",
			   audit_arch_names());
	return arch;
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
