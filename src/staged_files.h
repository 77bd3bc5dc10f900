/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are replaced together: each is written aside, in its own directory, and forced to the
 * disk; then all are renamed, in the order in which they were added. Whoever reads one meanwhile,
 * and whatever ends the program, sees an old file or a new one and never a part.
 *
 * One program at a time does so in a directory: .modwarden.lock there says who. What a killed one
 * left behind goes with the next; SIGINT, SIGTERM and SIGHUP take it away before they end this one.
 */
#ifndef MODWARDEN_STAGED_FILES_H
#define MODWARDEN_STAGED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#define STAGED_LOCK  ".modwarden.lock"
#define STAGED_FILES 256 /* at most, with those that are removed */

struct staged_files;

/*
 * Locks a directory, which is made where it is missing; waits for another one at most so many
 * seconds. One at a time in a program. 0; -EBUSY: it is still locked; -ENOMEM; or what open(2)
 * says.
 */
int staged_files_new(struct staged_files **ret, const char *directory, unsigned int patience);

/*
 * The same with the directory in which a file really lies, or will: so whoever writes it by
 * whatever name has the same lock.
 */
int staged_files_beside(struct staged_files **ret, const char *path, unsigned int patience);

/* Leaves nothing of what was not committed. NULL is fine. */
void staged_files_free(struct staged_files *staged);

/*
 * Writes a file aside. A symbolic link is followed, as path_follow.h has it: what it points to is
 * replaced, not the link. A missing directory is made, its parent has to be there. The new file is
 * nobody's to write but its owner's, who is that of the old one; keep_old has that one be PATH.old
 * afterwards.
 *
 * 0; -ELOOP: as path_follow(); -EISDIR, -EINVAL: there is something else than a file; -ENFILE: over
 * STAGED_FILES; -ENOMEM; or what open(2), write(2) and fsync(2) say. Then nothing is to be
 * committed any more.
 */
int staged_files_add(struct staged_files *staged, const char *path, const void *bytes, size_t size,
		     bool keep_old);

/* Has a file removed when all others are in their places; one that is not there is fine. */
int staged_files_remove(struct staged_files *staged, const char *path);

/* Where the bytes lie until they are committed, by the order of their addition. */
const char *staged_files_aside(const struct staged_files *staged, size_t index);

/* 0 or what rename(2) says; what came before that has been replaced then. */
int staged_files_commit(struct staged_files *staged);

/* Of what the last error was. */
const char *staged_files_problem(const struct staged_files *staged);

#endif
