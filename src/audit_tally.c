// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_tally.h"

/* Of how many no rule is known to have matched: not of what has an event, nor of what may have one.
 */
static uint64_t gaps_of(const struct operation *operation)
{
	const struct operation_audit *audit = &operation->audit;
	uint64_t count = operation->repeated.count ?: 1;

	if (audit->recorded != AUDIT_RECORDED_NO || operation->facts.op == MW_OP_AUTOLOAD)
		return 0;
	if (audit->stamped >= count || audit->missed >= count - audit->stamped)
		return 0;
	return count - audit->stamped - audit->missed;
}

void audit_tally_add(struct audit_tally *tally, struct operation *operation)
{
	if (operation->audit.is_counted)
		return;
	operation->audit.is_counted = true;
	tally->recorded[operation->audit.recorded] += operation->repeated.count ?: 1;
	tally->gaps += gaps_of(operation);
}
