/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row of the table that tests/bench/run makes, where it asks for one (BENCH_ROWS). */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stdio.h>
#include <stdlib.h>

struct row {
	const char *section, *what, *peer;
	double ours, theirs;
	double ratio;       /* of ours by theirs; 0: of these two */
	const char *format; /* of both figures, with their unit */
	const char *goal;   /* for the ratio: "<= 1.01" or "-" */
};

static inline void row_put(const struct row *row)
{
	double ratio = row->ratio || !row->theirs ? row->ratio : row->ours / row->theirs;
	const char *path = getenv("BENCH_ROWS");
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "%s\t%s\t%s\t", row->section, row->what, row->peer);
	fprintf(file, row->format, row->ours);
	fputc('\t', file);
	fprintf(file, row->format, row->theirs);
	fprintf(file, "\t%.3f\t%s\n", ratio, row->goal);
	fclose(file);
}

#endif
