/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "own_directory.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat, (void)type, (void)walk;
	return remove(path);
}

int remove_tree(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int own_directory_begin(char path[OWN_DIRECTORY_SIZE])
{
	snprintf(path, OWN_DIRECTORY_SIZE, "/tmp/modwarden-test.XXXXXX");
	return !mkdtemp(path) || chdir(path) ? -1 : 0;
}

int own_directory_end(const char *path)
{
	return chdir("/") || remove_tree(path) ? -1 : 0;
}
