/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the audit events of all operations; `status` shows it. */
#ifndef MODWARDEN_AUDIT_TALLY_H
#define MODWARDEN_AUDIT_TALLY_H

#include "audit_trail.h"
#include "operation.h"

struct audit_tally {
	uint64_t recorded[AUDIT_RECORDED_LOST + 1]; /* operations, by enum audit_recorded */
	uint64_t gaps;                              /* loads and unloads that no rule matched */
	uint64_t kernel_lost;                       /* audit records that the kernel said it lost */
	uint64_t kernel_lost_before;                /* ... and were told by another daemon */
	bool hears_losses;
	bool has_stamps;
	enum audit_trail_source source; /* of what confirms */
};

/* An operation of which it is known what became of its event. Each counts once, also where a former
 * daemon has counted it: it is marked so. */
void audit_tally_add(struct audit_tally *tally, struct operation *operation);

#endif
