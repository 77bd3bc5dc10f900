/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel can do, and what follows from it. Pure: the probing is in probe.c. */
#ifndef MODWARDEN_PLAN_H
#define MODWARDEN_PLAN_H

#include "preemption.h"

#include <stdbool.h>

enum mechanism {
	MECHANISM_AUTO,
	MECHANISM_LSM,
	MECHANISM_FMOD_RET,
	MECHANISM_TRACEPOINT,
	MECHANISMS,
};

enum grade {
	GRADE_NONE,
	GRADE_OBSERVE, /* loads are recorded; nothing can be refused */
	GRADE_ENFORCE,
	GRADE_SWITCHABLE, /* enforce, until root lets the kernel preempt itself */
	GRADE_RACEABLE,   /* a preempted gate may be skipped; see README */
};

struct features {
	bool btf;               /* /sys/kernel/btf/vmlinux */
	bool module_types;      /* it knows struct module: the kernel can load modules at all */
	bool jit;               /* without it BPF is interpreted, and has no trampolines */
	bool signatures;        /* the kernel checks them: CONFIG_MODULE_SIG */
	bool sysfs;             /* /sys/module is there: the name gate needs it */
	bool permitted;         /* bpf(2) is allowed to this process */
	bool lsm_list_readable; /* securityfs is mounted */
	bool lsm_listed;        /* `bpf` is in /sys/kernel/security/lsm */
	bool lsm_fires;         /* an LSM program was attached and called */
	bool lsm_recursion;     /* ... and is skipped while it runs already on the CPU */
	bool fmod_ret_fires;    /* the same for fmod_ret on a security_ function */
	bool tracepoint_fires;  /* the same for a program on a system call's tracepoint */
	bool trampolines_off;   /* kernel.ftrace_enabled=0: neither of the first two is called */
	bool loop;              /* bpf_loop() */
	bool task_storage;      /* a value of a ticket's size can be had */
	bool confidentiality;   /* lockdown forbids reading kernel memory */
	bool own_pids;          /* this process is in a PID namespace of its own */
	bool modules_disabled;
	enum preemption preemption;
};

struct plan {
	enum mechanism mechanism; /* MECHANISM_AUTO: none can be had */
	enum grade grade;
	const char *reason; /* why there is none, or why it is not the best grade; static */
	const char *remedy; /* what would change it; static, may be NULL */
};

/* Chooses the mechanism: the one asked for, or else the best that works. */
struct plan plan_make(enum mechanism requested, const struct features *features);

/* May modwarden enforce with it, if the user accepts a race or does not? */
bool plan_can_enforce(const struct plan *plan, bool accept_race);

/* The words "auto", "lsm", "fmod_ret", "tracepoint", and "none", "observe", "enforce", ... */
const char *mechanism_name(enum mechanism mechanism);
const char *grade_name(enum grade grade);

/* Parses one of mechanism_name()'s words whole; -EINVAL. */
int mechanism_parse(const char *word, enum mechanism *ret);

#endif
