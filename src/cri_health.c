// SPDX-License-Identifier: GPL-2.0-or-later
#include "cri_health.h"

bool cri_health_changes(int *told, int error)
{
	bool changes = !error != !*told;

	if (changes)
		*told = error;
	return changes;
}

void cri_health_gone(struct cri_health *health, uint64_t now)
{
	if (now - health->begun >= CRI_STEADY_NS)
		health->delay = 0;
	health->delay = health->delay ? 2 * health->delay : CRI_BEGIN_NS;
	if (health->delay > CRI_BEGIN_MAX_NS)
		health->delay = CRI_BEGIN_MAX_NS;
	health->due = now + health->delay;
}

bool cri_health_is_due(const struct cri_health *health, uint64_t now)
{
	return health->due && now >= health->due;
}

void cri_health_begun(struct cri_health *health, uint64_t now)
{
	health->begun = now;
	health->due = 0;
	health->restarts++;
}
