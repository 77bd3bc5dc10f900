// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of a daemon: what has begun is told of, and the gates are left or taken away. */
#include "daemon_state.h"

#include "boottime.h"
#include "log.h"

#include <unistd.h>

#define DRAIN_TIMEOUT_NS (1000ULL * 1000 * 1000)

/* What has begun is waited for, a moment; then the gates go and the rest is written as it is. */
static void drain(struct daemon *daemon)
{
	uint64_t end = boottime_now() + DRAIN_TIMEOUT_NS;

	do {
		daemon_end_window(daemon);
		daemon_read_trail(daemon);
		daemon_ask_audit(daemon);
		daemon_read_names(daemon);
		if (operations_deadline(daemon->operations) == UINT64_MAX &&
		    !daemon->window_has_ended && !daemon_waits_for_audit(daemon) &&
		    !daemon_waits_for_names(daemon))
			break;
		if (gates_events_are_held_up(daemon->gates) ||
		    gates_have_read_events(daemon->gates, gates_events_end(daemon->gates)))
			usleep(10000);
	} while (boottime_now() < end);
}

/* Behind what was still being written, nothing can be read; with the gates it goes. */
static void count_left(struct daemon *daemon)
{
	size_t count = gates_events_left(daemon->gates);

	if (!count)
		return;
	log_warning("gates: %zu event(s) cannot be read: one of them is still being written; they "
		    "count as lost",
		    count);
	recorder_count_left(daemon->recorder, count);
}

static void detach_gates(struct daemon *daemon)
{
	char detail[64];

	gates_disarm(daemon->gates);
	daemon_finish_window(daemon);
	daemon_end_window(daemon);
	daemon_finish_window(daemon);
	operations_flush(daemon->operations);
	daemon_flush_audit(daemon);
	daemon_watch_audit(daemon, true);
	count_left(daemon);
	daemon_count_lost(daemon);
	recorder_settle(daemon->recorder);
	snprintf(detail, sizeof(detail), "records lost: %llu",
		 (unsigned long long)recorder_total_lost(daemon->recorder));
	daemon_write(daemon, RECORD_DAEMON_DETACHED, detail);
	if (!daemon_unpin_gates(daemon))
		log_info("detached; %s", detail);
}

void daemon_end(struct daemon *daemon, bool stay)
{
	if (daemon->has_ended)
		return;
	drain(daemon);
	if (stay)
		daemon_leave_gates(daemon);
	else
		detach_gates(daemon);
	daemon->has_ended = true;
}
