/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of command line options that more than one verb takes. A bad one ends in a usage error. */
#ifndef MODWARDEN_OPTION_H
#define MODWARDEN_OPTION_H

#include "plan.h"

#include <argp.h>

#define OPTION_MECHANISM_HELP "auto (default), lsm, fmod_ret or tracepoint"

enum mechanism option_mechanism(const char *word, struct argp_state *state);

#endif
