/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that the gates stamp events with. */
#ifndef MODWARDEN_BOOTTIME_H
#define MODWARDEN_BOOTTIME_H

#include <stdint.h>
#include <time.h>

/* CLOCK_BOOTTIME in ns. */
static inline uint64_t boottime_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* CLOCK_REALTIME - CLOCK_BOOTTIME in ns, as it is now. */
static inline int64_t boottime_offset(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return wall.tv_sec * 1000000000LL + wall.tv_nsec - (int64_t)boottime_now();
}

#endif
