/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths that match a pattern, as glob(3) finds them without flags. That one frees names twice where
 * memory runs out (seen with glibc 2.36, for each pattern with a directory in it), and may not be
 * called where the policy of a running gate is read.
 */
#ifndef MODWARDEN_PATH_GLOB_H
#define MODWARDEN_PATH_GLOB_H

#include <stddef.h>

struct path_list {
	char **paths; /* in the order of their bytes */
	size_t count;
};

/*
 * *, ? and [ in each part of the path, not for a leading dot; a backslash takes what follows as it
 * is. 0; -ENOENT: nothing matches; -ENOMEM; or what opendir(3) says of a directory that is there
 * and cannot be read, which must not pass for empty. The list is to be cleared whatever comes.
 */
int path_glob(struct path_list *list, const char *pattern);

/* A pattern below the directory of a file, whose own name is no pattern; free it. NULL: no memory.
 */
char *path_glob_beside(const char *file, const char *pattern);

void path_list_clear(struct path_list *list);

#endif
