/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in bpffs the parts of a set are, and what is done with directories there. Only the pins*.c
 * files include this.
 */
#ifndef MODWARDEN_PINS_PATH_H
#define MODWARDEN_PINS_PATH_H

#include <stddef.h>

/* The path of what is in a set; "": of the set. */
void pins_path(unsigned int number, const char *name, char *path, size_t size);

/* Makes the last part a name for bpffs. */
void pins_path_end(char *path);

/*
 * Calls for each number in a directory, higher ones first. Stops at what is not 0, and returns it;
 * 0 where there is no directory, or a negative errno.
 */
typedef int pins_number_fn(unsigned int number, void *arg);
int pins_each_number(const char *directory, pins_number_fn *call, void *arg);

/*
 * Removes a directory with all that is in it; 0, also where there is none, or a negative errno:
 * what stands in the way of that is told of, not skipped.
 */
int pins_remove_tree(const char *path);

#endif
