/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of a profile on a system: their names, their answers, and what makes them pass. */
#ifndef MODWARDEN_AUDIT_REQUIREMENT_H
#define MODWARDEN_AUDIT_REQUIREMENT_H

#include "audit_check.h"
#include "audit_scan.h"

/* How many there are: 0 means that nothing would be checked. */
size_t audit_requirements_count(enum audit_product product, enum audit_profile profile,
				const struct audit_arch *arch);

/* Returns 0 or -ENOMEM. */
int audit_requirements_make(struct audit_report *report, const struct audit_scan *scan,
			    const struct audit_check_options *options);

#endif
