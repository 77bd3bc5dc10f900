/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of signers, which the kernel side does not tell: read from the file that was loaded,
 * where the very bytes that the kernel was given are still there. Kept by digest, so that a file is
 * read once and not once a record.
 *
 * Callers choose the path, the bytes and how often they try. So only local files are opened, what
 * is read and unpacked in a time is bounded, and bytes that the kernel was not given are not looked
 * at.
 */
#ifndef MODWARDEN_SIGNERS_H
#define MODWARDEN_SIGNERS_H

#include "operation.h"

#define SIGNERS_BYTES_MAX (64U << 20) /* of a file, stored or unpacked */

struct signers;

/* 0 or -ENOMEM. */
int signers_new(struct signers **ret);

/* NULL is fine. */
void signers_free(struct signers *signers);

/*
 * The signer's name for a load from a file with a signature, whatever that is worth; NULL where
 * there is none or it cannot be had. Valid until the next call. now is in ns, of any clock.
 */
const char *signers_find(struct signers *signers, const struct operation *operation, uint64_t now);

#endif
