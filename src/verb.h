/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of the command line: each parses its own options and returns an exit code. */
#ifndef MODWARDEN_VERB_H
#define MODWARDEN_VERB_H

#include <stdbool.h>
#include <stddef.h>

struct verb {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
	bool has_verbs; /* of its own */
};

int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_mode(int argc, char **argv);
int cmd_allow(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_audit(int argc, char **argv);

/*
 * Runs the verb that argv[1] names. argv[0] is what stands before it on the command line, for
 * messages ("modwarden", "modwarden policy"). `help VERB...` is the --help of that verb.
 */
int verb_dispatch(const struct verb *verbs, size_t count, const char *about, int argc, char **argv);

#endif
