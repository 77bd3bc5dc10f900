// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_sightings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Serial numbers count up: a table of the last ones finds each at its own place. */
#define SERIALS_MAX 65536
#define KEPT_MAX    1024 /* of module system calls, whole */

struct audit_sightings {
	uint32_t serials[SERIALS_MAX];
	struct audit_sighting_kept kept[KEPT_MAX];
	size_t next;
	uint32_t last;
};

int audit_sightings_new(struct audit_sightings **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void audit_sightings_free(struct audit_sightings *sightings)
{
	free(sightings);
}

void audit_sightings_add(struct audit_sightings *sightings, const struct audit_seen *seen)
{
	struct audit_sighting_kept *kept = &sightings->kept[sightings->next];
	const char *key = seen->key ?: "";

	sightings->serials[seen->serial % SERIALS_MAX] = seen->serial;
	if (!sightings->last || (int32_t)(seen->serial - sightings->last) > 0)
		sightings->last = seen->serial;
	if (seen->syscall == MW_SYSCALL_NONE)
		return;
	*kept = (struct audit_sighting_kept){
		.serial = seen->serial,
		.pid = seen->pid,
		.time_ms = seen->time_ms,
		.exit = seen->exit,
		.syscall = seen->syscall,
	};
	memcpy(kept->key, key, strnlen(key, sizeof(kept->key) - 1));
	sightings->next = (sightings->next + 1) % KEPT_MAX;
}

bool audit_sightings_has(const struct audit_sightings *sightings, uint32_t serial)
{
	return serial && sightings->serials[serial % SERIALS_MAX] == serial;
}

bool audit_sightings_passed(const struct audit_sightings *sightings, uint32_t serial)
{
	uint32_t behind = sightings->last - serial;

	return sightings->last && behind && behind < SERIALS_MAX;
}

static bool is_like(const struct audit_sighting_kept *kept, const struct audit_seen *like)
{
	return kept->serial && kept->syscall == like->syscall && kept->pid == like->pid &&
	       kept->exit == like->exit && kept->time_ms <= like->time_ms + AUDIT_LIKE_AFTER_MS &&
	       kept->time_ms + AUDIT_LIKE_BEFORE_MS >= like->time_ms;
}

const struct audit_sighting_kept *audit_sightings_like(struct audit_sightings *sightings,
						       const struct audit_seen *like)
{
	struct audit_sighting_kept *nearest = NULL;

	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct audit_sighting_kept *kept = &sightings->kept[i];

		if (is_like(kept, like) && (!nearest || kept->time_ms > nearest->time_ms))
			nearest = kept;
	}
	if (nearest)
		nearest->syscall = MW_SYSCALL_NONE;
	return nearest;
}
