// SPDX-License-Identifier: GPL-2.0-or-later
#include "option.h"

#include "duration.h"

uint32_t option_duration(const char *text, struct argp_state *state)
{
	uint32_t seconds = 0;

	if (duration_parse(text, &seconds))
		argp_error(state, "unknown time '%s'; write 90s, 30m, 12h or 7d, at most 30d",
			   text);
	return seconds;
}

enum mechanism option_mechanism(const char *word, struct argp_state *state)
{
	enum mechanism mechanism = MECHANISM_AUTO;

	if (mechanism_parse(word, &mechanism))
		argp_error(state, "unknown mechanism '%s'; it is auto, lsm, fmod_ret or tracepoint",
			   word);
	return mechanism;
}
