// SPDX-License-Identifier: GPL-2.0-or-later
/* What has not been told of yet, and what has: for the next daemon. */
#include "pins_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cleanup.h"
#include "digest.h"

static void count_unheld(struct pins *pins)
{
	pins->about->unheld =
		pins->unheld.count + pins->unheld_folds.count + pins->unheld_waiting.count;
}

/* For what finds no room the next daemon has a number, so that it can tell what it does not know.
 */
static void put(struct pins *pins, enum pins_map map, struct seq_set *unheld, uint64_t seq,
		const void *value)
{
	if (!bpf_map_update_elem(pins->maps[map], &seq, value, BPF_ANY))
		seq_set_remove(unheld, seq);
	else
		seq_set_add(unheld, seq);
	count_unheld(pins);
}

static void take_out(struct pins *pins, enum pins_map map, struct seq_set *unheld, uint64_t seq)
{
	bpf_map_delete_elem(pins->maps[map], &seq);
	seq_set_remove(unheld, seq);
	count_unheld(pins);
}

void pins_hold(struct pins *pins, const struct mw_decision_event *event)
{
	put(pins, PINS_MAP_HELD, &pins->unheld, event->event.seq, event);
}

void pins_hold_fold(struct pins *pins, const struct mw_fold_key *key, const struct mw_fold *fold)
{
	const struct pins_fold held = { *key, *fold };

	put(pins, PINS_MAP_FOLDS, &pins->unheld_folds, fold->seq, &held);
}

void pins_let_fold_go(struct pins *pins, uint64_t seq)
{
	take_out(pins, PINS_MAP_FOLDS, &pins->unheld_folds, seq);
}

/* Each part has a place of its own. */
static uint64_t waiting_key(const struct operation *operation)
{
	return operation->seq << 1 | (operation->part & 1);
}

void pins_hold_waiting(struct pins *pins, const struct operation *operation)
{
	put(pins, PINS_MAP_WAITING, &pins->unheld_waiting, waiting_key(operation), operation);
	if (!operation->part)
		take_out(pins, PINS_MAP_HELD, &pins->unheld, operation->seq);
	if (operation->has & OPERATION_HAS_FOLD)
		pins_let_fold_go(pins, operation->seq);
}

void pins_let_waiting_go(struct pins *pins, const struct operation *operation)
{
	take_out(pins, PINS_MAP_WAITING, &pins->unheld_waiting, waiting_key(operation));
}

uint64_t pins_lost(struct pins *pins)
{
	return pins->about->lost;
}

void pins_inherit(struct pins *pins)
{
	struct pins_about *about = pins->about;

	/* Who dies between the two has counted it twice, not never. */
	__atomic_store_n(&about->lost, about->lost + about->unheld, __ATOMIC_SEQ_CST);
	__atomic_store_n(&about->unheld, 0, __ATOMIC_SEQ_CST);
}

void pins_begin_to_tell(struct pins *pins, uint64_t seq, enum pins_told told, const char *line,
			size_t size)
{
	struct pins_telling *telling = &pins->about->telling;

	if (digest_of(line, size, telling->line))
		return;
	telling->told = told;
	__atomic_store_n(&telling->seq, seq, __ATOMIC_SEQ_CST);
}

void pins_told(struct pins *pins, uint64_t seq, enum pins_told told)
{
	__u32 value = told;

	bpf_map_update_elem(pins->maps[PINS_MAP_TOLD], &seq, &value, BPF_ANY);
	take_out(pins, PINS_MAP_HELD, &pins->unheld, seq);
	__atomic_store_n(&pins->about->telling.seq, 0, __ATOMIC_SEQ_CST);
}

enum pins_told pins_was_told(const struct pins *pins, uint64_t seq)
{
	__u32 told = 0;

	bpf_map_lookup_elem(pins->maps[PINS_MAP_TOLD], &seq, &told);
	return told;
}

/* What is in a map now: entries may go while they are gone through. Returns their number. */
static ssize_t read_keys(int map, size_t max, uint64_t **ret)
{
	auto_free uint64_t *keys = malloc(max * sizeof(*keys));
	uint64_t *before = NULL;
	size_t n = 0;

	if (!keys)
		return -ENOMEM;
	while (n < max && !bpf_map_get_next_key(map, before, &keys[n]))
		before = &keys[n++];
	*ret = take_pointer(keys);
	return n;
}

int pins_each_held(const struct pins *pins, pins_held_fn *call, void *arg)
{
	auto_free struct mw_decision_event *event = malloc(sizeof(*event));
	auto_free uint64_t *keys = NULL;
	int map = pins->maps[PINS_MAP_HELD];
	ssize_t n = event ? read_keys(map, PINS_HELD_MAX, &keys) : -ENOMEM;
	int result = n < 0 ? (int)n : 0;

	for (ssize_t i = 0; i < n && !result; i++)
		if (!bpf_map_lookup_elem(map, &keys[i], event))
			result = call(event, arg);
	return result;
}

/* The first parts of operations come before all of the rest, and those that are older first. */
static int compare_waiting(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

	if ((one ^ other) & 1)
		return one & 1 ? 1 : -1;
	return one < other ? -1 : one > other;
}

int pins_each_waiting(const struct pins *pins, pins_waiting_fn *call, void *arg)
{
	auto_free struct operation *operation = malloc(sizeof(*operation));
	auto_free uint64_t *keys = NULL;
	int map = pins->maps[PINS_MAP_WAITING];
	ssize_t n = operation ? read_keys(map, PINS_HELD_MAX, &keys) : -ENOMEM;
	int result = n < 0 ? (int)n : 0;

	if (n > 0)
		qsort(keys, n, sizeof(*keys), compare_waiting);
	for (ssize_t i = 0; i < n && !result; i++)
		if (!bpf_map_lookup_elem(map, &keys[i], operation))
			result = call(operation, arg);
	return result;
}

int pins_each_fold(const struct pins *pins, fold_fn *call, void *arg)
{
	auto_free uint64_t *keys = NULL;
	int map = pins->maps[PINS_MAP_FOLDS];
	ssize_t n = read_keys(map, PINS_HELD_MAX, &keys);
	struct pins_fold held;

	for (ssize_t i = 0; i < n; i++)
		if (!bpf_map_lookup_elem(map, &keys[i], &held))
			call(&held.key, &held.fold, arg);
	return n < 0 ? (int)n : 0;
}

int pins_each_told(const struct pins *pins, pins_told_fn *call, void *arg)
{
	auto_free uint64_t *keys = NULL;
	int map = pins->maps[PINS_MAP_TOLD];
	ssize_t n = read_keys(map, PINS_TOLD_MAX, &keys);
	int result = n < 0 ? (int)n : 0;
	__u32 told;

	for (ssize_t i = 0; i < n && !result; i++)
		if (!bpf_map_lookup_elem(map, &keys[i], &told))
			result = call(keys[i], told, arg);
	return result;
}
