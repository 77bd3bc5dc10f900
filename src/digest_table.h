/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a digest to the rules that list it: what user space asks, and what is copied into the
 * kernel's hash map. Filled, then sealed, then read.
 */
#ifndef MODWARDEN_DIGEST_TABLE_H
#define MODWARDEN_DIGEST_TABLE_H

#include <stddef.h>

#include "modwarden/policy_image.h"

struct digest_entry {
	__u8 digest[MW_DIGEST_SIZE];
	struct mw_ruleset rules;
};

/* Zeroed is empty. Sealed: sorted by digest, each digest once. */
struct digest_table {
	struct digest_entry *entries;
	size_t count;
	size_t room;
};

/* Returns 0, -ENOSPC beyond MW_DIGESTS_MAX different digests (maybe only at the seal), or -ENOMEM.
 */
int digest_table_add(struct digest_table *table, const __u8 digest[MW_DIGEST_SIZE], __u32 rule);

/* Returns 0 or -ENOSPC. */
int digest_table_seal(struct digest_table *table);

/* The rules that list a digest, or NULL. Of a sealed table. */
const struct mw_ruleset *digest_table_find(const struct digest_table *table,
					   const __u8 digest[MW_DIGEST_SIZE]);

void digest_table_clear(struct digest_table *table);

#endif
