/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of audit. Each returns an enum exit_code. */
#ifndef MODWARDEN_CMD_AUDIT_H
#define MODWARDEN_CMD_AUDIT_H

#include "audit_profile.h"

#include <argp.h>

int cmd_audit_check(int argc, char **argv);
int cmd_audit_rules(int argc, char **argv);
int cmd_audit_machineconfig(int argc, char **argv);

#define OPTION_AUDIT_PROFILE_ROW(default_name)                                                     \
	{                                                                                          \
		"profile", 'p', "NAME", 0, "e8, stig, cis or all; default " default_name, 0        \
	}
#define OPTION_AUDIT_ARCH_ROW                                                                      \
	{                                                                                          \
		"arch", 'a', "NAME", 0,                                                            \
			"of this processor, as uname -m says it; default this machine's", 0        \
	}

enum audit_profile option_audit_profile(const char *word, struct argp_state *state);
const struct audit_arch *option_audit_arch(const char *word, struct argp_state *state);

/* The default of --arch, or a usage error where this machine's is not known. */
const struct audit_arch *option_audit_arch_here(struct argp_state *state);

#endif
