/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found about the audit of a machine: how bad it is, what it is, and what to do. */
#ifndef MODWARDEN_AUDIT_FINDING_H
#define MODWARDEN_AUDIT_FINDING_H

#include "page.h"
#include "words.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum audit_severity {
	AUDIT_SEVERITY_NONE,
	AUDIT_NOTE,
	AUDIT_WARNING,
	AUDIT_ERROR, /* fails the check */
	AUDIT_SEVERITIES,
};

extern const struct words audit_severity_words;

struct audit_finding {
	enum audit_severity severity;
	const char *name; /* a word that stays the same, for programs */
	char *text;
	char *remedy; /* NULL: none */
};

#define AUDIT_FINDINGS_MAX 200

/* Zeroed is empty. */
struct audit_findings {
	struct audit_finding list[AUDIT_FINDINGS_MAX];
	size_t count;
	size_t dropped;
	size_t errors;  /* all of them */
	bool no_memory; /* something is not told: nothing may pass */
};

/*
 * Adds one, unless the same text is there already. The remedy is a text of its own, or NULL. What a
 * terminal could take for an order is written as \xNN.
 */
__attribute__((format(printf, 5, 6))) void finding_add(struct audit_findings *findings,
						       enum audit_severity severity,
						       const char *name, const char *remedy,
						       const char *format, ...);

void findings_clear(struct audit_findings *findings);

void findings_print(const struct audit_findings *findings, struct page *page);

/* What to do, a line each. */
void remedy_print(struct page *page, unsigned int indent, const char *remedy);

/* A new array; NULL: no memory. */
json_t *findings_json(const struct audit_findings *findings);

#endif
