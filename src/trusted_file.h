/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading whole files. A trusted one decides what may enter the kernel: nobody but root and the
 * caller may be able to write it, or its directory (trusted_directory.h). Symbolic links are
 * followed, since a ConfigMap is made of them; what is checked is the file that was opened.
 */
#ifndef MODWARDEN_TRUSTED_FILE_H
#define MODWARDEN_TRUSTED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "diag.h"

/*
 * Reads a trusted file of at most 'max' bytes into new memory, with a NUL after the last byte that
 * 'size' does not count. Errors are reported at 'place' (the file itself, or where it was named).
 * Returns 0, -EINVAL with an error in 'diags', or -ENOMEM.
 */
int trusted_file_read(const char *path, size_t max, struct place place, char **data, size_t *size,
		      struct diags *diags);

/* Root, who we are, and who became root by sudo to be us: nobody who could not do it anyway. */
bool owner_is_trusted(uid_t owner);

/* Who beside the owner can write: "others", "its group" or NULL. */
const char *mode_writers(mode_t mode);

/* Any regular file; never waits for a FIFO. Returns 0 or a negative errno (-EFBIG: over 'max'). */
int file_read(const char *path, size_t max, char **data, size_t *size);
/* The same of what is open. */
int file_read_fd(int fd, size_t max, char **data, size_t *size);

#endif
