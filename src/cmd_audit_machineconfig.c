// SPDX-License-Identifier: GPL-2.0-or-later
/* audit machineconfig: the rules file of a profile, for the nodes of an OpenShift cluster. */
#include "audit_machineconfig.h"
#include "cmd_audit.h"
#include "exit_code.h"
#include "json_memory.h"
#include "log.h"
#include "option.h"

struct machineconfig_options {
	struct audit_options audit;
	enum audit_role role; /* NONE: each */
};

static enum audit_role role_option(const char *word, struct argp_state *state)
{
	int role = word_parse(&audit_role_words, word);

	if (role < 0)
		argp_error(state, "unknown value '%s' for --role; write master or worker", word);
	return role;
}

static error_t machineconfig_parse(int key, char *arg, struct argp_state *state)
{
	struct machineconfig_options *options = state->input;

	if (key != 'r')
		return audit_options_take(&options->audit, key, arg, state);
	options->role = role_option(arg, state);
	return 0;
}

static const struct argp_option option_table[] = {
	{ "role", 'r', "NAME", 0, "Only for this role: master or worker; default both", 0 },
	OPTION_AUDIT_ROWS,
	{ "json", 'j', NULL, 0, "As JSON, one object a line", 0 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = machineconfig_parse,
	.doc = "Write what `modwarden audit rules` writes as a MachineConfig for each role of an "
	       "OpenShift cluster. Pools of other roles take what is made for workers. The nodes "
	       "of a "
	       "role restart one after another when it is applied.\v"
	       "Exit status: 0 done, 1 failed, 2 usage.\n\n"
	       "Example:\n"
	       "  $ modwarden audit machineconfig --arch x86_64 | oc apply -f -\n",
};

static int one_write(const struct machineconfig_options *options, enum audit_role role)
{
	json_t *object;
	int r;

	if (!options->audit.json)
		return audit_machineconfig_yaml(stdout, options->audit.profile, options->audit.arch,
						role);
	object = audit_machineconfig_json(options->audit.profile, options->audit.arch, role);
	r = object ? json_write(object, stdout, JSON_COMPACT) : -1;
	putchar('\n');
	json_decref(object);
	return r;
}

int cmd_audit_machineconfig(int argc, char **argv)
{
	struct machineconfig_options options = { .audit = { .profile = AUDIT_PROFILE_E8 } };
	int r = 0;

	options_parse(&argp, argc, argv, &options);
	for (enum audit_role role = AUDIT_ROLE_MASTER; role < AUDIT_ROLES && !r; role++) {
		if (options.role && options.role != role)
			continue;
		if (!options.role && !options.audit.json && role > AUDIT_ROLE_MASTER)
			puts("---");
		r = one_write(&options, role);
	}
	if (r < 0 || fflush(stdout)) {
		log_error("audit machineconfig: cannot write it: %m");
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
