/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of audit, and the options that they share. Each verb returns an enum exit_code. */
#ifndef MODWARDEN_CMD_AUDIT_H
#define MODWARDEN_CMD_AUDIT_H

#include "audit_profile.h"

#include <argp.h>

int cmd_audit_check(int argc, char **argv);
int cmd_audit_rules(int argc, char **argv);
int cmd_audit_machineconfig(int argc, char **argv);

struct audit_options {
	enum audit_profile profile;
	const struct audit_arch *arch; /* this machine's, where none is named */
	bool json;
};

#define OPTION_AUDIT_ROWS                                                                          \
	{ "profile", 'p', "NAME", 0, "e8, stig, cis or all; default e8", 0 },                      \
	{                                                                                          \
		"arch", 'a', "NAME", 0,                                                            \
			"of this processor, as uname -m says it; default this machine's", 0        \
	}

/* Takes those and --json, refuses arguments, and looks for this machine's processor at the end. */
error_t audit_options_take(struct audit_options *options, int key, char *arg,
			   struct argp_state *state);

#endif
