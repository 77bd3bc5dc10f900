/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the kernel preempt itself, now or after a switch at run time? A gate that is skipped while
 * it runs on the CPU can be skipped by many only where it does.
 */
#ifndef MODWARDEN_PREEMPTION_H
#define MODWARDEN_PREEMPTION_H

enum preemption {
	PREEMPTION_UNKNOWN,    /* it may */
	PREEMPTION_NONE,       /* never */
	PREEMPTION_SWITCHABLE, /* not now; root can switch it on */
	PREEMPTION_FULL,       /* now: full, lazy, real-time */
	PREEMPTIONS,
};

/* Where root switches it. */
#define PREEMPTION_SWITCH "/sys/kernel/debug/sched/preempt"

struct preemption_reader;

/* Finds out where it can be read, and keeps that open. Needs root; -ENOMEM. */
int preemption_reader_new(struct preemption_reader **ret);
void preemption_reader_free(struct preemption_reader **reader);

/* What holds now. Costs a system call. */
enum preemption preemption_read(const struct preemption_reader *reader);

/* The words "unknown", "none", "switchable", "full". */
const char *preemption_name(enum preemption preemption);

/* Of the kernel's number for its mode; of what is read from the switch; of uname's version. */
enum preemption preemption_of_mode(int mode);
enum preemption preemption_of_switch(const char *modes);
enum preemption preemption_of_version(const char *version);

#endif
