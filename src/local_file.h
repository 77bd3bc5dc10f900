/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a path that somebody else chose. Opening one must not wait for a server or for another
 * process: neither the file nor a directory on the way to it may be on a network file system, FUSE
 * or whatever else somebody has to answer for.
 */
#ifndef MODWARDEN_LOCAL_FILE_H
#define MODWARDEN_LOCAL_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* The type of a file system of which the kernel itself gives the answers. */
bool filesystem_is_local(const char *type);

/* All mounts below the root that an absolute path crosses are local. mounts: /proc/self/mounts. */
bool path_is_local(const char *path, FILE *mounts);

/*
 * Opens a regular file for reading by an absolute path without symbolic links. Returns a descriptor
 * or a negative errno: -EREMOTE: it may not be local; -EINVAL: no regular file; -ELOOP: a symbolic
 * link; and what openat2(2) says.
 */
int local_file_open(const char *path);

#endif
