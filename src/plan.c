// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ADD_BPF                                                                                    \
	"boot with `bpf` added to the kernel argument lsm= "                                       \
	"(the list now: /sys/kernel/security/lsm)"
#define OR_PREEMPT_LESS                                                                            \
	"; or with preempt=voluntary, if this kernel takes it, for the grade enforce-switchable"

static const char *const mechanism_names[] = {
	[MECHANISM_AUTO] = "auto",
	[MECHANISM_LSM] = "lsm",
	[MECHANISM_FMOD_RET] = "fmod_ret",
	[MECHANISM_TRACEPOINT] = "tracepoint",
};

static const char *const grade_names[] = {
	[GRADE_NONE] = "none",
	[GRADE_OBSERVE] = "observe",
	[GRADE_ENFORCE] = "enforce",
	[GRADE_SWITCHABLE] = "enforce-switchable",
	[GRADE_RACEABLE] = "enforce-raceable",
};

const char *mechanism_name(enum mechanism mechanism)
{
	return mechanism_names[mechanism];
}

const char *grade_name(enum grade grade)
{
	return grade_names[grade];
}

int mechanism_parse(const char *word, enum mechanism *ret)
{
	for (enum mechanism m = MECHANISM_AUTO; m < MECHANISMS; m++) {
		if (!strcmp(word, mechanism_names[m])) {
			*ret = m;
			return 0;
		}
	}
	return -EINVAL;
}

static struct plan refuse(const char *reason, const char *remedy)
{
	return (struct plan){ .reason = reason, .remedy = remedy };
}

static struct plan refuse_without_trampolines(void)
{
	return refuse("kernel.ftrace_enabled=0 turns BPF trampolines off, and with them all that "
		      "can refuse",
		      "sysctl kernel.ftrace_enabled=1");
}

#define SKIPS "a gate is skipped on a CPU where another task was preempted inside it"

/* The grade of a mechanism that skips a program which is running on the CPU already. */
static void weigh_preemption(struct plan *plan, enum preemption preemption, const char *remedy)
{
	plan->remedy = remedy;
	switch (preemption) {
	case PREEMPTION_NONE:
		plan->remedy = NULL;
		return;
	case PREEMPTION_SWITCHABLE:
		plan->grade = GRADE_SWITCHABLE;
		plan->reason =
			SKIPS "; this kernel does not preempt itself, but root can switch that "
			      "on in " PREEMPTION_SWITCH;
		return;
	case PREEMPTION_FULL:
		plan->grade = GRADE_RACEABLE;
		plan->reason = SKIPS ", and this kernel preempts itself";
		return;
	default:
		plan->grade = GRADE_RACEABLE;
		plan->reason = SKIPS ", and whether this kernel preempts itself cannot be read";
		plan->remedy = "let it be read: mount -t debugfs debugfs /sys/kernel/debug, or "
			       "sysctl kernel.kptr_restrict=1";
	}
}

static struct plan plan_lsm(const struct features *f)
{
	struct plan plan = { .mechanism = MECHANISM_LSM, .grade = GRADE_ENFORCE };

	/* Firing is the proof; the rest only tells why there is none. */
	if (!f->lsm_fires && f->trampolines_off)
		return refuse_without_trampolines();
	if (!f->lsm_fires && !f->lsm_list_readable)
		return refuse("no LSM program can be attached and called, and the kernel's list of "
			      "security modules cannot be read",
			      "mount -t securityfs securityfs /sys/kernel/security");
	if (!f->lsm_fires && !f->lsm_listed)
		return refuse("`bpf` is not in the kernel's list of security modules", ADD_BPF);
	if (!f->lsm_fires)
		return refuse("an LSM program can be attached but is never called",
			      "this kernel has no BPF trampolines for LSM hooks on this processor");
	if (f->lsm_recursion)
		weigh_preemption(&plan, f->preemption, "use a kernel that skips no LSM program");
	return plan;
}

static struct plan plan_fmod_ret(const struct features *f)
{
	struct plan plan = { .mechanism = MECHANISM_FMOD_RET, .grade = GRADE_ENFORCE };

	if (!f->fmod_ret_fires && f->trampolines_off)
		return refuse_without_trampolines();
	if (!f->fmod_ret_fires)
		return refuse(
			"fmod_ret programs on security functions do not work here",
			"this needs BPF trampolines: CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, "
			"kernel.ftrace_enabled=1");
	weigh_preemption(&plan, f->preemption,
			 f->preemption == PREEMPTION_FULL ? ADD_BPF OR_PREEMPT_LESS : ADD_BPF);
	return plan;
}

/* What would change it is what brings back a mechanism that can refuse. */
static struct plan plan_tracepoint(const struct features *f)
{
	struct plan plan = { .mechanism = MECHANISM_TRACEPOINT, .grade = GRADE_OBSERVE };

	if (!f->tracepoint_fires)
		return refuse("programs on system call tracepoints do not work here",
			      "mount -t tracefs tracefs /sys/kernel/tracing; "
			      "this needs CONFIG_FTRACE_SYSCALLS");
	plan.reason = "system call tracepoints can only watch: nothing is refused";
	plan.remedy = f->lsm_fires || f->fmod_ret_fires ? "use the mechanism auto"
							: plan_fmod_ret(f).remedy;
	return plan;
}

static struct plan plan_auto(const struct features *f)
{
	struct plan lsm = plan_lsm(f);
	struct plan fmod_ret = plan_fmod_ret(f);
	struct plan tracepoint = plan_tracepoint(f);

	if (lsm.mechanism)
		return lsm;
	if (fmod_ret.mechanism)
		return fmod_ret;
	return tracepoint.mechanism ? tracepoint : lsm;
}

static struct plan plan_requested(enum mechanism requested, const struct features *f)
{
	switch (requested) {
	case MECHANISM_LSM:
		return plan_lsm(f);
	case MECHANISM_FMOD_RET:
		return plan_fmod_ret(f);
	case MECHANISM_TRACEPOINT:
		return plan_tracepoint(f);
	default:
		return plan_auto(f);
	}
}

struct plan plan_make(enum mechanism requested, const struct features *f)
{
	if (!f->permitted)
		return refuse("BPF is not permitted to this process",
			      "run as root, with sudo, or with "
			      "CAP_BPF, CAP_PERFMON, CAP_MAC_ADMIN and CAP_SYS_ADMIN");
	if (!f->btf)
		return refuse("the kernel has no type information (/sys/kernel/btf/vmlinux)",
			      "use a kernel with CONFIG_DEBUG_INFO_BTF");
	if (!f->module_types)
		return refuse("the kernel cannot load modules (its types have no struct load_info)",
			      "there is nothing to guard here");
	if (!f->sysfs)
		return refuse("/sys/module is not there, and with it no module's real name",
			      "mount -t sysfs sysfs /sys");
	if (f->own_pids)
		return refuse(
			"this process is in a PID namespace of its own, where its number is not "
			"the "
			"one that the kernel knows it by",
			"run it in the host's: hostPID: true in a pod, --pid=host with podman");
	if (f->confidentiality)
		return refuse("lockdown=confidentiality forbids reading what the kernel loads",
			      "boot with lockdown=integrity, or rely on its signature check alone");
	/* The helpers are called by a program that fires: without one nothing is known of them. */
	if (!f->lsm_fires && !f->fmod_ret_fires && !f->tracepoint_fires)
		return plan_requested(requested, f);
	if (!f->loop)
		return refuse("the kernel lacks bpf_loop()", "use Linux 5.17, RHEL 9, or later");
	if (!f->task_storage)
		return refuse("the kernel cannot give BPF task storage of a page",
			      "use Linux 5.17, RHEL 9, or later");
	return plan_requested(requested, f);
}

bool plan_can_enforce(const struct plan *plan, bool accept_race)
{
	bool has_race = plan->grade == GRADE_RACEABLE || plan->grade == GRADE_SWITCHABLE;

	return plan->grade == GRADE_ENFORCE || (has_race && accept_race);
}
