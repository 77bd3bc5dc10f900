/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that lies below a directory. The C library's own way, fts_open(3), ends in a segmentation
 * fault where it has no memory (glibc does not look at what fts_alloc() gave it).
 */
#ifndef MODWARDEN_DIRECTORY_WALK_H
#define MODWARDEN_DIRECTORY_WALK_H

/*
 * Called with error 0 for whatever is no directory, symbolic links as such, and with a negative
 * errno for a directory that could not be read. Non-zero ends the walk and is returned.
 */
typedef int directory_walk_fn(const char *path, int error, void *arg);

/* The root may be named by a symbolic link. 0, -ENOMEM, or what each() returned. */
int directory_walk(const char *root, directory_walk_fn *each, void *arg);

#endif
