/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records of a log are asked for. */
#ifndef MODWARDEN_LOG_FILTER_H
#define MODWARDEN_LOG_FILTER_H

#include <stdbool.h>

#include "log_fields.h"
#include "tally.h"
#include "words.h"

/* What is asked of a record; of each, one of several words has to be met. */
enum log_criterion {
	LOG_BY_VERDICT,
	LOG_BY_TYPE,
	LOG_BY_OP,
	LOG_BY_REASON,
	LOG_BY_RULE,
	LOG_BY_MODULE,
	LOG_BY_UID,
	LOG_BY_CONTAINER,
	LOG_BY_NODE,
	LOG_BY_KEY,
	LOG_BY_AUDIT_ID,
	LOG_BY_ID,
	LOG_CRITERIA,
};

/* verdict, as a user asks for it; see modwarden(1). */
enum log_verdict {
	LOG_VERDICT_ALLOW,
	LOG_VERDICT_DENY, /* of the policy, whatever came of it */
	LOG_VERDICT_BLOCKED,
	LOG_VERDICT_WOULD_DENY,
	LOG_VERDICT_NOT_STOPPED,
	LOG_VERDICT_FAILED,
	LOG_VERDICT_UNDECIDED,
	LOG_VERDICTS,
};

enum log_type {
	LOG_TYPE_OPERATION,
	LOG_TYPE_DAEMON,
	LOG_TYPE_POLICY,
	LOG_TYPE_MODULE,
	LOG_TYPE_AUDIT,
	LOG_TYPE_TAMPER,
	LOG_TYPE_LOSS,
	LOG_TYPES,
};

extern const struct words log_verdict_words;
extern const struct words log_outcome_words; /* enum tally_end: the verdicts but deny */
extern const struct words log_type_words;

struct log_filter;

/* 0 or -ENOMEM. One that nothing was added to lets every record through. */
int log_filter_new(struct log_filter **ret);
void log_filter_free(struct log_filter *filter);

/*
 * 0; -ENOMEM; -EINVAL: no record can ever meet it, and *problem says what would do, to be freed.
 * The word must stay.
 */
int log_filter_add(struct log_filter *filter, enum log_criterion criterion, const char *word,
		   char **problem);

bool log_filter_matches(struct log_filter *filter, const struct log_fields *fields);

/* What became of an operation. */
enum tally_end log_outcome(const struct log_fields *fields);

/* The base name of a module's file without .ko and what follows; *size is 0 where it has none. */
const char *log_module_file(const struct log_fields *fields, size_t *size);

#endif
