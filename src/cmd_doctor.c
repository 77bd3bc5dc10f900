// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor: what this kernel can do for modwarden, what is missing and how to get it. */
#include "exit_code.h"
#include "probe.h"
#include "log.h"
#include "option.h"
#include "plan.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/utsname.h>

struct doctor_options {
	enum mechanism mechanism;
	bool json;
};

/* One line of the answer. */
struct finding {
	const char *name;
	bool good;
	const char *meaning; /* of the answer that it is */
};

#define FINDINGS 10

static void find_all(const struct features *f, struct finding findings[FINDINGS])
{
	const struct finding all[FINDINGS] = {
		{ "BPF permitted", f->permitted,
		  f->permitted ? "this process may use bpf(2)" : "run as root" },
		{ "kernel types (BTF)", f->btf,
		  f->btf ? "/sys/kernel/btf/vmlinux is there"
			 : "CONFIG_DEBUG_INFO_BTF is not set in this kernel" },
		{ "module support", f->module_types,
		  f->module_types ? "the kernel can load modules"
				  : "the kernel's types have no struct module" },
		{ "bpf in lsm=", f->lsm_listed,
		  f->lsm_listed          ? "listed in /sys/kernel/security/lsm"
		  : f->lsm_list_readable ? "boot with `bpf` added to lsm= for the strongest grade"
					 : "cannot tell: securityfs is not mounted" },
		{ "LSM programs fire", f->lsm_fires,
		  f->lsm_fires ? "one was attached and called"
			       : "none can be attached and called" },
		{ "fmod_ret programs fire", f->fmod_ret_fires,
		  f->fmod_ret_fires ? "one was attached and called"
				    : "none can be attached and called" },
		{ "bpf_loop()", f->loop, f->loop ? "works" : "needs Linux 5.17, RHEL 9, or later" },
		{ "task storage", f->task_storage,
		  f->task_storage ? "a ticket can be had" : "needs Linux 5.17, RHEL 9, or later" },
		{ "kernel memory readable", !f->confidentiality,
		  f->confidentiality ? "lockdown=confidentiality forbids it" : "not locked down" },
		{ "modules enabled", !f->modules_disabled,
		  f->modules_disabled ? "kernel.modules_disabled=1: nothing can be loaded, and the "
					"self-test proves nothing"
				      : "kernel.modules_disabled=0" },
	};

	for (int i = 0; i < FINDINGS; i++)
		findings[i] = all[i];
}

static void print_text(const struct finding *findings, const struct plan *plan,
		       const struct utsname *name)
{
	printf("kernel      %s %s\n", name->release, name->machine);
	for (int i = 0; i < FINDINGS; i++)
		printf("%-4s  %-24s %s\n", findings[i].good ? "yes" : "NO", findings[i].name,
		       findings[i].meaning);
	printf("\nmechanism   %s\ngrade       %s\n",
	       plan->mechanism ? mechanism_name(plan->mechanism) : "none", grade_name(plan->grade));
	if (plan->reason)
		printf("because     %s\n", plan->reason);
	if (plan->remedy)
		printf("remedy      %s\n", plan->remedy);
	if (plan->grade == GRADE_RACEABLE)
		printf("            enforce mode needs `modwarden run --accept-race` here\n");
}

static int print_json(const struct finding *findings, const struct plan *plan,
		      const struct utsname *name)
{
	json_t *checks = json_array();
	json_t *root;

	for (int i = 0; i < FINDINGS; i++)
		json_array_append_new(checks,
				      json_pack("{s:s, s:b, s:s}", "name", findings[i].name, "ok",
						findings[i].good, "meaning", findings[i].meaning));
	root = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s?, s:s?}", "kernel", name->release,
			 "machine", name->machine, "checks", checks, "mechanism",
			 plan->mechanism ? mechanism_name(plan->mechanism) : "none", "grade",
			 grade_name(plan->grade), "reason", plan->reason, "remedy", plan->remedy);
	if (!root)
		return -ENOMEM;
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct doctor_options *options = state->input;

	switch (key) {
	case 'm':
		options->mechanism = option_mechanism(arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case 'v':
		log_set_level(LOG_LEVEL_DEBUG);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "mechanism", 'm', "NAME", 0,
	  "Ask about this one: auto (default), lsm, fmod_ret or "
	  "tracepoint",
	  0 },
	{ "json", 'j', NULL, 0, "Answer as one JSON object", 0 },
	{ "verbose", 'v', NULL, 0, "Say what each probe was told by the kernel", 0 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Tells what this kernel allows, which mechanism modwarden will use, what is missing "
	       "and "
	       "how to get it.\vExit status: 0 where enforce would work, 4 where it would not.\n\n"
	       "Example: sudo modwarden doctor",
};

int cmd_doctor(int argc, char **argv)
{
	struct doctor_options options = {};
	struct finding findings[FINDINGS];
	struct features features;
	struct utsname name;
	struct plan plan;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	uname(&name);
	features_probe(&features);
	find_all(&features, findings);
	plan = plan_make(options.mechanism, &features);
	if (options.json)
		print_json(findings, &plan, &name);
	else
		print_text(findings, &plan, &name);
	if (!features.permitted)
		return EXIT_NOT_PERMITTED;
	return plan.grade == GRADE_ENFORCE || plan.grade == GRADE_RACEABLE ? EXIT_DONE
									   : EXIT_KERNEL;
}
