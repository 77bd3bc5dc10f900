/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy would have done with operations that are on record. What a record does not tell is
 * never guessed: such an operation is counted as not told.
 */
#ifndef MODWARDEN_REPLAY_H
#define MODWARDEN_REPLAY_H

#include "explanation.h"
#include "record_facts.h"

enum replay_result {
	REPLAY_NONE,   /* not the record of an operation */
	REPLAY_SAME,   /* the verdict that was recorded */
	REPLAY_DENIES, /* it was allowed */
	REPLAY_ALLOWS, /* it was denied */
	REPLAY_UNTOLD, /* it depends on what the record does not say */
	REPLAY_ASIDE,  /* something other than a policy decided */
	REPLAY_RESULTS,
};

#define REPLAY_CHANGES_MAX 10000 /* kinds of differences that are told one by one */

struct replay {
	const struct policy *policy;
	uint64_t counts[REPLAY_RESULTS]; /* attempts */
	uint64_t untold[MW_CRITERIA];    /* attempts for which this criterion was missing */
	uint64_t unlisted;               /* differences beyond REPLAY_CHANGES_MAX */
	json_t *changes;                 /* by key, in the order seen */
};

/* 0 or -ENOMEM. */
int replay_begin(struct replay *replay, const struct policy *policy);

/* What the policy makes of one; 'facts' is of record_facts_read(). */
enum replay_result replay_judge(const struct policy *policy, const struct record_facts *facts,
				struct mw_decision *decision, struct judgement *judgement);

/* Takes one record in. An enum replay_result or -ENOMEM. */
int replay_take(struct replay *replay, const json_t *record);

/* Taken in so far. */
uint64_t replay_operations(const struct replay *replay);

/* All of them in one object, or NULL: no memory. */
json_t *replay_json(const struct replay *replay);

/* 0 or -ENOMEM. */
int replay_print(const struct replay *replay, FILE *out);

void replay_end(struct replay *replay);

#endif
