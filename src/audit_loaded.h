/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit rules that this machine's kernel has now, and the state of its audit. Needs
 * CAP_AUDIT_CONTROL, in the first PID and user namespaces.
 */
#ifndef MODWARDEN_AUDIT_LOADED_H
#define MODWARDEN_AUDIT_LOADED_H

#include "audit_rule.h"

struct audit_loaded {
	bool is_seen;
	bool is_absent;     /* this kernel has no audit, or was booted without */
	const char *reason; /* why it was not seen */
	struct audit_rules rules;
	uint32_t daemon; /* process id; 0: none */
	uint32_t backlog_limit;
	uint32_t lost;
};

/* Returns 0, also where it was not seen, or -ENOMEM. */
int audit_loaded_read(struct audit_loaded *loaded, const struct audit_arch *arch);
void audit_loaded_clear(struct audit_loaded *loaded);

#endif
