/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One operation: what the events of the ring buffer and the fold windows say of one load, unload or
 * autoload. Events are read here and nowhere else.
 */
#ifndef MODWARDEN_OPERATION_H
#define MODWARDEN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modwarden/decide.h"
#include "modwarden/event.h"

/* Which sources an operation was made of; what none of them says is zero. */
enum operation_part {
	OPERATION_HAS_DECISION = 1 << 0, /* all of facts and caller */
	OPERATION_HAS_OUTCOME = 1 << 1, /* exit, taints, srcversion; without a decision, identity */
	OPERATION_HAS_FOLD = 1 << 2,    /* repeated; without a decision, the key's identity */
};

struct operation_repeat {
	uint64_t count; /* attempts that this stands for; 0: for itself only */
	uint64_t first; /* CLOCK_BOOTTIME ns: all of them began between these two */
	uint64_t last;
};

/* What the kernel's audit trail has of it; value 0 is what can always be said. */
enum audit_recorded {
	AUDIT_RECORDED_UNKNOWN,
	AUDIT_RECORDED_YES,
	AUDIT_RECORDED_NO,   /* no audit rule matched: a gap */
	AUDIT_RECORDED_LOST, /* it was to be recorded, and did not come out */
};

enum audit_match {
	AUDIT_MATCH_NONE,
	AUDIT_MATCH_EXACT, /* by the stamp, as the kernel gave it */
	AUDIT_MATCH_GUESS, /* by time, process and system call */
};

struct operation_audit {
	enum audit_recorded recorded;
	enum audit_match match;
	uint64_t seconds; /* CLOCK_REALTIME */
	uint32_t milliseconds;
	uint32_t serial;             /* 0: none */
	char key[MW_AUDIT_KEY_SIZE]; /* \001 between several */
	bool key_known;              /* one of them counts as a key for modules */
	bool lost;                   /* the kernel said that it lost a record */
	bool is_counted;             /* in the tally of a daemon: all of this is known */
	/* Of a repeated operation. */
	uint64_t stamped; /* how many were; of the others no rule matched */
	uint64_t missed;  /* of the others so many may have been */
	uint32_t first;   /* serial numbers */
	uint32_t last;
};

/* Texts end in NUL, counts are within their arrays; all else is as hostile as it came. */
struct operation {
	uint64_t seq;
	uint64_t time;     /* when it began, CLOCK_BOOTTIME ns */
	unsigned int part; /* 0, or 1: a further one of the same seq */
	unsigned int has;  /* enum operation_part */
	struct mw_ruling ruling;
	struct mw_facts facts;
	struct mw_caller caller;
	struct mw_requester requester;
	uint64_t leader; /* inherited: seq of the load that decided; 0: not known */
	int64_t exit;    /* with OPERATION_HAS_OUTCOME: 0 or a negative errno */
	uint64_t taints;
	bool loaded;
	char srcversion[MW_SRCVERSION_SIZE];
	struct operation_repeat repeated;
	uint64_t call; /* that it is part of: as in struct mw_decision_event */
	struct operation_audit audit;
};

/*
 * The type of an event from the ring buffer, or MW_EVENT_NONE where the bytes are not to be read:
 * it is shorter than its type needs, says it is longer than it is, or is of an unknown type.
 */
enum mw_event_type event_type(const void *data, size_t size);

/* True: identical ones of this operation are counted in the kernel instead of written. */
bool ruling_is_folded(const struct mw_ruling *ruling, const struct mw_facts *facts);

/* The key that the kernel counts a decision under. */
struct mw_fold_key decision_fold_key(const struct mw_decision_event *event);

/* A later decision replaces an earlier one. */
void operation_take_decision(struct operation *operation, const struct mw_decision_event *event);

void operation_take_outcome(struct operation *operation, const struct mw_outcome *event);

/*
 * What can be told of an operation whose end was not seen: what a gate refused, it refused with an
 * errno of its own, and an unload whose module went has succeeded. (The kernel may skip the program
 * that sees the end.)
 */
void operation_conclude(struct operation *operation);

/* What a fold's key says of an operation; an operation that has a decision knows better already. */
void operation_take_key(struct operation *operation, const struct mw_fold_key *key);

#endif
