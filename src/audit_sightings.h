/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader of the audit trail has seen of system calls lately: the last of many. */
#ifndef MODWARDEN_AUDIT_SIGHTINGS_H
#define MODWARDEN_AUDIT_SIGHTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit_join.h"

struct audit_sightings;

struct audit_sighting_kept {
	uint32_t serial; /* 0: none */
	uint32_t pid;
	uint64_t time_ms;
	int64_t exit;
	enum mw_syscall syscall;
	char key[MW_AUDIT_KEY_SIZE];
};

/* 0 or -ENOMEM. */
int audit_sightings_new(struct audit_sightings **ret);
void audit_sightings_free(struct audit_sightings *sightings);

void audit_sightings_add(struct audit_sightings *sightings, const struct audit_seen *seen);
bool audit_sightings_has(const struct audit_sightings *sightings, uint32_t serial);

/*
 * A later one has been seen; the trail is in order, or almost. Of one so far back that it may have
 * been seen and forgotten, it is not said.
 */
bool audit_sightings_passed(const struct audit_sightings *sightings, uint32_t serial);

/*
 * The one of the same process, system call and result that began at that time or just before, and
 * nearest to it; NULL: none. What it is taken for is no other one's any more.
 */
#define AUDIT_LIKE_BEFORE_MS 10000
#define AUDIT_LIKE_AFTER_MS  20 /* both clocks have ticks */
const struct audit_sighting_kept *audit_sightings_like(struct audit_sightings *sightings,
						       const struct audit_seen *like);

#endif
