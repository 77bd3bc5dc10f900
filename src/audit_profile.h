/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit rules that standards ask for where modules come and go: which lines, under which key,
 * in which file.
 */
#ifndef MODWARDEN_AUDIT_PROFILE_H
#define MODWARDEN_AUDIT_PROFILE_H

#include "audit_arch.h"
#include "words.h"

#include <stdbool.h>

enum audit_profile {
	AUDIT_PROFILE_NONE,
	AUDIT_PROFILE_E8, /* ACSC Essential Eight, as Compliance Operator checks it on OpenShift */
	AUDIT_PROFILE_STIG, /* DISA */
	AUDIT_PROFILE_CIS,  /* Center for Internet Security */
	AUDIT_PROFILE_ALL,  /* all of the above */
	AUDIT_PROFILES,
};

extern const struct words audit_profile_words;

#define AUDIT_RULES_DIR "/etc/audit/rules.d"

/* Whether the first is the second, or comprises it. */
bool audit_profile_has(enum audit_profile profile, enum audit_profile part);

/* Where its rules file belongs. */
const char *audit_profile_path(enum audit_profile profile);

/*
 * One line that a check wants: the calls of a group (a bit per enum audit_call) for one width.
 * Returns a string to free, without a newline, or NULL: no memory. Calls that the processor has
 * not are left out; "" where none is left.
 */
char *audit_profile_line(enum audit_profile part, const struct audit_arch *arch,
			 enum audit_bits bits, unsigned int calls);

/* The rules file. A string to free, or NULL: no memory. */
char *audit_profile_rules(enum audit_profile profile, const struct audit_arch *arch);

#endif
