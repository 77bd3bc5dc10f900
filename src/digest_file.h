/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest files: what sha256sum(1) writes and `sha256sum -c` reads, as it is or compressed. Names in
 * them are for people and for sha256sum; a digest allows bytes, whatever their file is called.
 */
#ifndef MODWARDEN_DIGEST_FILE_H
#define MODWARDEN_DIGEST_FILE_H

#include "modwarden/fact.h"

#include "diag.h"

#define DIGEST_FILE_MAX (64U << 20) /* bytes, unpacked */

/* Called for each digest with the line it stands in. Non-zero ends the reading and is returned. */
typedef int digest_file_each(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg);

/*
 * Reads a digest file. 'named' is where the policy names it: errors of the file as a whole stand
 * there, those of a line in the file. 'sha256' receives the digest of the file's own bytes, as
 * stored. Goes on after a bad line, so that all are shown.
 *
 * Returns 0, -EINVAL with an error in 'diags', -ENOMEM, or what each() returned.
 */
int digest_file_read(const char *path, struct place named, digest_file_each *each, void *arg,
		     __u8 sha256[MW_DIGEST_SIZE], struct diags *diags);

/* The same from memory; 'path' is the name that errors bear. */
int digest_file_parse(const char *path, const char *text, size_t size, digest_file_each *each,
		      void *arg, struct diags *diags);

#endif
