/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audit rules as far as modules are concerned: which of the module calls a rule is about, of whom,
 * and what becomes of the record. Made of a rules file's lines, or of what the kernel lists.
 */
#ifndef MODWARDEN_AUDIT_RULE_H
#define MODWARDEN_AUDIT_RULE_H

#include "audit_arch.h"
#include "audit_line.h"
#include "root_file.h"

/* A line of a file; the text is that of the file's bytes, which stay. */
struct audit_source {
	const char *file; /* NULL: the kernel's list */
	unsigned int line;
	const char *text;
};

struct audit_field {
	uint32_t field; /* AUDIT_* of linux/audit.h */
	uint32_t op;
	uint32_t value;
	bool is_known;     /* the value is a number, and all there is to it */
	bool is_below_sys; /* of a path: it is /, or lies below /sys */
};

struct audit_rule {
	int list; /* AUDIT_FILTER_* */
	bool is_never;
	uint8_t calls[AUDIT_BITS]; /* a bit per enum audit_call: what a rule of the list exit is
				      about */
	uint64_t identity;         /* same: the kernel would say that it exists */
	struct audit_source source;
	char *key;
	size_t field_count;
	struct audit_field *fields; /* without arch and key */
};

/* The kernel's rules, in the order in which they are asked. */
struct audit_rules {
	struct audit_rule *list; /* only those that can concern modules */
	size_t count;
	size_t room;
	size_t total;
	const struct root *root; /* has the paths that rules name; NULL: that is not looked at */
	uint32_t enabled;        /* 0, 1, or 2: locked until reboot */
	struct audit_source enabled_by; /* the last line that said so; no file: none did */
	uint32_t backlog;               /* 0: not said */
	uint32_t rate;
	uint32_t failure;
	bool ignores_errors;
	bool has_stopped; /* a line was refused, and all behind it were not read */
	struct audit_source stopped_at;
	char error[200];
	size_t ignored; /* lines in error that were passed over, the first of them, and why */
	struct audit_source ignored_at;
	size_t removed; /* rules about modules that a line took away, and the last such line */
	struct audit_source removed_by;
	uint64_t *identities; /* of all rules */
	size_t identity_count;
	size_t identity_room;
};

/* What auditd starts with. */
void audit_rules_init(struct audit_rules *rules);
void audit_rules_clear(struct audit_rules *rules);

/* As auditctl takes a line. Returns 0 or -ENOMEM. */
int audit_rules_take(struct audit_rules *rules, const struct audit_source *source,
		     const struct audit_arch *arch);

/* As the kernel lists one, key included. Returns 0 or -ENOMEM. */
int audit_rules_take_listed(struct audit_rules *rules, const struct audit_rule_data *data,
			    const struct audit_arch *arch);

#endif
