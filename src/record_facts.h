/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a record back to the facts that the gates had: the other direction of record_operation.c. A
 * record comes from a log that anybody may have written to: what does not fit is not known.
 */
#ifndef MODWARDEN_RECORD_FACTS_H
#define MODWARDEN_RECORD_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "modwarden//decide.h"

struct record_facts {
	struct mw_facts facts;
	__u32 never; /* criteria that the gates could not come to know of this operation */
	enum mw_verdict verdict;
	enum mw_reason reason;
	enum mw_gate gate;
	uint64_t count; /* attempts that it stands for, at least 1 */
	/* Something other than a policy decided, and would have done so under any other one. */
	bool is_aside;
};

/*
 * Reads the record of an operation. 'known' has what the gates learned before the operation's end,
 * and what is then missing has not been told: only what is in 'never' could not be known at all.
 * Returns 0; -EINVAL: no record of an operation; or -ENOMEM.
 */
int record_facts_read(struct record_facts *ret, const json_t *record);

#endif
