// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations and the kernel's audit trail: what of it belongs to which, and what is missing there.
 */
#include "daemon_state.h"

#include "audit_join.h"
#include "audit_trail.h"
#include "boottime.h"
#include "cleanup.h"
#include "log.h"
#include "modwarden/arch.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#define ASK_FIRST_MS  10  /* after the first operation that waits */
#define ASK_MAX_MS    500 /* between questions while a call goes on */
#define ASK_SHARE     20  /* of its own time a question may take one part */
#define GAP_TICKS     60  /* seconds between records of gaps */
#define SWEEP_TICKS   60 /* and between sweeps: longer than an operation and its audit event wait */
#define NS_PER_MS     1000000ULL
#define MS_PER_SECOND 1000

struct daemon_audit {
	struct audit_join *join;
	struct audit_trail *trail; /* NULL: none */
	struct event *timer;
	struct event *seen;     /* active: something was, in this turn of the loop */
	unsigned int delay_ms;  /* until the next question */
	bool is_asked;          /* the timer runs */
	bool has_asked;         /* and not answered yet, because not all was read ... */
	unsigned long asked_at; /* ... up to there: see gates_events_end() */
	struct seq_set inside;  /* calls that tasks were in then */
	enum audit_trail_source source;
	uint64_t overruns;
	uint64_t missed; /* events that had been lost or skipped by then */
	struct audit_tally tally;
	uint64_t gaps_told;
	uint64_t gap_tick;
	uint64_t lost_told;                /* of operations */
	uint64_t kernel_told;              /* of the kernel's own count */
	char *keys[POLICY_AUDIT_KEYS_MAX]; /* of the policy in force */
	size_t key_count;
};

void daemon_finish_operation(struct daemon *daemon, const struct operation *operation)
{
	daemon_tell(daemon, operation);
	if (daemon->pins)
		pins_let_waiting_go(daemon->pins, operation);
	if (operation->has & OPERATION_HAS_FOLD && daemon->gates)
		gates_forget_fold(daemon->gates, operation->seq);
	if (daemon->control)
		control_take(daemon->control, operation);
}

static void finish(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;
	struct operation counted = *operation;

	audit_tally_add(&daemon->audit->tally, &counted);
	daemon_name_operation(daemon, &counted);
}

static void hold(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->pins)
		pins_hold_waiting(daemon->pins, operation);
}

static bool folds(uint64_t seq, struct mw_fold_stamps *ret, void *arg)
{
	const struct daemon *daemon = arg;

	return daemon->gates && gates_fold_stamps(daemon->gates, seq, ret);
}

/* The reader confirms only what came while it read without a break. */
static void watch_reader(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;
	enum audit_trail_source source =
		audit->trail ? audit_trail_source(audit->trail) : AUDIT_TRAIL_NONE;
	uint64_t overruns = audit->trail ? audit_trail_overruns(audit->trail) : 0;

	if (source == audit->source && overruns == audit->overruns)
		return;
	audit->source = source;
	audit->overruns = overruns;
	audit_join_set_reader(audit->join,
			      source == AUDIT_TRAIL_NONE ? UINT64_MAX : boottime_now());
}

/*
 * An event that found no room, or one whose program was skipped, may have been anybody's. Where the
 * kernel's losses are not heard of, what was not stamped may be one of them.
 */
static void watch_missed(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;
	const struct mw_counters *counters = gates_counters(daemon->gates);
	uint64_t missed =
		counters->lost[MW_EVENT_AUDIT] + gates_skipped_audit_events(daemon->gates);

	if (missed != audit->missed || !gates_hear_of_audit_losses(daemon->gates))
		audit_join_missed(audit->join, boottime_now());
	audit->missed = missed;
}

static void settle(struct daemon *daemon)
{
	watch_reader(daemon);
	audit_join_settle(daemon->audit->join, boottime_now(), boottime_offset());
}

static void start_timer(struct daemon_audit *audit)
{
	const struct timeval delay = { .tv_sec = audit->delay_ms / MS_PER_SECOND,
				       .tv_usec = audit->delay_ms % MS_PER_SECOND * 1000 };

	audit->is_asked = !event_add(audit->timer, &delay);
}

/* Of tasks, once; what they were stamped with before they left has been written by then. */
static void ask(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;

	if (audit->has_asked)
		return;
	audit_join_ask(audit->join);
	audit->has_asked = !gates_calls_inside(daemon->gates, &audit->inside);
	audit->asked_at = gates_events_end(daemon->gates);
	if (!audit->has_asked)
		seq_set_clear(&audit->inside);
}

void daemon_ask_audit(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;

	ask(daemon);
	gates_read_events(daemon->gates);
	watch_missed(daemon);
	if (audit->has_asked && gates_have_read_events(daemon->gates, audit->asked_at)) {
		audit_join_answer(audit->join, &audit->inside);
		seq_set_clear(&audit->inside);
		audit->has_asked = false;
	}
	settle(daemon);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	struct daemon_audit *audit = daemon->audit;
	uint64_t began = boottime_now(), took_ms;

	(void)fd;
	(void)what;
	audit->is_asked = false;
	daemon_ask_audit(daemon);
	took_ms = (boottime_now() - began) / NS_PER_MS;
	audit->delay_ms *= 2;
	if (audit->delay_ms > ASK_MAX_MS)
		audit->delay_ms = ASK_MAX_MS;
	if (audit->delay_ms < took_ms * ASK_SHARE)
		audit->delay_ms = took_ms * ASK_SHARE;
	if (audit_join_wants_answer(audit->join))
		start_timer(audit);
	else
		audit->delay_ms = ASK_FIRST_MS;
}

void daemon_settle_audit(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;

	if (!audit_join_waiting(audit->join))
		return;
	settle(daemon);
	if (audit->timer && !audit->is_asked && audit_join_wants_answer(audit->join))
		start_timer(audit);
}

void daemon_join_operation(struct daemon *daemon, const struct operation *operation)
{
	struct operation blind;

	watch_reader(daemon);
	if (daemon->gates && gates_have_stamps(daemon->gates)) {
		audit_join_take(daemon->audit->join, operation, boottime_now());
		return;
	}
	blind = *operation;
	blind.call = MW_CALL_UNKNOWN;
	audit_join_take(daemon->audit->join, &blind, boottime_now());
}

void daemon_take_audit(struct daemon *daemon, const struct mw_audit_event *event)
{
	audit_join_event(daemon->audit->join, event);
}

/* Once for all that were read in a turn: each time goes through all that wait. */
static void on_seen(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_settle_audit(arg);
	daemon_serve_meanwhile(arg);
}

static void sighted(const struct audit_sighting *sighting, void *arg)
{
	struct daemon *daemon = arg;
	enum mw_abi abi = sighting->arch & __AUDIT_ARCH_64BIT ? MW_ABI_NATIVE : MW_ABI_COMPAT;
	const struct audit_seen seen = {
		.serial = sighting->serial,
		.time_ms = sighting->time_ms,
		.pid = sighting->pid,
		.syscall =
			sighting->is_call ? mw_syscall_of(abi, sighting->syscall) : MW_SYSCALL_NONE,
		.exit = sighting->exit,
		.key = sighting->keys,
	};

	audit_join_see(daemon->audit->join, &seen);
	event_active(daemon->audit->seen, 0, 0);
}

static int open_trail(struct daemon *daemon)
{
	const struct audit_trail_settings settings = {};

	return audit_trail_new(&daemon->audit->trail, daemon->loop, &settings, sighted, daemon);
}

/* Those of the usual rules: what comes with audit, and with the benchmarks of the field. */
static void set_usual_keys(struct daemon_audit *audit)
{
	static const char *const keys[] = { "module_load",   "module_unload", "modules",
					    "module-load",   "module-unload", "module_chng",
					    "kernel_modules" };

	audit_join_set_keys(audit->join, keys, sizeof(keys) / sizeof(*keys));
}

static void free_keys(struct daemon_audit *audit)
{
	for (size_t i = 0; i < audit->key_count; i++)
		free(audit->keys[i]);
	audit->key_count = 0;
}

void daemon_set_audit_keys(struct daemon *daemon, const struct policy *policy)
{
	struct daemon_audit *audit = daemon->audit;

	set_usual_keys(audit);
	free_keys(audit);
	for (size_t i = 0; i < policy->audit_key_count; i++) {
		audit->keys[i] = strdup(policy->audit_keys[i]);
		if (!audit->keys[i])
			return; /* what came so far is not used: the usual ones are */
		audit->key_count++;
	}
	if (audit->key_count)
		audit_join_set_keys(audit->join, (const char *const *)audit->keys,
				    audit->key_count);
}

int daemon_open_audit(struct daemon *daemon)
{
	const struct audit_join_calls calls = { finish, hold, folds, daemon };
	struct daemon_audit *audit = calloc(1, sizeof(*audit));

	if (!audit)
		return -ENOMEM;
	daemon->audit = audit;
	audit->delay_ms = ASK_FIRST_MS;
	if (audit_join_new(&audit->join, 0, &calls))
		return -ENOMEM;
	set_usual_keys(audit);
	audit_join_begin(audit->join, boottime_now());
	if (!daemon->loop)
		return 0;
	audit->timer = event_new(daemon->loop, -1, 0, on_timer, daemon);
	audit->seen = event_new(daemon->loop, -1, 0, on_seen, daemon);
	return audit->timer && audit->seen ? open_trail(daemon) : -ENOMEM;
}

void daemon_close_audit(struct daemon *daemon)
{
	if (!daemon->audit)
		return;
	audit_trail_free(daemon->audit->trail);
	if (daemon->audit->timer)
		event_free(daemon->audit->timer);
	if (daemon->audit->seen)
		event_free(daemon->audit->seen);
	audit_join_free(daemon->audit->join);
	seq_set_clear(&daemon->audit->inside);
	free_keys(daemon->audit);
	free(daemon->audit);
	daemon->audit = NULL;
}

void daemon_read_trail(struct daemon *daemon)
{
	if (daemon->audit->trail)
		audit_trail_read(daemon->audit->trail);
}

bool daemon_waits_for_audit(const struct daemon *daemon)
{
	return audit_join_waiting(daemon->audit->join);
}

void daemon_flush_audit(struct daemon *daemon)
{
	audit_join_flush(daemon->audit->join, boottime_offset());
	daemon_flush_names(daemon);
}

static void write_audit(struct daemon *daemon, enum record_audit_reason reason, uint64_t count,
			const char *detail)
{
	const struct record_audit record = { reason, count, detail };

	recorder_audit(daemon->recorder, &record);
}

static void tell_gaps(struct daemon *daemon, bool now)
{
	struct daemon_audit *audit = daemon->audit;
	uint64_t gaps = audit->tally.gaps - audit->gaps_told;

	if (!gaps || (!now && audit->gap_tick && daemon->ticks - audit->gap_tick < GAP_TICKS))
		return;
	write_audit(daemon, RECORD_AUDIT_GAP, gaps, "no audit rule matched");
	audit->gaps_told = audit->tally.gaps;
	audit->gap_tick = daemon->ticks;
}

static void tell_losses(struct daemon *daemon)
{
	struct daemon_audit *audit = daemon->audit;
	uint64_t lost = audit->tally.recorded[AUDIT_RECORDED_LOST] - audit->lost_told;
	uint64_t kernel = audit->tally.kernel_lost - audit->kernel_told;
	char detail[80];

	if (!lost && !kernel)
		return;
	snprintf(detail, sizeof(detail), "the kernel lost %llu audit record(s); operations: %llu",
		 (unsigned long long)kernel, (unsigned long long)lost);
	write_audit(daemon, RECORD_AUDIT_LOST, kernel ?: lost, detail);
	audit->lost_told += lost;
	audit->kernel_told += kernel;
}

static void count_kernel_losses(struct daemon *daemon)
{
	struct audit_tally *tally = &daemon->audit->tally;
	uint64_t count = gates_counters(daemon->gates)->audit_lost;

	tally->kernel_lost = count - tally->kernel_lost_before;
	tally->hears_losses = gates_hear_of_audit_losses(daemon->gates);
	tally->has_stamps = gates_have_stamps(daemon->gates);
	tally->source = daemon->audit->source;
}

void daemon_resume_audit(struct daemon *daemon, uint64_t told)
{
	daemon->audit->tally.kernel_lost_before = told;
}

uint64_t daemon_audit_lost_told(const struct daemon *daemon)
{
	return daemon->audit->tally.kernel_lost_before + daemon->audit->kernel_told;
}

void daemon_watch_audit(struct daemon *daemon, bool at_end)
{
	recorder_count_skipped(daemon->recorder, gates_skipped_ends(daemon->gates));
	count_kernel_losses(daemon);
	watch_reader(daemon);
	daemon_settle_audit(daemon);
	tell_gaps(daemon, at_end);
	tell_losses(daemon);
	if (daemon->ticks % SWEEP_TICKS == 0)
		gates_sweep_folds(daemon->gates);
}

const struct audit_tally *daemon_audit_tally(const struct daemon *daemon)
{
	return &daemon->audit->tally;
}
