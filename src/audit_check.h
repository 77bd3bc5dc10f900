/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of a machine's audit of modules: what a scanner says of its files, what the rules in
 * them record when they are loaded as its units do it, and what the kernel has loaded now.
 */
#ifndef MODWARDEN_AUDIT_CHECK_H
#define MODWARDEN_AUDIT_CHECK_H

#include "audit_coverage.h"
#include "audit_finding.h"
#include "audit_product.h"

#include <stdio.h>

struct audit_check_options {
	const char *root;
	enum audit_profile profile;
	enum audit_product product; /* NONE: as its os-release says */
	const struct audit_arch *arch;
	bool files_only; /* the kernel is not asked */
};

/* One check of a scanner's. */
struct audit_requirement {
	char *name; /* as the scanner has it */
	const char *id;
	enum audit_profile part;
	enum audit_product product;
	bool passes;
	char *remedy; /* what to add and where; NULL where it passes */
};

#define AUDIT_REQUIREMENTS_MAX 32

/* A list of rules, from files or from the kernel. */
struct audit_view {
	bool is_seen;
	const char *reason; /* why not */
	size_t rules;
	uint32_t enabled;
	struct audit_coverage coverage; /* its rules are gone */
};

struct audit_report {
	struct audit_requirement requirements[AUDIT_REQUIREMENTS_MAX];
	size_t requirement_count;
	enum audit_product product;
	struct audit_view files;
	struct audit_view loaded;
	struct audit_findings findings;
};

/*
 * Returns 0 with a report; -ENODATA: the profile has no check for the machine, and nothing was
 * looked at; -ENOMEM; or why the root cannot be opened.
 */
int audit_check(struct audit_report *report, const struct audit_check_options *options);
void audit_report_clear(struct audit_report *report);

/* Everything that was looked at is as it should be; what could not be seen is not among it. */
bool audit_report_passes(const struct audit_report *report);

void audit_report_print(const struct audit_report *report,
			const struct audit_check_options *options, struct page *page);
/* Returns 0 or -ENOMEM. */
int audit_report_json(const struct audit_report *report, const struct audit_check_options *options,
		      FILE *out);

#endif
