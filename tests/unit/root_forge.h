/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's files below a directory that is made for a test. */
#ifndef ROOT_FORGE_H
#define ROOT_FORGE_H

#include "root_file.h"

struct forged_root {
	char path[64];
	struct root root;
};

void root_forge(struct forged_root *forged);
void root_forge_file(const struct forged_root *forged, const char *path, const char *text);
void root_forge_bytes(const struct forged_root *forged, const char *path, const char *bytes,
		      size_t size);
void root_forge_link(const struct forged_root *forged, const char *path, const char *target);
/* The name of a file, for what the above cannot do; the directories on the way are made. */
char *root_forge_path(const struct forged_root *forged, const char *path);
void root_forge_end(struct forged_root *forged);

#define FORGED_RULES "/etc/audit/rules.d/75-kernel-modules.rules"
#define FORGED_UNIT  "/usr/lib/systemd/system/auditd.service"

/* A machine on which auditd starts and augenrules loads these rules. */
void root_forge_audit(struct forged_root *forged, const char *rules);

#endif
