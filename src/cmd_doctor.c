// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor: what this kernel can do for modwarden, what is missing and how to get it. */
#include "exit_code.h"
#include "json_memory.h"
#include "probe.h"
#include "log.h"
#include "option.h"
#include "plan.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/utsname.h>

struct doctor_options {
	enum mechanism mechanism;
	bool json;
};

/* What is asked, and what an answer means. */
struct check {
	const char *name;
	size_t feature;         /* offset of its bool in struct features */
	bool bad;               /* the answer that is a defect */
	const char *meaning[2]; /* of false, of true */
};

#define CHECK(name, feature, bad, no, yes)                                                         \
	{                                                                                          \
		name, offsetof(struct features, feature), bad,                                     \
		{                                                                                  \
			no, yes                                                                    \
		}                                                                                  \
	}
#define FIRES      "one was attached and called"
#define FIRES_NOT  "none can be attached and called"
#define NEEDS_LOOP "not seen to work: needs Linux 5.17, RHEL 9, or later"

static const struct check checks[] = {
	CHECK("BPF permitted", permitted, false, "run as root, with sudo",
	      "this process may use bpf(2)"),
	CHECK("BPF JIT", jit, false, "sysctl net.core.bpf_jit_enable=1", "is on"),
	CHECK("kernel types (BTF)", btf, false, "CONFIG_DEBUG_INFO_BTF is not set in this kernel",
	      "/sys/kernel/btf/vmlinux is there"),
	CHECK("host PID namespace", own_pids, true, "programs can tell this process by its number",
	      "in a pod: hostPID: true; with podman: --pid=host"),
	CHECK("module support", module_types, false, "the kernel cannot load modules",
	      "the kernel can load modules"),
	CHECK("module signatures", signatures, false,
	      "CONFIG_MODULE_SIG is not set: `signed` rules never hold",
	      "the kernel checks them; `signed` rules can hold"),
	CHECK("sysfs", sysfs, false, "mount -t sysfs sysfs /sys", "/sys/module is there"),
	CHECK("bpf in lsm=", lsm_listed, false,
	      "not seen: boot with `bpf` added to lsm= for the strongest grade",
	      "listed in /sys/kernel/security/lsm"),
	CHECK("LSM programs fire", lsm_fires, false, FIRES_NOT, FIRES),
	CHECK("fmod_ret programs fire", fmod_ret_fires, false, FIRES_NOT, FIRES),
	CHECK("syscall tracepoints fire", tracepoint_fires, false, FIRES_NOT, FIRES),
	CHECK("trampolines enabled", trampolines_off, true, "kernel.ftrace_enabled is not 0",
	      "kernel.ftrace_enabled=0: LSM and fmod_ret programs are not called"),
	CHECK("bpf_loop()", loop, false, NEEDS_LOOP, "works"),
	CHECK("task storage", task_storage, false, NEEDS_LOOP, "a ticket can be had"),
	CHECK("kernel memory readable", confidentiality, true, "not locked down",
	      "lockdown=confidentiality forbids it"),
	CHECK("modules enabled", modules_disabled, true, "kernel.modules_disabled=0",
	      "kernel.modules_disabled=1: nothing can be loaded, the self-test proves nothing"),
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static bool answer_of(const struct check *check, const struct features *features)
{
	return *(const bool *)((const char *)features + check->feature);
}

static bool is_good(const struct check *check, const struct features *features)
{
	return answer_of(check, features) != check->bad;
}

static const char *const preemption_meanings[] = {
	[PREEMPTION_UNKNOWN] = "cannot be read: taken for full",
	[PREEMPTION_NONE] = "the kernel never preempts itself",
	[PREEMPTION_SWITCHABLE] = "not now; root can switch it on in " PREEMPTION_SWITCH,
	[PREEMPTION_FULL] = "the kernel preempts itself",
};

static void print_grades(const struct features *features)
{
	const char *before = "\ngrades      ";

	for (enum mechanism m = MECHANISM_AUTO + 1; m < MECHANISMS; m++) {
		printf("%s%s %s", before, mechanism_name(m),
		       grade_name(plan_make(m, features).grade));
		before = ", ";
	}
	putchar('\n');
}

static json_t *list_grades(const struct features *features)
{
	json_t *grades = json_object();

	for (enum mechanism m = MECHANISM_AUTO + 1; m < MECHANISMS; m++)
		json_object_set_new(grades, mechanism_name(m),
				    json_string(grade_name(plan_make(m, features).grade)));
	return grades;
}

static void print_text(const struct features *features, const struct plan *plan,
		       const struct utsname *name)
{
	printf("kernel      %s %s\n", name->release, name->machine);
	for (size_t i = 0; i < CHECKS; i++)
		printf("%-4s  %-25s %s\n", is_good(&checks[i], features) ? "yes" : "NO",
		       checks[i].name, checks[i].meaning[answer_of(&checks[i], features)]);
	print_grades(features);
	printf("preemption  %s: %s\n", preemption_name(features->preemption),
	       preemption_meanings[features->preemption]);
	printf("mechanism   %s\ngrade       %s\n",
	       plan->mechanism ? mechanism_name(plan->mechanism) : "none", grade_name(plan->grade));
	if (plan->reason)
		printf("because     %s\n", plan->reason);
	if (plan->remedy)
		printf("remedy      %s\n", plan->remedy);
	if (plan->grade == GRADE_OBSERVE)
		printf("            enforce mode is refused here\n");
	else if (plan->mechanism && !plan_can_enforce(plan, false))
		printf("            enforce mode needs `modwarden run --accept-race` here\n");
}

static int print_json(const struct features *features, const struct plan *plan,
		      const struct utsname *name)
{
	json_t *list = json_array();
	json_t *root;

	for (size_t i = 0; i < CHECKS; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:b, s:s}", "name", checks[i].name, "ok",
					is_good(&checks[i], features), "meaning",
					checks[i].meaning[answer_of(&checks[i], features)]));
	root = json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:s, s:s?, s:s?}", "kernel", name->release,
			 "machine", name->machine, "checks", list, "preemption",
			 preemption_name(features->preemption), "grades", list_grades(features),
			 "mechanism", plan->mechanism ? mechanism_name(plan->mechanism) : "none",
			 "grade", grade_name(plan->grade), "reason", plan->reason, "remedy",
			 plan->remedy);
	if (!root)
		return -ENOMEM;
	json_write(root, stdout, JSON_INDENT(2));
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
	{ "mechanism", 'm', "NAME", 0, "Ask about this one: " OPTION_MECHANISM_HELP, 0 },
	{ "json", 'j', NULL, 0, "Answer as one JSON object", 0 },
	{ "verbose", 'v', NULL, 0, "Say what each probe was told by the kernel", 0 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Tells what this kernel allows, which mechanism modwarden will use, what is missing "
	       "and "
	       "how to get it.\vExit status: 0 where enforce would work, 2 usage, 4 where it would "
	       "not, 5 not permitted.\n\n"
	       "Example: sudo modwarden doctor",
};

int cmd_doctor(int argc, char **argv)
{
	struct doctor_options options = {};
	struct features features;
	struct utsname name;
	struct plan plan;

	options_parse(&argp, argc, argv, &options);
	uname(&name);
	features_probe(&features, NULL);
	plan = plan_make(options.mechanism, &features);
	if (options.json)
		print_json(&features, &plan, &name);
	else
		print_text(&features, &plan, &name);
	if (!features.permitted)
		return EXIT_NOT_PERMITTED;
	return plan_can_enforce(&plan, true) ? EXIT_DONE : EXIT_KERNEL;
}
