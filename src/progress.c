// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH     30 /* of the bar, in columns */
#define PAUSE_NS  100000000L
#define TAKE_AWAY "\r\033[K"

void progress_begin(struct progress *progress, const char *what)
{
	*progress = (struct progress){ .what = what, .is_shown = isatty(STDERR_FILENO) };
}

static bool is_due(struct progress *progress)
{
	struct timespec now;
	long since;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	since = (now.tv_sec - progress->drawn.tv_sec) * 1000000000L + now.tv_nsec -
		progress->drawn.tv_nsec;
	if (since < PAUSE_NS)
		return false;
	progress->drawn = now;
	return true;
}

void progress_show(struct progress *progress, size_t done, size_t total)
{
	char bar[WIDTH + 1] = {};

	if (!progress->is_shown || !total || !is_due(progress))
		return;
	memset(bar, '.', WIDTH);
	memset(bar, '#', WIDTH * done / total);
	fprintf(stderr, TAKE_AWAY "[%s] %zu of %zu %s", bar, done, total, progress->what);
}

void progress_end(struct progress *progress)
{
	if (progress->is_shown)
		fputs(TAKE_AWAY, stderr);
}
