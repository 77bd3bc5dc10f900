/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which module calls of which callers a list of rules records. Callers are told apart by their
 * audit login id (auid), which is what filters ask for most; all else that a rule can ask for
 * (user, program, process, label, ...) counts against the records: a rule that records only some is
 * not enough, and one that hides some, or may, is a gap.
 */
#ifndef MODWARDEN_AUDIT_COVERAGE_H
#define MODWARDEN_AUDIT_COVERAGE_H

#include "audit_rule.h"
#include "words.h"

enum audit_caller {
	AUDIT_CALLER_UNSET,  /* nobody logged in: daemons, autoloads, containers */
	AUDIT_CALLER_SYSTEM, /* auid below 1000: root at the console */
	AUDIT_CALLER_USER,   /* auid of 1000 and above */
	AUDIT_CALLERS,
};

enum audit_gap_kind {
	AUDIT_GAP_NONE,   /* every call is recorded */
	AUDIT_GAP_NARROW, /* the rule records only some of them */
	AUDIT_GAP_NO_RULE,
	AUDIT_GAP_NEVER, /* the rule hides some of them, or all */
};

struct audit_gap {
	enum audit_gap_kind kind;
	const struct audit_rule *rule;
};

struct audit_coverage {
	bool exists[AUDIT_BITS][AUDIT_CALLS]; /* the processor has the call */
	struct audit_gap gaps[AUDIT_BITS][AUDIT_CALLS][AUDIT_CALLERS];
	const struct audit_rule *name_hidden; /* keeps KERN_MODULE from the records, or NULL */
};

extern const struct words audit_caller_words;
extern const struct words audit_gap_words;

/*
 * The rules stay the owner of those in it. Where they compare with more numbers than can be tried,
 * those are taken for not known.
 */
void audit_coverage_make(struct audit_coverage *coverage, struct audit_rules *rules,
			 const struct audit_arch *arch);

#endif
