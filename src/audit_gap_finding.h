/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MODWARDEN_AUDIT_GAP_FINDING_H
#define MODWARDEN_AUDIT_GAP_FINDING_H

#include "audit_coverage.h"
#include "audit_finding.h"
#include "audit_profile.h"

/*
 * Says what a list of rules does not record: one finding for each rule that hides something, one
 * for each call that nothing records, with the line to add. 'where' is "the files" or "the kernel".
 */
void audit_gaps_find(struct audit_findings *findings, const struct audit_coverage *coverage,
		     enum audit_profile profile, const struct audit_arch *arch, const char *where,
		     const char *otherwise);

#endif
