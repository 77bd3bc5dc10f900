/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of logs, one after another, for the verbs that ask something of each. */
#ifndef MODWARDEN_RECORD_WALK_H
#define MODWARDEN_RECORD_WALK_H

#include <jansson.h>
#include <stddef.h>

#include "exit_code.h"

/* Not 0: it ends here. */
typedef int record_walk_fn(const json_t *record, void *arg);

/*
 * Calls 'each' for every record of the logs; without any, of modwarden's own with what it was
 * rotated to. holding: only for records with this text in them; NULL: for all. What cannot be read
 * is told of, and EXIT_FAILED.
 */
enum exit_code record_walk(char *const *paths, size_t count, const char *holding,
			   record_walk_fn *each, void *arg);

#endif
