// SPDX-License-Identifier: GPL-2.0-or-later
#include "seq_set.h"

#include <search.h>
#include <stdlib.h>

#include "cleanup.h"

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

bool seq_set_add(struct seq_set *set, uint64_t seq)
{
	auto_free uint64_t *key = malloc(sizeof(*key));
	uint64_t **node = NULL;

	if (key) {
		*key = seq;
		node = tsearch(key, &set->tree, compare);
	}
	if (node && *node != key)
		return false;
	if (node)
		take_pointer(key);
	set->count++;
	return true;
}

bool seq_set_has(const struct seq_set *set, uint64_t seq)
{
	return tfind(&seq, &set->tree, compare);
}

bool seq_set_remove(struct seq_set *set, uint64_t seq)
{
	uint64_t **node = tfind(&seq, &set->tree, compare);
	uint64_t *key = node ? *node : NULL;

	if (!key)
		return false;
	tdelete(&seq, &set->tree, compare);
	free(key);
	set->count--;
	return true;
}

void seq_set_clear(struct seq_set *set)
{
	tdestroy(set->tree, free);
	*set = (struct seq_set){};
}
