/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long something is to hold, as users write it: 90s, 30m, 12h, 7d. */
#ifndef MODWARDEN_DURATION_H
#define MODWARDEN_DURATION_H

#include <stdint.h>

#define DURATION_MAX  (30U * 24 * 60 * 60) /* seconds */
#define DURATION_SIZE 32

/* One number and one unit, nothing else; 1 s to DURATION_MAX. 0 or -EINVAL. */
int duration_parse(const char *text, uint32_t *seconds);

/* The two largest units that it has: "29m 58s". */
void duration_format(uint64_t seconds, char text[DURATION_SIZE]);

#endif
