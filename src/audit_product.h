/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The systems for which checks of these audit rules are published, and what each of the checks
 * looks for: ComplianceAsCode's content, which OpenShift's Compliance Operator and oscap run.
 */
#ifndef MODWARDEN_AUDIT_PRODUCT_H
#define MODWARDEN_AUDIT_PRODUCT_H

#include "audit_profile.h"
#include "root_file.h"

enum audit_product {
	AUDIT_PRODUCT_NONE,
	AUDIT_PRODUCT_RHCOS4,
	AUDIT_PRODUCT_RHEL8,
	AUDIT_PRODUCT_RHEL9,
	AUDIT_PRODUCT_RHEL10,
	AUDIT_PRODUCT_OL8,
	AUDIT_PRODUCT_OL9,
	AUDIT_PRODUCT_UBUNTU2204,
	AUDIT_PRODUCT_UBUNTU2404,
	AUDIT_PRODUCT_DEBIAN12,
	AUDIT_PRODUCTS,
};

extern const struct words audit_product_words;

/* Where a product's checks look for what loads the rules; bits. */
enum audit_wiring {
	AUDIT_WIRING_AUDITD = 1,      /* auditd.service: ExecStartPost */
	AUDIT_WIRING_AUDIT_RULES = 2, /* audit-rules.service: ExecStart, augenrules */
	AUDIT_WIRING_AUDITCTL = 4,    /* audit-rules.service: ExecStart, auditctl */
};

/* By the os-release of a machine; NONE: no checks are known for it. 0, or why it cannot be read. */
int audit_product_find(enum audit_product *ret, const struct root *root);

/* By the text of an os-release. */
enum audit_product audit_product_parse(const char *os_release);

unsigned int audit_product_wiring(enum audit_product product);

/* Its checks want "-F auid>=1000 -F auid!=unset" before the key. */
bool audit_product_wants_auid(enum audit_product product);

/* The calls for which a part of a profile has checks, a bit per enum audit_call; 0: no checks. */
unsigned int audit_product_calls(enum audit_product product, enum audit_profile part);

/* It also has one for runs of /usr/bin/kmod. */
bool audit_product_wants_kmod(enum audit_product product, enum audit_profile part);

/* What the standard calls it, as "RHEL-09-654080"; "" where it has no number. */
const char *audit_product_id(enum audit_product product, enum audit_profile part,
			     enum audit_call call);

#endif
