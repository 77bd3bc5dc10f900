// SPDX-License-Identifier: GPL-2.0-or-later
#include "exit_code.h"
#include "journal.h"
#include "log.h"
#include "version.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("modwarden %s\n", MODWARDEN_VERSION);
	return EXIT_DONE;
}

static const struct verb verbs[] = {
	{ "run", "put the gates up and write records until told to stop", cmd_run },
	{ "doctor", "tell what this kernel allows, and what is missing", cmd_doctor },
	{ "status", "tell what the running modwarden does", cmd_status },
	{ "list", "list the loaded modules with what the policy says of each", cmd_list },
	{ "mode", "tell the mode in force, or set one", cmd_mode },
	{ "allow", "let the module of a denial in for a while", cmd_allow },
	{ "reload", "read the policy again", cmd_reload },
	{ "stop", "take the gates away, those that were left pinned too", cmd_stop },
	{ "policy", "check a policy, explain what it would do", cmd_policy },
	{ "version", "print the version", cmd_version },
};

/* What nobody could read has not been done. */
static int close_output(int code)
{
	int error = fflush(stdout) || ferror(stdout) ? errno ?: EIO : 0;

	if (!error)
		return code;
	log_error("cannot write to standard output: %s", strerror(error));
	return code ?: EXIT_FAILED;
}

#define ABOUT "Decides which kernel modules may enter the running kernel."

int main(int argc, char **argv)
{
	static char name[] = "modwarden";

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = name;
	log_set_priorities(journal_has(STDERR_FILENO));
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")))
		return close_output(cmd_version(argc, argv));
	return close_output(
		verb_dispatch(verbs, sizeof(verbs) / sizeof(verbs[0]), ABOUT, argc, argv));
}
