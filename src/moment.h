/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in time: as records have them, and as users write them. Microseconds since 1970, UTC. */
#ifndef MODWARDEN_MOMENT_H
#define MODWARDEN_MOMENT_H

#include <stddef.h>
#include <stdint.h>

#define MOMENT_SECOND 1000000LL
#define MOMENT_HELP                                                                                \
	"2026-11-22, '2026-11-22 10:00', 10:00, 2026-11-22T10:00:00Z, -30m, -1h, -7d, today, "     \
	"yesterday, boot or now"

/* A time as RFC 3339 has it; digits beyond microseconds are dropped. 0 or -EINVAL. */
int moment_of_rfc3339(const char *text, size_t size, int64_t *moment);

/*
 * What a user writes, see MOMENT_HELP. Without a zone it is of the local one; a date alone is its
 * first moment, a time alone is of today, and a duration with '-' before it goes back from now.
 * boot: when this machine was started. 0 or -EINVAL.
 */
int moment_parse(const char *text, int64_t *moment);

/* The same, at another time than now. boot: what the word stands for. */
int moment_parse_at(const char *text, int64_t now, int64_t boot, int64_t *moment);

/* 2026-11-22T10:00:00.000000Z, or to the second and for people: 2026-11-22 10:00:00Z. */
#define MOMENT_SIZE 32
void moment_format(int64_t moment, char text[MOMENT_SIZE]);
void moment_format_short(int64_t moment, char text[MOMENT_SIZE]);

/* CLOCK_REALTIME. */
int64_t moment_now(void);

#endif
