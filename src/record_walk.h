/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of logs, one after another, for the verbs that ask something of each. */
#ifndef MODWARDEN_RECORD_WALK_H
#define MODWARDEN_RECORD_WALK_H

#include <jansson.h>
#include <stdint.h>

/* Not 0: it ends here. */
typedef int record_walk_fn(const json_t *record, void *arg);

struct record_walk {
	const char *holding; /* only lines with this text in them; NULL: all */
	record_walk_fn *each;
	void *arg;
	uint64_t damaged; /* lines that are no record */
};

/* Walks one log. 0, what 'each' returned, or a negative errno. */
int record_walk(struct record_walk *walk, const char *path);

#endif
