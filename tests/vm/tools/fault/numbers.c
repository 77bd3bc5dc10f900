// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocations.h"
#include "basics.h"
#include "numbers.h"
#include "options.h"

#include <stdlib.h>

void numbers_choose(struct numbers *numbers, unsigned int count)
{
	*numbers = (struct numbers){ .list = calloc(count + 1, sizeof(*numbers->list)) };
	if (!numbers->list)
		die("calloc");
	for (unsigned int i = options.first; i <= count; i++)
		if (!options.preload || allocation_is_new(i))
			numbers->list[numbers->count++] = i;
}

void numbers_clear(struct numbers *numbers)
{
	free(numbers->list);
}

void numbers_shuffle(struct numbers *numbers)
{
	srandom(options.seed);
	for (size_t i = numbers->count; i > 1; i--) {
		size_t other = (size_t)random() % i;
		unsigned int number = numbers->list[i - 1];

		numbers->list[i - 1] = numbers->list[other];
		numbers->list[other] = number;
	}
}
