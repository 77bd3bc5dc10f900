/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says of itself, as JSON. */
#ifndef MODWARDEN_CONTROL_STATUS_H
#define MODWARDEN_CONTROL_STATUS_H

#include "control.h"
#include "tally.h"

#define CONTROL_SECOND 1000000000ULL

enum mw_mode control_mode_now(const struct control_view *view);
enum mode_source control_mode_source(const struct control_view *view);

/* A time of CLOCK_BOOTTIME; 0: null. */
json_t *control_time_value(uint64_t time);

/* Seconds from now until then. */
json_t *control_left(uint64_t until, uint64_t now);

json_t *control_mode_value(const struct control_view *view);
json_t *control_policy_value(const struct control_view *view);
json_t *control_lost_value(const struct record_lost *lost);

/* Puts all of it into the reply. 0 or -ENOMEM. */
int control_status(const struct control_view *view, const struct mw_counters *counters,
		   const struct tally *tally, json_t *reply);

#endif
