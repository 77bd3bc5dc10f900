/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in force instead of the policy's own mode, since when it was said by whom. */
#ifndef MODWARDEN_OVERRIDE_H
#define MODWARDEN_OVERRIDE_H

#include "modwarden/fact.h"

#include <stdbool.h>
#include <stdint.h>

enum mode_source {
	MODE_SOURCE_POLICY = 1,
	MODE_SOURCE_KERNELS,  /* the policy was made for other kernels */
	MODE_SOURCE_OPTION,   /* run --mode */
	MODE_SOURCE_ARGUMENT, /* modwarden.mode= of the kernel */
	MODE_SOURCE_COMMAND,  /* the verb mode */
	MODE_SOURCE_MISSING,  /* there is no policy */
};

struct override {
	enum mw_mode mode; /* MW_MODE_NONE: none */
	enum mode_source source;
	uint64_t until; /* CLOCK_BOOTTIME ns; 0: no end */
};

/* The one that a start is given: whoever boots the machine comes before whoever starts this. */
static inline struct override override_begin(enum mw_mode option, enum mw_mode argument)
{
	if (argument)
		return (struct override){ argument, MODE_SOURCE_ARGUMENT, 0 };
	if (option)
		return (struct override){ option, MODE_SOURCE_OPTION, 0 };
	return (struct override){};
}

/* As the gates see it. */
static inline bool override_holds(const struct override *override, uint64_t now)
{
	return override->mode && (!override->until || now < override->until);
}

static inline bool override_enforces(const struct override *override, enum mw_mode policy,
				     uint64_t now)
{
	return (override_holds(override, now) ? override->mode : policy) == MW_MODE_ENFORCE;
}

/* Does 'next' enforce whenever 'before' would, over a policy of that mode, from now on? */
static inline bool override_is_stricter(const struct override *before, const struct override *next,
					enum mw_mode policy, uint64_t now)
{
	const uint64_t changes[] = { now, before->until, next->until };

	for (int i = 0; i < 3; i++)
		if (changes[i] >= now && override_enforces(before, policy, changes[i]) &&
		    !override_enforces(next, policy, changes[i]))
			return false;
	return true;
}

#endif
