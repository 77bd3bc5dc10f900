/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit rules file as a MachineConfig, by which OpenShift puts files on the nodes of a role.
 * What it holds is Ignition: the text is a data URL, and the mode is a decimal number.
 */
#ifndef MODWARDEN_AUDIT_MACHINECONFIG_H
#define MODWARDEN_AUDIT_MACHINECONFIG_H

#include "audit_profile.h"

#include <jansson.h>
#include <stdio.h>

/* The roles that every cluster has; pools of other names take what is made for workers. */
enum audit_role {
	AUDIT_ROLE_NONE,
	AUDIT_ROLE_MASTER,
	AUDIT_ROLE_WORKER,
	AUDIT_ROLES,
};

extern const struct words audit_role_words;

/* Text as what stands behind "data:,". To free; NULL: no memory. */
char *data_url_encode(const char *text);

/* A new object, or NULL: no memory. */
json_t *audit_machineconfig_json(enum audit_profile profile, const struct audit_arch *arch,
				 enum audit_role role);

/* The same as YAML. Returns 0 or -ENOMEM. */
int audit_machineconfig_yaml(FILE *out, enum audit_profile profile, const struct audit_arch *arch,
			     enum audit_role role);

#endif
