/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a machine as a scanner sees them. It does not know what a rule means: it looks for
 * published regular expressions in whole files, and never at the rules that the kernel has.
 */
#ifndef MODWARDEN_AUDIT_SCAN_H
#define MODWARDEN_AUDIT_SCAN_H

#include "audit_product.h"
#include "audit_rules_file.h"

enum audit_scan_file {
	AUDIT_SCAN_AUDITD,      /* /usr/lib/systemd/system/auditd.service */
	AUDIT_SCAN_AUDIT_RULES, /* /usr/lib/systemd/system/audit-rules.service */
	AUDIT_SCAN_CONTROL,     /* /etc/audit/audit.rules */
	AUDIT_SCAN_FILES,
};

struct audit_scan {
	struct audit_rules_file files[AUDIT_SCAN_FILES];
	struct audit_rules_file *rules; /* below rules.d, at any depth */
	size_t count;
	bool is_cut; /* there are more than are read */
};

/* What one check says. */
struct audit_scan_answer {
	bool passes;
	bool augenrules;        /* it finds that augenrules loads the rules */
	bool auditctl;          /* or auditctl */
	bool found[AUDIT_BITS]; /* the line, where it looks for it */
	bool gave_up;           /* a file takes too many steps: it does not pass */
	bool has_error;         /* a file where it looks is not UTF-8: no line of any is found */
};

/* Returns 0 or -ENOMEM. */
int audit_scan_read(struct audit_scan *scan, const struct root *root);
void audit_scan_clear(struct audit_scan *scan);

/* Returns 0 or -ENOMEM. */
int audit_scan_call(struct audit_scan_answer *answer, const struct audit_scan *scan,
		    enum audit_product product, enum audit_call call,
		    const struct audit_arch *arch);

/* The same for runs of /usr/bin/kmod; found is that for 64 bits. */
int audit_scan_kmod(struct audit_scan_answer *answer, const struct audit_scan *scan,
		    enum audit_product product);

#endif
