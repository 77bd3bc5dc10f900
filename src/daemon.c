// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon_state.h"

#include "boottime.h"
#include "cleanup.h"
#include "control_socket.h"
#include "event_watch.h"
#include "exit_code.h"
#include "http_server.h"
#include "kernel_argument.h"
#include "log.h"
#include "notify.h"
#include "words.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void daemon_look(struct control_view *view, void *arg)
{
	struct daemon *daemon = arg;

	*view = (struct control_view){
		.gates = daemon->gates,
		.recorder = daemon->recorder,
		.override = &daemon->override,
		.modules = daemon->modules,
		.audit = daemon_audit_tally(daemon),
		.policy = daemon->source.policy,
		.policy_path = daemon->source.path,
		.plan = &daemon->plan,
		.node = daemon->options->node ?: daemon->kernel.nodename,
		.kernel = daemon->kernel.release,
		.started = daemon->started,
		.loaded = daemon->source.taken,
		.refused = daemon->source.refused,
		.accept_race = daemon->options->accept_race,
		.is_missing = daemon->source.is_missing,
		.persists = daemon_persists(daemon),
		.is_foreign = !policy_matches_kernel(daemon->source.policy, daemon->kernel.release),
		.failing = daemon->failing,
		.is_guarded = gates_guard_trampolines(daemon->gates),
		.is_locked = daemon->lock,
		.is_output_lost = daemon->is_output_lost,
	};
	daemon_look_at_metrics(daemon, view);
}

static int call_reload(void *arg, char **why)
{
	return daemon_reload(arg, why);
}

static void call_stop(void *arg)
{
	struct daemon *daemon = arg;

	notify_stopping();
	daemon_end(daemon, false);
	event_base_loopbreak(daemon->loop);
}

static int open_control(struct daemon *daemon)
{
	const char *path = daemon->options->socket;
	char problem[CONTROL_PROBLEM_SIZE];
	const struct control_calls calls = { daemon_look, call_reload, call_stop, daemon };
	int error = control_new(&daemon->control, daemon->loop, strcmp(path, "none") ? path : NULL,
				&calls);

	if (!error)
		return EXIT_DONE;
	control_socket_problem(path, error, problem);
	if (error == -EADDRINUSE)
		log_error("already running: somebody answers at '%s'", path);
	else
		log_error("control: cannot listen at '%s': %s", path, problem);
	return EXIT_FAILED;
}

static bool read_events(void *arg)
{
	struct daemon *daemon = arg;
	bool is_going_on = daemon_read_events(daemon) || !gates_events_are_held_up(daemon->gates);

	daemon_serve_meanwhile(daemon);
	return is_going_on;
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_each_second(arg);
}

/* Only a daemon whose gates were seen to fire is alive. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	const struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	if (!daemon->failing)
		notify_watchdog();
}

static void on_stop(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)what;
	if (daemon->lock) {
		log_warning("SIG%s: refused: locked until reboot", sigabbrev_np(signal));
		return;
	}
	log_info("SIG%s: draining", sigabbrev_np(signal));
	event_base_loopbreak(daemon->loop);
}

static void on_reload(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	notify_reloading();
	daemon_reload_quietly(arg);
	notify_ready();
	daemon_tell_status(arg);
}

struct watch {
	evutil_socket_t fd;
	short what;
	event_callback_fn call;
	struct timeval period;
};

static struct timeval watchdog_period(void)
{
	uint64_t period = notify_watchdog_period();

	return (struct timeval){ .tv_sec = period / 1000000, .tv_usec = period % 1000000 };
}

static int run_loop(struct daemon *daemon)
{
	const struct watch watches[] = {
		{ -1, EV_PERSIST, on_second, { .tv_sec = 1 } },
		{ -1, EV_PERSIST, on_watchdog, watchdog_period() },
		{ SIGTERM, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGINT, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGHUP, EV_SIGNAL | EV_PERSIST, on_reload, {} },
	};
	enum { WATCHES = sizeof(watches) / sizeof(watches[0]) };
	struct event *events[WATCHES] = {};
	struct event_watch *reading = NULL;
	int error = event_watch_new(&reading, daemon->loop, gates_events_fd(daemon->gates),
				    EVENT_WATCH_PAUSE_MS, read_events, daemon);

	for (int i = 0; i < WATCHES && !error; i++) {
		const struct watch *watch = &watches[i];

		if (watch->fd < 0 && !timerisset(&watch->period))
			continue;
		events[i] = event_new(daemon->loop, watch->fd, watch->what, watch->call, daemon);
		if (!events[i] ||
		    event_add(events[i], timerisset(&watch->period) ? &watch->period : NULL))
			error = -ENOMEM;
	}
	if (!error && event_base_dispatch(daemon->loop) < 0)
		error = -EIO;
	for (int i = 0; i < WATCHES; i++)
		if (events[i])
			event_free(events[i]);
	event_watch_free(reading);
	return error;
}

static int serve(struct daemon *daemon)
{
	int error;

	daemon_write_start(daemon);
	if (daemon->lock)
		daemon_write(daemon, RECORD_DAEMON_LOCKED, "until reboot");
	if (daemon->alone) {
		daemon_finish_former(daemon);
		daemon_reload_quietly(daemon);
	}
	daemon_tell_missing(daemon);
	notify_ready();
	daemon_tell_status(daemon);
	log_info("%s: %s mode, mechanism %s, grade %s, rules %u, digests %zu; Ctrl-C or SIGTERM "
		 "stops",
		 daemon->source.is_missing ? "no policy" : daemon->source.path,
		 word_of(&mode_words, daemon_mode(daemon)), mechanism_name(daemon->plan.mechanism),
		 grade_name(daemon->plan.grade), daemon->source.policy->image->rule_count,
		 daemon->source.policy->digests.count);
	error = run_loop(daemon);
	notify_stopping();
	daemon_end(daemon, daemon_persists(daemon));
	if (error)
		log_error("the event loop failed: %s", strerror(-error));
	return error ? EXIT_FAILED : EXIT_DONE;
}

int daemon_cannot_start(int error)
{
	log_error("cannot start: %s", strerror(-error));
	return EXIT_FAILED;
}

static int open_parts(struct daemon *daemon)
{
	daemon->loop = event_base_new();
	if (!daemon->loop || event_base_priority_init(daemon->loop, DAEMON_LOOP_PRIORITIES) ||
	    operations_new(&daemon->operations, 0, daemon_write_operation, daemon) ||
	    daemon_open_audit(daemon))
		return daemon_cannot_start(-ENOMEM);
	daemon_open_metrics(daemon);
	return daemon_open_recorder(daemon) ?: daemon_watch_names(daemon) ?: open_control(daemon);
}

/* Tells of what there still is to be told, and takes the gates away. */
static int take_away_gates(struct daemon *daemon)
{
	if (operations_new(&daemon->operations, 0, daemon_write_operation, daemon) ||
	    daemon_open_audit(daemon))
		return daemon_cannot_start(-ENOMEM);
	if (daemon_open_recorder(daemon))
		return EXIT_FAILED;
	if (!daemon_adopt_gates(daemon, NULL) &&
	    !gates_open_events(daemon->gates, daemon_take_event, daemon)) {
		daemon_finish_former(daemon);
		daemon_end(daemon, false);
		return EXIT_DONE;
	}
	daemon_write(daemon, RECORD_DAEMON_DETACHED, "what was not told of before is lost");
	return daemon_unpin_gates(daemon);
}

static void close_parts(struct daemon *daemon)
{
	lock_free(&daemon->lock);
	fold_window_free(&daemon->window);
	gates_free(&daemon->gates);
	http_server_free(daemon->http);
	control_free(daemon->control);
	pins_free(daemon->pins);
	pins_free(daemon->former);
	module_watch_free(daemon->modules);
	operations_free(daemon->operations);
	daemon_close_audit(daemon);
	daemon_close_names(daemon);
	recorder_free(&daemon->recorder);
	audit_writer_free(daemon->writer);
	if (daemon->loop)
		event_base_free(daemon->loop);
	preemption_reader_free(&daemon->preemption);
	policy_source_clear(&daemon->source);
	daemon_end_claim(daemon);
}

/*
 * Whoever could write what is pinned may have changed what it says, or hold it open: what is to be
 * locked begins anew, and the former gates guard until it does.
 */
static int raise_beside(struct daemon *daemon)
{
	log_info("gates: those in " PINS_ROOT " are replaced: the policy is locked, and they were "
		 "not");
	daemon->former = take_pointer(daemon->pins);
	return daemon_load_policy(daemon) ?: daemon_check_mode(daemon) ?: daemon_raise_gates(daemon);
}

static void take_former_away(struct daemon *daemon)
{
	struct daemon former = {
		.options = daemon->options,
		.kernel = daemon->kernel,
		.plan = daemon->plan,
		.pins = daemon->former,
		.started = daemon->started,
		.writer = daemon->writer,
		.claim = -1,
	};

	daemon->former = NULL;
	/* From now on each operation is told of by the new ones alone. */
	pins_disarm(former.pins);
	if (take_away_gates(&former))
		daemon_write(daemon, RECORD_DAEMON_DETACHED,
			     "the former gates; what they had not told of may be lost");
	former.writer = NULL;
	close_parts(&former);
}

/* Those that are left take the policy that they have with them; whoever starts anew needs one. */
static int begin(struct daemon *daemon, bool is_left)
{
	const struct gates_options options = daemon_gates_wanted(daemon);
	int code;

	if (is_left && daemon_will_be_locked(daemon))
		return raise_beside(daemon);
	if (is_left && !daemon_adopt_gates(daemon, &options))
		return EXIT_DONE;
	code = is_left ? daemon_load_policy(daemon) ?: daemon_check_mode(daemon) : EXIT_DONE;
	if (!code)
		code = daemon_raise_gates(daemon);
	if (code || daemon_persists(daemon))
		return code;
	pins_free(daemon->pins);
	daemon->pins = NULL;
	return EXIT_DONE;
}

static int start(struct daemon *daemon)
{
	int code = daemon_check_locked() ?: daemon_open_enrich(daemon) ?: daemon_open_names(daemon);
	bool is_left;
	int error;

	if (code)
		return code;
	is_left = !pins_find(&daemon->pins);
	daemon_name_policy(daemon);
	if (!is_left)
		code = daemon_load_policy(daemon);
	if (!code)
		code = daemon_make_plan(daemon);
	if (!code)
		code = is_left || daemon_persists(daemon) ? daemon_claim_pins(daemon)
							  : daemon_claim_alone(daemon);
	if (!code)
		code = open_parts(daemon);
	if (!code)
		code = begin(daemon, is_left);
	if (code)
		return code;
	daemon_set_audit_keys(daemon, daemon->source.policy);
	if (gates_open_events(daemon->gates, daemon_take_event, daemon))
		return EXIT_FAILED;
	error = module_watch_new(&daemon->modules, daemon->loop, daemon->source.policy,
				 daemon->recorder, daemon->pins);
	if (error)
		return daemon_cannot_start(error);
	code = daemon_begin_locked(daemon);
	if (code)
		return code;
	/* Only now: until here they were what guarded. */
	if (daemon->former)
		take_former_away(daemon);
	if (daemon->claim >= 0)
		pins_remove_others(daemon->pins);
	return EXIT_DONE;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon daemon = {
		.options = options,
		.override = override_begin(options->mode, kernel_argument_read()),
		.started = boottime_now(),
		.claim = -1,
	};
	int code, error;

	log_never_wait();
	uname(&daemon.kernel);
	error = notify_open();
	if (error)
		log_warning("notify: cannot reach '%s': %s", getenv("NOTIFY_SOCKET"),
			    strerror(-error));
	code = start(&daemon);
	if (!code)
		code = serve(&daemon);
	else if (daemon.has_pinned)
		daemon_unpin_gates(&daemon); /* a start that fails leaves only what it has found */
	close_parts(&daemon);
	notify_close();
	return code;
}

/* What the daemon that left them was told, where this one was told nothing. */
static struct daemon_options options_of_former(const struct daemon_options *options,
					       const struct pins_about *about)
{
	struct daemon_options theirs = *options;

	if (!theirs.output) {
		theirs.output = *about->output ? about->output : "-";
		theirs.format = about->format;
	}
	if (!theirs.node && *about->node)
		theirs.node = about->node;
	return theirs;
}

/* As far as that can be read. */
static int take_away(struct daemon *daemon)
{
	const struct pins_about *about = pins_about(daemon->pins);

	daemon->plan.mechanism = about->mechanism;
	daemon->plan.grade = about->grade;
	return take_away_gates(daemon);
}

/* Half a set is not nothing: it may have gates. */
static int tell_of_nothing(const struct daemon_options *options)
{
	if (options->if_any && !pins_any()) {
		log_info("there is nothing to stop");
		return EXIT_DONE;
	}
	log_error("no daemon answers at '%s', and no gates are pinned in " PINS_ROOT,
		  options->socket);
	return EXIT_NO_DAEMON;
}

int daemon_detach(const struct daemon_options *options)
{
	struct daemon daemon = { .started = boottime_now(), .claim = -1 };
	struct daemon_options theirs;
	int code = daemon_check_locked(), error;

	if (code)
		return code;
	error = pins_find(&daemon.pins);
	uname(&daemon.kernel);
	if (error == -EACCES || error == -EPERM) {
		log_error("not permitted to look into " PINS_ROOT ": run as root, with sudo");
		return EXIT_NOT_PERMITTED;
	}
	if (error)
		return tell_of_nothing(options);
	theirs = options_of_former(options, pins_about(daemon.pins));
	daemon.options = &theirs;
	code = daemon_claim_pins(&daemon);
	if (!code)
		code = take_away(&daemon);
	close_parts(&daemon);
	return code;
}
