// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon.h"

#include "boottime.h"
#include "cleanup.h"
#include "exit_code.h"
#include "gates.h"
#include "lock.h"
#include "log.h"
#include "module_watch.h"
#include "operations.h"
#include "policy.h"
#include "preemption.h"
#include "probe.h"
#include "recorder.h"
#include "self_test.h"
#include "version.h"
#include "words.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/utsname.h>

#define PINS "/sys/fs/bpf/modwarden"

#define ARM_TIMEOUT_MS   10000
#define DRAIN_TIMEOUT_NS (1000ULL * 1000 * 1000)
#define QUICK_TEST_TICKS                                                                           \
	10 /* seconds between the self-tests that leave no trace in the audit log */
#define FULL_TEST_TICKS 3600 /* and between the whole ones */

struct daemon {
	const struct daemon_options *options;
	struct policy *policy;
	struct features features;
	struct preemption_reader *preemption;
	struct plan plan;
	struct gates *gates;
	struct lock *lock; /* NULL: the policy asks for none */
	struct operations *operations;
	struct recorder *recorder;
	struct module_watch *modules;
	struct event_base *loop;
	struct utsname kernel;
	uint64_t ticks; /* seconds that the loop has run */
	bool failing;   /* the last self-test failed */
};

/* Loading the policy. */

static int load_policy(struct daemon *daemon)
{
	const char *path = daemon->options->policy;
	struct diags diags = {};
	int error = policy_load(&daemon->policy, path, &diags);

	diags_print(&diags, stderr);
	diags_clear(&diags);
	if (error) {
		log_error("policy: cannot use '%s'%s", path,
			  error == -ENOMEM ? ": out of memory" : "");
		return EXIT_POLICY;
	}
	daemon->policy->image->generation = 1;
	if (!policy_matches_kernel(daemon->policy, daemon->kernel.release) &&
	    daemon->policy->image->mode != MW_MODE_MONITOR) {
		log_warning(
			"policy: '%s' was not made for kernel %s (see its `kernels:`): starting in "
			"monitor mode",
			path, daemon->kernel.release);
		daemon->policy->image->mode = MW_MODE_MONITOR;
	}
	return EXIT_DONE;
}

static enum mw_mode mode_in_force(const struct daemon *daemon)
{
	return daemon->options->mode ? daemon->options->mode : daemon->policy->image->mode;
}

/* Choosing the mechanism. */

static int make_plan(struct daemon *daemon)
{
	features_probe(&daemon->features, &daemon->preemption);
	if (!daemon->preemption)
		return EXIT_FAILED;
	daemon->plan = plan_make(daemon->options->mechanism, &daemon->features);
	if (daemon->plan.mechanism == MECHANISM_AUTO) {
		log_error("cannot guard this kernel: %s; %s", daemon->plan.reason,
			  daemon->plan.remedy);
		return daemon->features.permitted ? EXIT_KERNEL : EXIT_NOT_PERMITTED;
	}
	if (mode_in_force(daemon) != MW_MODE_ENFORCE ||
	    plan_can_enforce(&daemon->plan, daemon->options->accept_race))
		return EXIT_DONE;
	log_error("will not enforce: %s; %s; or %s", daemon->plan.reason, daemon->plan.remedy,
		  daemon->plan.grade == GRADE_OBSERVE ? "watch only, with --mode monitor"
						      : "accept it with --accept-race");
	return EXIT_KERNEL;
}

/* Putting the gates up. */

static bool proof_is_given(enum mw_gate failed)
{
	if (failed)
		log_error("self-test: the gate '%s' did not refuse what it was told to refuse",
			  word_of(&gate_words, failed));
	return !failed;
}

static void log_unproven(const struct self_test *test)
{
	for (enum mw_gate gate = MW_GATE_START; gate < MW_GATES; gate++)
		if (test->gates[gate] == PROOF_NOT_POSSIBLE)
			log_warning("self-test: the gate '%s' is not provable here: %s",
				    word_of(&gate_words, gate), strerror(-test->errors[gate]));
}

static int raise_gates(struct daemon *daemon)
{
	const struct gates_options options = {
		.mechanism = daemon->plan.mechanism,
		.clones = daemon->plan.grade != GRADE_ENFORCE,
		.unloads = policy_can_deny(daemon->policy, MW_OP_UNLOAD),
	};
	struct self_test test;
	int left;

	if (gates_new(&daemon->gates, &options) || gates_put_policy(daemon->gates, daemon->policy))
		return EXIT_KERNEL;
	if (daemon->options->mode)
		gates_override(daemon->gates, daemon->options->mode, 0);
	if (gates_attach(daemon->gates))
		return EXIT_KERNEL;
	if (!proof_is_given(self_test_run(daemon->gates, SELF_TEST_FULL, &test)))
		return EXIT_KERNEL;
	log_unproven(&test);
	left = gates_arm(daemon->gates, ARM_TIMEOUT_MS);
	if (left < 0)
		log_warning("gates: cannot tell what is being loaded just now: %s",
			    strerror(-left));
	else if (left)
		log_warning("gates: %d load(s) that began before were not waited for to the end",
			    left);
	return EXIT_DONE;
}

/* The lock. */

/* What a terminal, a closed pipe or a full file sends, the kernel itself sends: no hook sees it. */
static void ignore_kernel_signals(void)
{
	static const int signals[] = { SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGXFSZ };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_IGN);
}

static int close_lock(struct daemon *daemon)
{
	const struct lock_options options = { .gates = daemon->gates, .pins = PINS };

	if (!daemon->policy->locked)
		return EXIT_DONE;
	ignore_kernel_signals();
	return lock_new(&daemon->lock, &options) ? EXIT_KERNEL : EXIT_DONE;
}

/* Records. */

static void write_operation(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	recorder_operation(daemon->recorder, operation);
	module_watch_take(daemon->modules, operation);
}

static int take_event(void *arg, void *data, size_t size)
{
	struct daemon *daemon = arg;

	if (event_type(data, size) == MW_EVENT_TAMPER)
		recorder_tamper(daemon->recorder, data, NULL);
	else
		operations_add_event(daemon->operations, data, size, boottime_now());
	return 0;
}

static void count_lost(struct daemon *daemon)
{
	recorder_count_lost(daemon->recorder, gates_counters(daemon->gates),
			    operations_counters(daemon->operations));
}

static void read_events(struct daemon *daemon)
{
	count_lost(daemon);
	gates_read_events(daemon->gates);
}

static void take_fold(const struct mw_fold_key *key, const struct mw_fold *fold, void *arg)
{
	struct daemon *daemon = arg;

	operations_add_fold(daemon->operations, key, fold, boottime_now());
}

static void end_window(struct daemon *daemon)
{
	cleanup(fold_window_free) struct fold_window *window = NULL;
	int error = gates_end_window(daemon->gates, &window);

	read_events(daemon);
	if (error)
		return; /* it goes on until the next second */
	if (window)
		fold_window_each(window, take_fold, daemon);
	operations_end_window(daemon->operations);
}

static void write_daemon(struct daemon *daemon, enum record_daemon_reason reason,
			 const char *detail)
{
	const struct record_daemon record = {
		.reason = reason,
		.version = MODWARDEN_VERSION,
		.kernel = daemon->kernel.release,
		.mechanism = mechanism_name(daemon->plan.mechanism),
		.grade = grade_name(daemon->plan.grade),
		.mode = mode_in_force(daemon),
		.detail = detail,
	};

	recorder_daemon(daemon->recorder, &record);
}

static void write_start(struct daemon *daemon)
{
	bool foreign = !policy_matches_kernel(daemon->policy, daemon->kernel.release);
	struct record_policy record = {
		.reason = RECORD_POLICY_LOADED,
		.path = daemon->options->policy,
		.mode = mode_in_force(daemon),
		.detail = foreign ? "made for other kernels: monitor unless overridden" : NULL,
	};

	write_daemon(daemon, RECORD_DAEMON_STARTED, daemon->plan.reason);
	recorder_policy(daemon->recorder, &record);
	if (!daemon->options->mode)
		return;
	record.reason = RECORD_POLICY_OVERRIDE;
	record.path = NULL;
	record.detail = "run --mode";
	recorder_policy(daemon->recorder, &record);
}

/* The grade, which root can change: see preemption.h. */

static void watch_grade(struct daemon *daemon)
{
	enum grade before = daemon->plan.grade;
	bool is_known;
	char detail[256];

	daemon->features.preemption = preemption_read(daemon->preemption);
	daemon->plan = plan_make(daemon->plan.mechanism, &daemon->features);
	if (daemon->plan.grade == before)
		return;
	is_known = daemon->features.preemption != PREEMPTION_UNKNOWN;
	snprintf(detail, sizeof(detail), "%s -> %s: the kernel's preemption %s", grade_name(before),
		 grade_name(daemon->plan.grade),
		 is_known ? "was switched; root can undo it in " PREEMPTION_SWITCH
			  : "cannot be read any more");
	log_warning("grade: %s", detail);
	write_daemon(daemon, RECORD_DAEMON_GRADE, detail);
}

/* The self-test on its timer. */

static void write_finding(struct daemon *daemon, enum mw_tamper reason, const char *detail)
{
	struct mw_tamper_event event = {
		.event = { .type = MW_EVENT_TAMPER,
			   .size = sizeof(event),
			   .seq = RECORD_NO_SEQ,
			   .time = boottime_now() },
		.reason = reason,
		.pid = getpid(),
		.comm = "modwarden",
	};

	recorder_tamper(daemon->recorder, &event, detail);
}

static void mend_gates(struct daemon *daemon)
{
	if (!gates_mend(daemon->gates))
		return;
	log_error("gates: another process changed their settings; they are as they were again");
	write_finding(daemon, MW_TAMPER_CONTROL, "set right again");
}

static void repeat_self_test(struct daemon *daemon)
{
	bool whole = daemon->ticks % FULL_TEST_TICKS == 0;
	struct self_test test;
	enum mw_gate failed;
	char detail[64];

	failed = self_test_run(daemon->gates, whole ? SELF_TEST_FULL : SELF_TEST_QUICK, &test);
	if (failed && !daemon->failing) {
		proof_is_given(failed);
		snprintf(detail, sizeof(detail), "the gate '%s' did not fire",
			 word_of(&gate_words, failed));
		write_finding(daemon, MW_TAMPER_SELF_TEST, detail);
	} else if (!failed && daemon->failing) {
		log_info("self-test: the gates fire again");
	}
	daemon->failing = failed;
}

/* The loop. */

static void on_events(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_events(arg);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	daemon->ticks++;
	mend_gates(daemon);
	watch_grade(daemon);
	end_window(daemon);
	operations_expire(daemon->operations, boottime_now());
	module_watch_look(daemon->modules);
	if (daemon->ticks % QUICK_TEST_TICKS == 0)
		repeat_self_test(daemon);
	count_lost(daemon);
	recorder_settle(daemon->recorder);
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

struct watch {
	evutil_socket_t fd;
	short what;
	event_callback_fn call;
	struct timeval period;
};

static int run_loop(struct daemon *daemon)
{
	const struct watch watches[] = {
		{ gates_events_fd(daemon->gates), EV_READ | EV_PERSIST, on_events, {} },
		{ -1, EV_PERSIST, on_second, { .tv_sec = 1 } },
		{ SIGTERM, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGINT, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGHUP, EV_SIGNAL | EV_PERSIST, on_stop, {} },
	};
	enum { WATCHES = sizeof(watches) / sizeof(watches[0]) };
	struct event *events[WATCHES] = {};
	int error = 0;

	for (int i = 0; i < WATCHES && !error; i++) {
		const struct watch *watch = &watches[i];

		events[i] = event_new(daemon->loop, watch->fd, watch->what, watch->call, daemon);
		if (!events[i] ||
		    event_add(events[i], watch->period.tv_sec ? &watch->period : NULL))
			error = -ENOMEM;
	}
	if (!error && event_base_dispatch(daemon->loop) < 0)
		error = -EIO;
	for (int i = 0; i < WATCHES; i++)
		if (events[i])
			event_free(events[i]);
	return error;
}

/* What has begun is waited for, a moment; then the gates go and the rest is written as it is. */
static void drain(struct daemon *daemon)
{
	uint64_t end = boottime_now() + DRAIN_TIMEOUT_NS;
	char detail[64];

	do {
		end_window(daemon);
		if (operations_deadline(daemon->operations) == UINT64_MAX)
			break;
		usleep(10000);
	} while (boottime_now() < end);
	gates_disarm(daemon->gates);
	end_window(daemon);
	operations_flush(daemon->operations);
	count_lost(daemon);
	snprintf(detail, sizeof(detail), "records lost: %llu",
		 (unsigned long long)recorder_total_lost(daemon->recorder));
	write_daemon(daemon, RECORD_DAEMON_DETACHED, detail);
	log_info("detached; %s", detail);
}

static int open_recorder(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct sink *sink = NULL;
	int error = sink_open(&sink, options->output, options->format);

	if (error) {
		log_error("output: cannot open '%s': %s", options->output, strerror(-error));
		return EXIT_FAILED;
	}
	if (recorder_new(&daemon->recorder, sink, options->node ?: daemon->kernel.nodename)) {
		sink_close(sink);
		return EXIT_FAILED;
	}
	recorder_set_policy(daemon->recorder, daemon->policy);
	return EXIT_DONE;
}

static int serve(struct daemon *daemon)
{
	int error;

	write_start(daemon);
	log_info("%s: %s mode, mechanism %s, grade %s, rules %u, digests %zu; Ctrl-C or SIGTERM "
		 "stops",
		 daemon->options->policy, word_of(&mode_words, mode_in_force(daemon)),
		 mechanism_name(daemon->plan.mechanism), grade_name(daemon->plan.grade),
		 daemon->policy->image->rule_count, daemon->policy->digests.count);
	error = run_loop(daemon);
	drain(daemon);
	if (error)
		log_error("the event loop failed: %s", strerror(-error));
	return error ? EXIT_FAILED : EXIT_DONE;
}

static int start(struct daemon *daemon)
{
	int code;

	code = load_policy(daemon);
	if (!code)
		code = make_plan(daemon);
	if (!code)
		code = open_recorder(daemon);
	if (code)
		return code;
	daemon->loop = event_base_new();
	if (!daemon->loop || operations_new(&daemon->operations, 0, write_operation, daemon))
		return EXIT_FAILED;
	code = raise_gates(daemon);
	if (code)
		return code;
	if (gates_open_events(daemon->gates, take_event, daemon) ||
	    module_watch_new(&daemon->modules, daemon->loop, daemon->policy, daemon->recorder))
		return EXIT_FAILED;
	return close_lock(daemon);
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon daemon = { .options = options };
	int code;

	uname(&daemon.kernel);
	code = start(&daemon);
	if (!code)
		code = serve(&daemon);
	lock_free(&daemon.lock);
	gates_free(&daemon.gates);
	module_watch_free(daemon.modules);
	operations_free(daemon.operations);
	recorder_free(&daemon.recorder);
	if (daemon.loop)
		event_base_free(daemon.loop);
	preemption_reader_free(&daemon.preemption);
	policy_free(daemon.policy);
	return code;
}
