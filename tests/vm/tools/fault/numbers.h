/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which calls or allocations are to fail, by their number, and in which order. */
#ifndef FAULT_NUMBERS_H
#define FAULT_NUMBERS_H

#include <stddef.h>

struct numbers {
	unsigned int *list;
	size_t count;
};

/* All of so many, from the first that is asked for on; of allocations, those of a new place. */
void numbers_choose(struct numbers *numbers, unsigned int count);
void numbers_clear(struct numbers *numbers);

/* By the seed. */
void numbers_shuffle(struct numbers *numbers);

#endif
