/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a machine comes to its audit rules: what its units run that loads them, or undoes it; whether
 * audit is switched on; where the records go.
 */
#ifndef MODWARDEN_AUDIT_SETUP_H
#define MODWARDEN_AUDIT_SETUP_H

#include "audit_finding.h"
#include "root_file.h"

#include <stdint.h>

enum audit_step_kind {
	AUDIT_STEP_NONE,
	AUDIT_STEP_MERGED, /* augenrules --load */
	AUDIT_STEP_FILE,   /* auditctl -R FILE */
	AUDIT_STEP_LINE,   /* auditctl OPTION...: what could be a line of such a file */
};

struct audit_step {
	enum audit_step_kind kind;
	char *text; /* the file, or the options */
	char *unit; /* the file that has the command */
};

#define AUDIT_STEPS_MAX 128 /* both units' commands */

struct audit_setup {
	struct audit_step steps[AUDIT_STEPS_MAX]; /* in their order, at boot */
	size_t count;
	bool has_daemon;     /* auditd is started */
	bool is_switched_on; /* by auditd, or by the kernel's argument */
};

/* Whether kernel arguments switch audit off (0), on (1), or say nothing of it (-1). */
int audit_argument_parse(const char *arguments);

/* Reads it, and says what is wrong. Returns 0 or -ENOMEM. */
int audit_setup_read(struct audit_setup *setup, const struct root *root,
		     struct audit_findings *findings);
void audit_setup_clear(struct audit_setup *setup);

#endif
