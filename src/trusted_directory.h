/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a trusted file lies: whoever can write its directory puts another file in its place, or
 * beside it, for a pattern to find. Looked at is the directory that a path names, and the one of
 * the file that it leads to by symbolic links.
 *
 * In a sticky directory others cannot replace what is not theirs, so a file may be named there;
 * but they can add names for other files of root's, so it may not be searched.
 */
#ifndef MODWARDEN_TRUSTED_DIRECTORY_H
#define MODWARDEN_TRUSTED_DIRECTORY_H

#include "diag.h"

/* Of a file that is named. 0, -EINVAL with an error in 'diags', or -ENOMEM. */
int trusted_directory_check(const char *path, struct place place, struct diags *diags);

/* Of a file that a pattern has found: also those above, as far as the pattern has searched. */
int trusted_directory_check_found(const char *path, const char *pattern, struct place place,
				  struct diags *diags);

#endif
