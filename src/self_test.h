/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The self-test: makes each gate fire and refuse, with loads that could never succeed, and believes
 * nothing else. It is noticed by audit rules on the module system calls, like any other load.
 */
#ifndef MODWARDEN_SELF_TEST_H
#define MODWARDEN_SELF_TEST_H

#include "gates.h"

enum proof {
	PROOF_NONE,
	PROOF_GIVEN,        /* it fired and, where that can be seen, refused */
	PROOF_NOT_POSSIBLE, /* something else refused before it: nothing is known */
	PROOF_FAILED,       /* what it should have refused went past it */
};

struct self_test {
	enum proof gates[MW_GATES]; /* MW_GATE_LOADED is never tested: it needs a module */
	int errors[MW_GATES];       /* the errno seen where the proof is not given */
};

enum self_test_extent {
	SELF_TEST_QUICK, /* without the module system calls: silent in the audit log */
	SELF_TEST_FULL,
};

/* Runs it. Returns the first gate whose proof failed, or MW_GATE_NONE. */
enum mw_gate self_test_run(struct gates *gates, enum self_test_extent extent,
			   struct self_test *test);

#endif
