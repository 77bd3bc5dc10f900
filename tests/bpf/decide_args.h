/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs in decide.bpf.c take and give, by the one value of the map "tickets". */
#ifndef DECIDE_ARGS_H
#define DECIDE_ARGS_H

#include "modwarden/decide.h"

struct decide_ticket {
	struct mw_facts facts;
	struct mw_decision decision;
	__u32 criterion; /* that match_glob tries the policy's first pattern on */
	__u32 match;     /* enum mw_match */
};

#endif
