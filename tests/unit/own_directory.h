/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of a test's own, and its end with all that is in it. */
#ifndef TEST_OWN_DIRECTORY_H
#define TEST_OWN_DIRECTORY_H

#define OWN_DIRECTORY_SIZE 32

/* Makes one below /tmp, and goes there. 0 or -1. */
int own_directory_begin(char path[OWN_DIRECTORY_SIZE]);

/* Leaves it. 0 or -1. */
int own_directory_end(const char *path);

/* With all below it; links are not followed. 0 or -1. */
int remove_tree(const char *path);

#endif
