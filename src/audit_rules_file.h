/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules files of a machine: those of /etc/audit/rules.d, in the order in which augenrules puts
 * them together, and /etc/audit/audit.rules.
 */
#ifndef MODWARDEN_AUDIT_RULES_FILE_H
#define MODWARDEN_AUDIT_RULES_FILE_H

#include "audit_profile.h"
#include "audit_rule.h"
#include "root_file.h"

#define AUDIT_RULES_FILE "/etc/audit/audit.rules"

/* More than that cannot be meant, and is not read. */
#define AUDIT_RULES_FILE_MAX  (16U << 20) /* bytes */
#define AUDIT_RULES_FILES_MAX 1000
#define AUDIT_RULES_LINES_MAX 10000 /* without comments */

struct audit_rules_file {
	char *path;
	int error;  /* a negative errno where it could not be read */
	char *text; /* as the file has it */
	size_t size;
	char *lines; /* the same, with a NUL instead of each newline */
};

struct audit_rules_files {
	struct audit_rules_file *list; /* of rules.d, in their order */
	size_t count;
	int error;    /* of the directory itself: a negative errno */
	char **other; /* names there that augenrules passes over */
	size_t other_count;
};

/* Whatever cannot be read is said in error. Returns 0 or -ENOMEM. */
int audit_rules_files_read(struct audit_rules_files *files, const struct root *root);
void audit_rules_files_clear(struct audit_rules_files *files);

/* One file, by its absolute path. Returns 0 or -ENOMEM. */
int audit_rules_file_read(struct audit_rules_file *file, const struct root *root, const char *path);
void audit_rules_file_clear(struct audit_rules_file *file);

/*
 * Lets auditctl read a file, or what augenrules makes of all of them. Returns 0, -ENOMEM, or
 * -E2BIG: more lines than are read.
 */
int audit_rules_load_file(struct audit_rules *rules, const struct audit_rules_file *file,
			  const struct audit_arch *arch);
int audit_rules_load_merged(struct audit_rules *rules, const struct audit_rules_files *files,
			    const struct audit_arch *arch);

/* It ends in .rules: augenrules takes no others. */
bool is_rules_name(const char *name);

/* As ls -v compares names. */
int version_compare(const void *left, const void *right);

#endif
