// SPDX-License-Identifier: GPL-2.0-or-later
#include "recent.h"

#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "cleanup.h"

struct recent_key {
	struct mw_fold_key key; /* first: the tree's nodes compare as keys */
	uint64_t window;
	TAILQ_ENTRY(recent_key) by_touch;
};

TAILQ_HEAD(recent_list, recent_key);

struct recent {
	void *tree;
	struct recent_list by_touch;
	size_t count;
	size_t max;
	uint64_t window;
};

static int key_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mw_fold_key));
}

int recent_new(struct recent **ret, size_t max)
{
	struct recent *recent = calloc(1, sizeof(*recent));

	if (!recent)
		return -ENOMEM;
	TAILQ_INIT(&recent->by_touch);
	recent->max = max;
	*ret = recent;
	return 0;
}

static void recent_forget(struct recent *recent, struct recent_key *key)
{
	tdelete(key, &recent->tree, key_compare);
	TAILQ_REMOVE(&recent->by_touch, key, by_touch);
	recent->count--;
	free(key);
}

void recent_free(struct recent *recent)
{
	if (!recent)
		return;
	while (!TAILQ_EMPTY(&recent->by_touch))
		recent_forget(recent, TAILQ_FIRST(&recent->by_touch));
	free(recent);
}

static void key_normalise(struct mw_fold_key *out, const struct mw_fold_key *key)
{
	size_t length = strnlen(key->module, sizeof(key->module));

	*out = *key;
	memset(&out->module[length], 0, sizeof(out->module) - length);
}

static void recent_remember(struct recent *recent, const struct mw_fold_key *key)
{
	auto_free struct recent_key *fresh = calloc(1, sizeof(*fresh));

	if (!fresh)
		return;
	if (recent->count >= recent->max)
		recent_forget(recent, TAILQ_FIRST(&recent->by_touch));
	fresh->key = *key;
	fresh->window = recent->window;
	if (!tsearch(fresh, &recent->tree, key_compare))
		return;
	TAILQ_INSERT_TAIL(&recent->by_touch, fresh, by_touch);
	recent->count++;
	take_pointer(fresh);
}

bool recent_touch(struct recent *recent, const struct mw_fold_key *key)
{
	struct mw_fold_key wanted;
	struct recent_key **found;

	key_normalise(&wanted, key);
	found = tfind(&wanted, &recent->tree, key_compare);
	if (!found) {
		recent_remember(recent, &wanted);
		return false;
	}
	(*found)->window = recent->window;
	TAILQ_REMOVE(&recent->by_touch, *found, by_touch);
	TAILQ_INSERT_TAIL(&recent->by_touch, *found, by_touch);
	return true;
}

void recent_end_window(struct recent *recent)
{
	struct recent_key *oldest;

	while ((oldest = TAILQ_FIRST(&recent->by_touch)) && oldest->window < recent->window)
		recent_forget(recent, oldest);
	recent->window++;
}
