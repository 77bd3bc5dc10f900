/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program in policy.bpf.c takes and gives. */
#ifndef POLICY_ARGS_H
#define POLICY_ARGS_H

#include "modwarden/decide.h"

#define POLICY_KEYS 1024 /* digests that are asked for by turns; a power of two */

struct policy_args {
	__u64 rounds;
	__u64 ns; /* of all of them */
	__u32 generation;
	__u32 reserved;
};

struct policy_ticket {
	struct mw_facts facts;
	struct mw_decision decision;
	__u8 keys[POLICY_KEYS][MW_DIGEST_SIZE];
};

#endif
