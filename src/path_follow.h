/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a file that is to be written really lies: symbolic links are followed as the kernel follows
 * them with fs.protected_symlinks, whatever that is here, and not only at the end of a path. In
 * /tmp anybody can leave a link that leads root's files to where it points.
 */
#ifndef MODWARDEN_PATH_FOLLOW_H
#define MODWARDEN_PATH_FOLLOW_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * The path without symbolic links, to be freed: of what is there, or of the place in an existing
 * directory where it will be. 0; -ELOOP: a link on the way is not to be followed; -EMLINK: there
 * are too many; -ENOENT: also a link to nothing; -ENOMEM; or what lstat(2) says.
 */
int path_follow(const char *path, char **ret);

/* Whether a caller may follow a link that lies in a directory. */
bool path_may_follow(const struct stat *link, const struct stat *directory, uid_t caller);

/* What a person should know of an error of path_follow(). */
const char *path_follow_problem(int error);

#endif
