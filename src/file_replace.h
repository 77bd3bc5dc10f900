/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A single file that is written as a whole or not at all: aside, in its directory, and then
 * renamed. For what can be made again; what must survive a power cut, or goes together with other
 * files: staged_files.h.
 */
#ifndef MODWARDEN_FILE_REPLACE_H
#define MODWARDEN_FILE_REPLACE_H

#include <stddef.h>

/* All bytes to what is open. 0 or what write(2) says. */
int file_write_fd(int fd, const void *bytes, size_t size);

/*
 * The mode of the caller's old file is kept; a new one's, and one in the place of somebody else's,
 * is 0600. A symbolic link is followed, or not, as path_follow.h has it (-ELOOP). 0; -EISDIR,
 * -EINVAL: something else than a file is there; or what open(2), write(2) and rename(2) say.
 */
int file_replace(const char *path, const void *bytes, size_t size);

#endif
