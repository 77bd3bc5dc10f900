// SPDX-License-Identifier: GPL-2.0-or-later
#include "fold_stamps.h"

#include "cleanup.h"

#include <bpf/bpf.h>

bool fold_stamps_find(int map, uint64_t seq, struct mw_fold_stamps *ret)
{
	return !bpf_map_lookup_elem(map, &seq, ret);
}

void fold_stamps_forget(int map, uint64_t seq)
{
	bpf_map_delete_elem(map, &seq);
}

static size_t read_keys(int map, uint64_t keys[MW_FOLD_STAMPS_MAX])
{
	size_t count = 0;

	while (count < MW_FOLD_STAMPS_MAX &&
	       !bpf_map_get_next_key(map, count ? &keys[count - 1] : NULL, &keys[count]))
		count++;
	return count;
}

void fold_stamps_sweep(int map, struct seq_set *before)
{
	auto_free uint64_t *keys = malloc(MW_FOLD_STAMPS_MAX * sizeof(*keys));
	size_t count = keys ? read_keys(map, keys) : 0;
	struct seq_set left = {};

	for (size_t i = 0; i < count; i++) {
		if (seq_set_has(before, keys[i]))
			fold_stamps_forget(map, keys[i]);
		else
			seq_set_add(&left, keys[i]);
	}
	seq_set_clear(before);
	*before = left;
}
