/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a machine that may lie below a directory: a mounted image, a node's root as its pods see
 * it. Symbolic links, absolute ones too, end up below that directory, never outside.
 */
#ifndef MODWARDEN_ROOT_FILE_H
#define MODWARDEN_ROOT_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct root {
	int fd;
	bool is_here; /* it is this machine's own */
};

/* Returns 0 or a negative errno. */
int root_open(struct root *root, const char *path);
void root_close(struct root *root);

/*
 * Reads a regular file by its absolute path, with a NUL after the last byte; never waits for a
 * FIFO. Returns 0 or a negative errno: -EFBIG: over max; -EISDIR, -EINVAL: no regular file.
 */
int root_read(const struct root *root, const char *path, size_t max, char **data, size_t *size);

/*
 * The names in a directory but . and .., sorted by compare, at most max. Returns 0
 * or a negative errno (-E2BIG: there are more).
 */
int root_list(const struct root *root, const char *path, size_t max,
	      int (*compare)(const void *, const void *), char ***names, size_t *count);
void names_free(char **names, size_t count);

/* Where a symbolic link leads; NULL: it is none. To free. */
char *root_readlink(const struct root *root, const char *path);

bool root_has(const struct root *root, const char *path);
bool root_has_directory(const struct root *root, const char *path);

#endif
