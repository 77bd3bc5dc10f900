// SPDX-License-Identifier: GPL-2.0-or-later
#include "duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const struct unit {
	char letter;
	uint32_t seconds;
} units[] = {
	{ 'd', 24 * 60 * 60 },
	{ 'h', 60 * 60 },
	{ 'm', 60 },
	{ 's', 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

int duration_parse(const char *text, uint32_t *seconds)
{
	const char *c = text;
	uint64_t value = 0;

	if (*c == '0')
		return -EINVAL;
	for (; *c >= '0' && *c <= '9' && value <= DURATION_MAX; c++)
		value = value * 10 + (uint64_t)(*c - '0');
	if (c == text)
		return -EINVAL;
	for (size_t i = 0; i < UNITS; i++) {
		if (*c != units[i].letter || c[1])
			continue;
		value *= units[i].seconds;
		if (value > DURATION_MAX)
			return -EINVAL;
		*seconds = (uint32_t)value;
		return 0;
	}
	return -EINVAL;
}

void duration_format(uint64_t seconds, char text[DURATION_SIZE])
{
	size_t i = 0;

	while (i < UNITS - 1 && seconds < units[i].seconds)
		i++;
	if (i == UNITS - 1)
		snprintf(text, DURATION_SIZE, "%" PRIu64 "s", seconds);
	else
		snprintf(text, DURATION_SIZE, "%" PRIu64 "%c %" PRIu64 "%c",
			 seconds / units[i].seconds, units[i].letter,
			 seconds % units[i].seconds / units[i + 1].seconds, units[i + 1].letter);
}
