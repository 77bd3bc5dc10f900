/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The digests of the last denials, by the sequence number that their records' ids have. */
#ifndef MODWARDEN_DENIALS_H
#define MODWARDEN_DENIALS_H

#include "operation.h"

#define DENIALS_MAX 4096

struct denial {
	uint64_t seq;
	bool has_digest;
	__u8 digest[MW_DIGEST_SIZE];
};

/* Zeroed is empty. */
struct denials {
	struct denial ring[DENIALS_MAX];
	size_t count; /* of all that were ever added */
};

/* Takes a finished operation; only denied loads are remembered. */
void denials_add(struct denials *denials, const struct operation *operation);

/* NULL: it is not among them. */
const struct denial *denials_find(const struct denials *denials, uint64_t seq);

/* The sequence number of a record's id, "BOOT-SEQ" or "BOOT-SEQ.PART", of this boot. 0 or -EINVAL.
 */
int denial_id_parse(const char *id, const char *boot_id, uint64_t *seq);

#endif
