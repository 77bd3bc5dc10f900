// SPDX-License-Identifier: GPL-2.0-or-later
#include "option.h"

enum mechanism option_mechanism(const char *word, struct argp_state *state)
{
	enum mechanism mechanism = MECHANISM_AUTO;

	if (mechanism_parse(word, &mechanism))
		argp_error(state, "unknown mechanism '%s'; it is auto, lsm, fmod_ret or tracepoint",
			   word);
	return mechanism;
}
