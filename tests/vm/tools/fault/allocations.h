/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The allocations of a command, as the preloaded library counts them and lets one fail. */
#ifndef FAULT_ALLOCATIONS_H
#define FAULT_ALLOCATIONS_H

#include <stdbool.h>

/* The page that is shared with it. */
void allocations_open(void);

/* Before a run: number is the one that fails; 0: none. */
void allocations_begin(unsigned int number);

/* In the child, before its command. */
void allocations_preload(void);

/* After a run. */
unsigned int allocations_count(void);
bool allocations_failed(void);

/* None before it had the same stack. Of what is not told apart: false. */
bool allocation_is_new(unsigned int number);

#endif
