// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_stamps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct audit_stamps {
	struct mw_audit_event *at[AUDIT_STAMPS_MAX];
};

int audit_stamps_new(struct audit_stamps **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void audit_stamps_free(struct audit_stamps *stamps)
{
	if (!stamps)
		return;
	for (size_t i = 0; i < AUDIT_STAMPS_MAX; i++)
		free(stamps->at[i]);
	free(stamps);
}

static void merge(struct mw_audit_event *stamp, const struct mw_audit_event *event)
{
	const struct mw_audit_event before = *stamp;

	*stamp = *event;
	stamp->lost |= before.lost;
	if (!event->serial && before.serial) {
		stamp->serial = before.serial;
		memcpy(stamp->key, before.key, sizeof(before.key));
	}
}

int audit_stamps_add(struct audit_stamps *stamps, const struct mw_audit_event *event)
{
	struct mw_audit_event **at = &stamps->at[event->event.seq % AUDIT_STAMPS_MAX];

	if (!*at)
		*at = calloc(1, sizeof(**at));
	if (!*at)
		return -ENOMEM;
	if ((*at)->event.seq == event->event.seq)
		merge(*at, event);
	else if ((*at)->event.seq < event->event.seq)
		**at = *event;
	(*at)->key[sizeof((*at)->key) - 1] = '\0';
	return 0;
}

const struct mw_audit_event *audit_stamps_find(const struct audit_stamps *stamps, uint64_t call)
{
	const struct mw_audit_event *stamp = stamps->at[call % AUDIT_STAMPS_MAX];

	return stamp && stamp->event.seq == call ? stamp : NULL;
}

bool audit_stamps_may_have_had(const struct audit_stamps *stamps, uint64_t call)
{
	const struct mw_audit_event *stamp = stamps->at[call % AUDIT_STAMPS_MAX];

	return stamp && stamp->event.seq > call;
}
