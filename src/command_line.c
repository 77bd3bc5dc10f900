// SPDX-License-Identifier: GPL-2.0-or-later
#include "command_line.h"

#include "exit_code.h"
#include "option.h"
#include "verb.h"
#include "version.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

static error_t parse_version(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	argp_error(state, "unexpected argument '%s'", arg);
	return 0;
}

static int cmd_version(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse_version,
		.doc = "Print the version.\vExit status: 0 done, 2 usage.\n\n"
		       "Example: modwarden version",
	};

	options_parse(&argp, argc, argv, NULL);
	printf("modwarden %s\n", MODWARDEN_VERSION);
	return EXIT_DONE;
}

static const struct verb verbs[] = {
	{ "run", "put the gates up and write records until told to stop", cmd_run, false },
	{ "doctor", "tell what this kernel allows, and what is missing", cmd_doctor, false },
	{ "status", "tell what the running modwarden does", cmd_status, false },
	{ "list", "list the loaded modules with what the policy says of each", cmd_list, false },
	{ "mode", "tell the mode in force, or set one", cmd_mode, false },
	{ "allow", "make a rule of a denial, or let it in for a while", cmd_allow, false },
	{ "log", "show the records: which, of which logs, in which form", cmd_log, false },
	{ "reload", "read the policy again", cmd_reload, false },
	{ "stop", "take the gates away, those that were left pinned too", cmd_stop, false },
	{ "report", "write a log as one page to read in a browser", cmd_report, false },
	{ "policy", "generate a policy, check it, explain what it would do", cmd_policy, true },
	{ "audit", "check audit rules for modules, or write them", cmd_audit, true },
	{ "version", "print the version", cmd_version, false },
};

#define ABOUT                                                                                      \
	"Decides which kernel modules may enter the running kernel.\n"                             \
	"All but audit, log, policy, report, version and help need root: sudo modwarden VERB"

int command_line_run(int argc, char **argv)
{
	static char version[] = "version";

	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")))
		argv[1] = version;
	return verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv);
}
