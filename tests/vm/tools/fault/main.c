// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets one system call, or one allocation, of a command fail, again and again, each time another
 * one: how does it end?
 *
 *   fault [OPTION]... COMMAND [ARGUMENT]...
 *     -m PRELOAD     allocations fail, by this library (fail_malloc.so), instead of system calls
 *     -s SEED        which ones of a sample, and with which errno (1)
 *     -n COUNT       a sample of so many; default all
 *     -f NUMBER      none before this one
 *     -i NUMBER      only this one
 *     -l             no fault: lists what could fail
 *     -t SECONDS     as long as one run may take (60)
 *     -b SECONDS     begins no other run after so many
 *     -g MODULE      the command is a daemon that keeps this file out, and says READY=1
 *     -r FILE WORDS  its records; one with these words and a denial comes of trying MODULE
 *     -p             its gates stay when it ends
 *     -a             they were there before it; they are taken over
 *     -v             what it prints may vary: it tells what it could find out
 *
 * The same number is, as a rule, the same call in each run. Reads of one file that follow one
 * another count as one, and so do allocations with the same stack.
 *
 * A daemon either comes up whole: as many links as without a fault, unless it warned; MODULE is
 * refused with EPERM, the record comes, SIGTERM ends it with 0. Or it fails, and all is as it was
 * before: links, programs, pins, socket, and what becomes of MODULE. Any other command either does
 * what it does without a fault, or fails. What fails says so, with an error.
 *
 * Prints a line for each run and what was wrong with it. Exit: 0 nothing was, 1 something, 2 usage,
 * 3 it could not try.
 */
#include "allocations.h"
#include "numbers.h"
#include "options.h"
#include "sweep.h"
#include "trial.h"

#include <stdio.h>

static int try_one(const struct run *whole)
{
	static struct run run;

	trial(&run, options.only, whole);
	return *run.wrong != '\0';
}

static int try_many(struct numbers *numbers, const struct run *whole)
{
	struct tally tally = {};

	numbers_shuffle(numbers);
	sweep(numbers, whole, &tally);
	return tally_judge(&tally) ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct run whole;
	struct numbers numbers;
	int status = 0;

	options_parse(argc, argv);
	allocations_open();
	trial(&whole, 0, NULL);
	if (*whole.wrong || (options.module && !whole.is_ready))
		return 1;
	numbers_choose(&numbers, whole.count);
	printf("%u of them, %zu places\n", whole.count, numbers.count);
	if (options.only)
		status = try_one(&whole);
	else if (!options.lists)
		status = try_many(&numbers, &whole);
	numbers_clear(&numbers);
	return status;
}
