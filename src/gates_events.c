// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gates tell: events, counters, and windows of what is only counted. */
#include "gates_state.h"

#include "cleanup.h"
#include "log.h"

#include <errno.h>
#include <string.h>

static const __u32 window_before = 1; /* its place; that of the one in which is counted is 0 */

/* Lets the gates count in an empty window from now on. */
int gates_put_window(struct gates *gates)
{
	cleanup(fold_window_free) struct fold_window *window = NULL;
	int error = fold_window_new(&window);
	__u32 zero = 0;
	int fd;

	if (error)
		return error;
	fd = fold_window_fd(window);
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.folds), &zero, &fd, BPF_ANY);
}

const struct mw_counters *gates_counters(const struct gates *gates)
{
	return &gates->skeleton->data_counters->counters;
}

int gates_open_events(struct gates *gates, event_fn *event, void *arg)
{
	int error = event_reader_new(&gates->events, bpf_map__fd(gates->skeleton->maps.events),
				     event, arg);

	if (error)
		log_error("gates: cannot read the ring buffer: %s", strerror(-error));
	return error;
}

int gates_events_fd(const struct gates *gates)
{
	return event_reader_fd(gates->events);
}

size_t gates_read_events(struct gates *gates)
{
	return event_reader_read(gates->events);
}

unsigned long gates_events_end(const struct gates *gates)
{
	return event_reader_end(gates->events);
}

bool gates_have_read_events(const struct gates *gates, unsigned long end)
{
	return event_reader_has_read(gates->events, end);
}

bool gates_events_are_held_up(const struct gates *gates)
{
	return event_reader_is_held_up(gates->events);
}

size_t gates_events_left(const struct gates *gates)
{
	return event_reader_left(gates->events);
}

/* Everything that may be counted in a window; see mw_fold_key. */
static uint64_t folds_possible(const struct gates *gates)
{
	const struct mw_counters *counters = gates_counters(gates);

	return counters->verdicts[MW_OP_LOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_UNLOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_AUTOLOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_AUTOLOAD][MW_VERDICT_ALLOW];
}

static int keep_window(struct gates *gates, const struct fold_window *window)
{
	int fd = fold_window_fd(window);

	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.folds), &window_before, &fd,
				   BPF_ANY);
}

int gates_window_before(struct gates *gates, struct fold_window **ret)
{
	int folds = bpf_map__fd(gates->skeleton->maps.folds);
	__u32 zero = 0, id, id_now;
	int error = bpf_map_lookup_elem(folds, &window_before, &id);

	*ret = NULL;
	if (error == -ENOENT)
		return 0;
	/* Who was about to end it died at that: it goes on, and will be ended. */
	if (!bpf_map_lookup_elem(folds, &zero, &id_now) && id == id_now)
		return 0;
	return error ?: fold_window_open(ret, id);
}

int gates_end_window(struct gates *gates, struct fold_window **ret)
{
	int folds = bpf_map__fd(gates->skeleton->maps.folds);
	cleanup(fold_window_free) struct fold_window *window = NULL;
	uint64_t seen = folds_possible(gates);
	__u32 zero = 0, id;
	int error;

	*ret = NULL;
	if (seen == gates->folds_seen)
		return 0;
	error = bpf_map_lookup_elem(folds, &zero, &id);
	if (!error)
		error = fold_window_open(&window, id);
	if (!error)
		error = keep_window(gates, window);
	/* Returns when no gate counts in the old window any more. */
	if (!error)
		error = gates_put_window(gates);
	if (error)
		return error;
	gates->folds_seen = seen;
	*ret = take_pointer(window);
	return 0;
}
