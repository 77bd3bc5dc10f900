/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trial after another, each with another fault, and how many ended how. */
#ifndef FAULT_SWEEP_H
#define FAULT_SWEEP_H

#include "numbers.h"
#include "run.h"

#include <stdbool.h>

struct tally {
	size_t tried, up, missed, wrong;
};

/* As many of them as the options say, and as there is time for. */
void sweep(const struct numbers *numbers, const struct run *whole, struct tally *tally);

/* Prints it. True: nothing was wrong, and enough of the faults were reached. */
bool tally_judge(const struct tally *tally);

#endif
