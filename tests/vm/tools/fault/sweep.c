// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"
#include "sweep.h"
#include "trial.h"

#include <stdio.h>

static void add_up(struct tally *tally, const struct run *run)
{
	tally->tried++;
	tally->missed += !run->is_hit;
	tally->wrong += *run->wrong != '\0';
	tally->up += run->is_ready;
}

void sweep(const struct numbers *numbers, const struct run *whole, struct tally *tally)
{
	static struct run run;
	size_t count =
		options.sample && options.sample < numbers->count ? options.sample : numbers->count;
	double end = now() + options.budget;

	for (size_t i = 0; i < count && (!options.budget || now() < end); i++) {
		trial(&run, numbers->list[i], whole);
		add_up(tally, &run);
	}
}

bool tally_judge(const struct tally *tally)
{
	printf("seed %u: %zu tried, %zu came up, %zu not reached, %zu wrong\n", options.seed,
	       tally->tried, tally->up, tally->missed, tally->wrong);
	return !tally->wrong && tally->missed * 2 <= tally->tried;
}
