/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a rules file, as auditctl -R takes it: the same options in the same order, fields and
 * calls by libaudit's own tables. What auditctl refuses is refused here, since it reads no further.
 */
#ifndef MODWARDEN_AUDIT_LINE_H
#define MODWARDEN_AUDIT_LINE_H

#include "audit_arch.h"

#include <libaudit.h>
#include <stdbool.h>

/* auditctl cuts longer lines in two. */
#define AUDIT_LINE_MAX 6142

enum audit_line_kind {
	AUDIT_LINE_NONE,    /* a comment, or an option that changes nothing here */
	AUDIT_LINE_RULE,    /* -a, -A */
	AUDIT_LINE_REMOVE,  /* -d */
	AUDIT_LINE_CLEAR,   /* -D */
	AUDIT_LINE_ENABLED, /* -e; the number in value, also of those below */
	AUDIT_LINE_FAILURE, /* -f */
	AUDIT_LINE_BACKLOG, /* -b */
	AUDIT_LINE_RATE,    /* -r */
	AUDIT_LINE_IGNORE,  /* -i, -c: lines in error are passed over from here on */
	AUDIT_LINE_ERROR,
};

struct audit_line {
	enum audit_line_kind kind;
	bool prepend;
	uint32_t value;
	struct audit_rule_data *data; /* of a rule, without key */
	uint64_t named; /* fields with the name of a user or group: whose number is not known */
	char key[AUDIT_MAX_KEY_LEN + 1];
	char error[200];
};

/*
 * Parses a line, which must not be longer than AUDIT_LINE_MAX. Returns 0, also for one in error, or
 * -ENOMEM.
 */
int audit_line_parse(struct audit_line *line, const char *text, const struct audit_arch *arch);
void audit_line_clear(struct audit_line *line);

#endif
