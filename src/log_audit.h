/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of operations beside their events in the audit trail: what audit saw, and the module that
 * it does not name.
 */
#ifndef MODWARDEN_LOG_AUDIT_H
#define MODWARDEN_LOG_AUDIT_H

#include "audit_events.h"
#include "log_file.h"

#include <stdio.h>

enum log_audit_match {
	LOG_AUDIT_NONE,
	LOG_AUDIT_EXACT, /* the record says which one */
	LOG_AUDIT_GUESS, /* by time, process, system call and result; or the record itself guessed
			  */
};

struct log_audit_found {
	enum log_audit_match match;
	const struct audit_event *event; /* until the next one is looked for; NULL: none */
};

struct log_audit_found log_audit_find(struct audit_events *events, struct log_line *line);

/* Behind the record as text. Nothing where the record is of no operation. */
void log_audit_print(struct audit_events *events, struct log_line *line, FILE *out);

/*
 * One line of JSON: {"record": ..., "audit": {"id", "join": "exact" or "guess", "lines": [...]}},
 * or null instead of that. 0 or -ENOMEM.
 */
int log_audit_print_json(struct audit_events *events, struct log_line *line, FILE *out);

#endif
