// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest_table.h"

#include <errno.h>
#include <stdlib.h>

/* One digest may stand in several rules and files: room for as many again before they are merged.
 */
#define ROOM_MAX (2UL * MW_DIGESTS_MAX)

static int entry_compare(const void *a, const void *b)
{
	return memcmp(((const struct digest_entry *)a)->digest,
		      ((const struct digest_entry *)b)->digest, MW_DIGEST_SIZE);
}

static int table_grow(struct digest_table *table)
{
	size_t room = table->room ? table->room * 2 : 64;
	struct digest_entry *entries;

	if (room > ROOM_MAX)
		room = ROOM_MAX;
	entries = reallocarray(table->entries, room, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	table->room = room;
	return 0;
}

int digest_table_add(struct digest_table *table, const __u8 digest[MW_DIGEST_SIZE], __u32 rule)
{
	struct digest_entry *entry;
	int r = 0;

	if (table->count == ROOM_MAX)
		r = digest_table_seal(table);
	else if (table->count == table->room)
		r = table_grow(table);
	if (r < 0)
		return r;
	entry = &table->entries[table->count++];
	*entry = (struct digest_entry){};
	memcpy(entry->digest, digest, MW_DIGEST_SIZE);
	mw_ruleset_add(&entry->rules, rule);
	return 0;
}

int digest_table_seal(struct digest_table *table)
{
	struct digest_entry *last = NULL;

	if (table->count)
		qsort(table->entries, table->count, sizeof(*table->entries), entry_compare);
	for (size_t i = 0; i < table->count; i++) {
		const struct digest_entry *entry = &table->entries[i];

		if (last && !entry_compare(last, entry)) {
			for (size_t word = 0; word < MW_RULES_MAX / 64; word++)
				last->rules.bits[word] |= entry->rules.bits[word];
			continue;
		}
		last = last ? last + 1 : table->entries;
		*last = *entry;
	}
	table->count = last ? (size_t)(last - table->entries) + 1 : 0;
	return table->count > MW_DIGESTS_MAX ? -ENOSPC : 0;
}

const struct mw_ruleset *digest_table_find(const struct digest_table *table,
					   const __u8 digest[MW_DIGEST_SIZE])
{
	struct digest_entry key = {}, *entry;

	memcpy(key.digest, digest, MW_DIGEST_SIZE);
	if (!table->count)
		return NULL;
	entry = bsearch(&key, table->entries, table->count, sizeof(key), entry_compare);
	return entry ? &entry->rules : NULL;
}

void digest_table_clear(struct digest_table *table)
{
	free(table->entries);
	*table = (struct digest_table){};
}
