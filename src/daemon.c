// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon.h"

#include "boottime.h"
#include "cleanup.h"
#include "control.h"
#include "exit_code.h"
#include "gates.h"
#include "kernel_argument.h"
#include "lock.h"
#include "log.h"
#include "log_tail.h"
#include "module_watch.h"
#include "notify.h"
#include "operations.h"
#include "pins.h"
#include "policy_source.h"
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
	struct policy_source source;
	struct features features;
	struct preemption_reader *preemption;
	struct plan plan;
	struct gates *gates;
	struct pins *pins; /* of the gates, where they are pinned */
	uint64_t alone;    /* ns that adopted gates were without a daemon */
	struct lock *lock; /* NULL: the policy asks for none */
	struct operations *operations;
	struct recorder *recorder;
	struct module_watch *modules;
	struct control *control;
	struct override override;
	uint64_t started; /* CLOCK_BOOTTIME ns */
	struct event_base *loop;
	struct utsname kernel;
	uint64_t ticks;       /* seconds that the loop has run */
	enum mw_gate failing; /* at which the last self-test failed */
	int not_followed;     /* why the output is not the file that it should be */
};

/* The policy. */

static enum mw_mode mode_with(const struct daemon *daemon, const struct policy *policy)
{
	if (override_holds(&daemon->override, boottime_now()))
		return daemon->override.mode;
	return policy->image->mode;
}

static enum mw_mode mode_in_force(const struct daemon *daemon)
{
	return mode_with(daemon, daemon->source.policy);
}

static void name_policy(struct daemon *daemon)
{
	struct policy_source *source = &daemon->source;

	source->path = daemon->options->policy ?: POLICY_PATH;
	source->release = daemon->kernel.release;
	source->may_be_missing = !daemon->options->policy;
}

static int load_policy(struct daemon *daemon)
{
	struct policy_source *source = &daemon->source;
	auto_free char *why = NULL;
	struct policy *policy;
	int error;

	error = policy_source_read(source, &policy, &why);
	if (error) {
		log_error("policy: cannot use '%s'%s", source->path,
			  error == -ENOMEM ? ": out of memory" : "");
		return EXIT_POLICY;
	}
	policy_source_take(source, policy);
	if (!source->is_missing)
		return EXIT_DONE;
	if (daemon->override.mode == MW_MODE_ENFORCE) {
		log_error("policy: there is no '%s', and to enforce none would refuse every load",
			  source->path);
		return EXIT_POLICY;
	}
	log_warning("policy: there is no '%s': everything is allowed and recorded; the manual has "
		    "an example of a policy",
		    source->path);
	return EXIT_DONE;
}

/* Choosing the mechanism. */

static bool may_have_mode(const struct daemon *daemon, enum mw_mode mode)
{
	return mode != MW_MODE_ENFORCE ||
	       plan_can_enforce(&daemon->plan, daemon->options->accept_race);
}

static int check_mode(struct daemon *daemon)
{
	if (may_have_mode(daemon, mode_in_force(daemon)))
		return EXIT_DONE;
	log_error("will not enforce: %s; %s; or %s", daemon->plan.reason, daemon->plan.remedy,
		  daemon->plan.grade == GRADE_OBSERVE ? "watch only, with --mode monitor"
						      : "accept it with --accept-race");
	return EXIT_KERNEL;
}

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
	return daemon->source.policy ? check_mode(daemon) : EXIT_DONE;
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

static struct gates_options gates_wanted(const struct daemon *daemon)
{
	return (struct gates_options){
		.mechanism = daemon->plan.mechanism,
		.clones = daemon->plan.grade != GRADE_ENFORCE,
	};
}

static int pin_gates(struct daemon *daemon)
{
	struct pins *before = daemon->pins;
	int error;

	daemon->pins = NULL;
	error = pins_new(&daemon->pins);
	if (error)
		log_error("gates: cannot make " PINS_ROOT ": %s; is bpffs mounted?",
			  strerror(-error));
	if (!error)
		error = pins_put_names(daemon->pins, daemon->source.policy);
	if (!error)
		error = gates_pin(daemon->gates, daemon->pins);
	pins_free(before);
	return error ? EXIT_FAILED : EXIT_DONE;
}

static int raise_gates(struct daemon *daemon)
{
	const struct gates_options options = gates_wanted(daemon);
	struct self_test test;
	int left;

	if (gates_new(&daemon->gates, &options) ||
	    gates_put_policy(daemon->gates, daemon->source.policy))
		return EXIT_KERNEL;
	if (daemon->override.mode)
		gates_override(daemon->gates, daemon->override.mode, daemon->override.until);
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

	if (!daemon->source.policy->locked)
		return EXIT_DONE;
	ignore_kernel_signals();
	return lock_new(&daemon->lock, &options) ? EXIT_KERNEL : EXIT_DONE;
}

/* Records. */

static void write_operation(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	recorder_operation(daemon->recorder, operation);
	if (daemon->pins)
		pins_let_go(daemon->pins, operation->seq);
	module_watch_take(daemon->modules, operation);
	control_take(daemon->control, operation);
}

static int take_event(void *arg, void *data, size_t size)
{
	struct daemon *daemon = arg;

	if (daemon->pins && event_type(data, size) == MW_EVENT_DECISION)
		pins_hold(daemon->pins, data);
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

static void write_policy(struct daemon *daemon, enum record_policy_reason reason,
			 const char *detail)
{
	const struct record_policy record = {
		.reason = reason,
		.path = reason == RECORD_POLICY_OVERRIDE ? NULL
							 : policy_source_path(&daemon->source),
		.mode = mode_in_force(daemon),
		.detail = detail,
	};

	recorder_policy(daemon->recorder, &record);
}

static void write_loaded(struct daemon *daemon)
{
	const char *detail = NULL;

	if (daemon->source.is_missing)
		detail = "there is no policy file: everything is allowed";
	else if (policy_source_is_foreign(&daemon->source))
		detail = "made for other kernels: monitor unless overridden";
	write_policy(daemon, RECORD_POLICY_LOADED, detail);
}

static void write_adopted(struct daemon *daemon)
{
	char detail[64];

	snprintf(detail, sizeof(detail), "%.1f s without a daemon", daemon->alone / 1e9);
	write_daemon(daemon, RECORD_DAEMON_ADOPTED, detail);
	log_info("adopted the gates that were left in " PINS_ROOT ": %s", detail);
}

static void write_start(struct daemon *daemon)
{
	if (daemon->alone) {
		write_adopted(daemon);
		return;
	}
	write_daemon(daemon, RECORD_DAEMON_STARTED, daemon->plan.reason);
	write_loaded(daemon);
	if (daemon->override.mode)
		write_policy(daemon, RECORD_POLICY_OVERRIDE,
			     daemon->override.source == MODE_SOURCE_ARGUMENT
				     ? "kernel argument modwarden.mode"
				     : "run --mode");
}

/* Reloading: the old policy stays in force until the new one is, and where that fails. */

static void refuse_reload(struct daemon *daemon, const char *why)
{
	daemon->source.refused++;
	log_error("policy: '%s' is refused, the one before stays in force", daemon->source.path);
	write_policy(daemon, RECORD_POLICY_REFUSED, why);
}

static int put_in_force(struct daemon *daemon, struct policy *policy)
{
	int error = recorder_know_policy(daemon->recorder, policy);

	if (!error && daemon->pins)
		error = pins_put_names(daemon->pins, policy);
	if (!error)
		error = gates_put_policy(daemon->gates, policy);
	if (error)
		return error;
	recorder_set_generation(daemon->recorder, policy->image->generation);
	module_watch_set_policy(daemon->modules, policy);
	policy_source_take(&daemon->source, policy);
	return 0;
}

static bool same_policy(const struct policy *a, const struct policy *b)
{
	return !memcmp(a->image->sha256, b->image->sha256, sizeof(a->image->sha256));
}

static void reload(struct daemon *daemon)
{
	struct policy *policy = NULL;
	auto_free char *why = NULL;
	int error = policy_source_read(&daemon->source, &policy, &why);

	if (error) {
		refuse_reload(daemon, why ?: "out of memory");
		return;
	}
	if (same_policy(policy, daemon->source.policy)) {
		log_info("policy: '%s' is as it was", daemon->source.path);
	} else if (!may_have_mode(daemon, mode_with(daemon, policy))) {
		refuse_reload(daemon, daemon->plan.reason);
	} else if ((error = put_in_force(daemon, policy))) {
		refuse_reload(daemon, strerror(-error));
	} else {
		write_loaded(daemon);
		log_info("policy: '%s' is in force: %s mode, rules %u, digests %zu",
			 daemon->source.path, word_of(&mode_words, mode_in_force(daemon)),
			 policy->image->rule_count, policy->digests.count);
		return;
	}
	policy_free(policy);
}

/* What `systemctl status` shows. */
static void tell_status(const struct daemon *daemon)
{
	notify_status("%s mode, mechanism %s, grade %s, policy %s",
		      word_of(&mode_words, mode_in_force(daemon)),
		      mechanism_name(daemon->plan.mechanism), grade_name(daemon->plan.grade),
		      daemon->source.path);
}

/* The same error is said once, not each second. */
static void follow_output(struct daemon *daemon)
{
	int error = recorder_follow(daemon->recorder);

	if (error && error != daemon->not_followed)
		log_warning("output: cannot begin '%s' anew: %s; the file in use stays in use",
			    daemon->options->output, strerror(-error));
	else if (!error && daemon->not_followed)
		log_info("output: '%s' can be written again", daemon->options->output);
	daemon->not_followed = error;
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
	tell_status(daemon);
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

/* Taking over gates that a former daemon has left pinned, with the policy that they have. */

static int adopt_policy(struct daemon *daemon)
{
	struct policy *policy = NULL;
	int error = gates_read_policy(daemon->gates, &policy);

	if (!error)
		error = pins_take_names(daemon->pins, policy);
	if (!error)
		error = recorder_know_policy(daemon->recorder, policy);
	if (error) {
		policy_free(policy);
		return error;
	}
	recorder_set_generation(daemon->recorder, policy->image->generation);
	policy_source_take(&daemon->source, policy);
	return 0;
}

static void resume_account(struct daemon *daemon)
{
	const struct pins_about *about = pins_about(daemon->pins);
	struct record_lost told = {};

	memcpy(told.count, about->told, sizeof(told.count));
	recorder_resume(daemon->recorder, &told);
	daemon->alone = boottime_now() - about->alive;
}

/* What the next daemon has to know. */
static void keep_account(struct daemon *daemon)
{
	struct pins_about *about = daemon->pins ? pins_about(daemon->pins) : NULL;
	struct record_lost told;

	if (!about)
		return;
	recorder_save(daemon->recorder, &told);
	memcpy(about->told, told.count, sizeof(told.count));
	__atomic_store_n(&about->alive, boottime_now(), __ATOMIC_SEQ_CST);
}

/* One that this start was given comes before the one that the gates have. */
static void adopt_override(struct daemon *daemon)
{
	struct override *override = &daemon->override;

	if (override->mode) {
		gates_override(daemon->gates, override->mode, override->until);
		return;
	}
	override->mode = gates_read_override(daemon->gates, &override->until);
	override->source = MODE_SOURCE_COMMAND;
}

static int adopt_gates(struct daemon *daemon)
{
	const struct gates_options options = gates_wanted(daemon);
	int error = gates_adopt(&daemon->gates, &options, daemon->pins);

	if (!error)
		error = adopt_policy(daemon);
	if (!error) {
		adopt_override(daemon);
		resume_account(daemon);
		return 0;
	}
	gates_free(&daemon->gates);
	log_warning("gates: those in " PINS_ROOT " cannot be taken over, and are replaced: %s",
		    error == -ESTALE ? "they are of another build" : strerror(-error));
	return error;
}

static int recall(uint64_t seq, unsigned int part, bool is_repeated, void *arg)
{
	struct daemon *daemon = arg;

	pins_let_go(daemon->pins, seq);
	return operations_recall(daemon->operations, seq,
				 part || is_repeated ? OPERATION_TOLD_WHOLE : OPERATION_TOLD);
}

static int take_held(const struct mw_decision_event *event, void *arg)
{
	struct daemon *daemon = arg;

	return operations_add_event(daemon->operations, event, sizeof(*event), boottime_now());
}

/* Goes on where the former daemon was when it died: what it had read and not told of is told. */
static void finish_what_was_begun(struct daemon *daemon)
{
	cleanup(fold_window_free) struct fold_window *window = NULL;
	int error = log_tail_each(daemon->options->output, recorder_boot_id(daemon->recorder),
				  recall, daemon);

	if (error)
		log_warning("output: '%s' does not tell what was written before: %s; the last "
			    "records may be written twice",
			    daemon->options->output, strerror(-error));
	error = pins_each_held(daemon->pins, take_held, daemon);
	if (!error)
		error = gates_window_before(daemon->gates, &window);
	if (error)
		log_warning("gates: cannot read what was left to be told: %s", strerror(-error));
	if (window)
		fold_window_each(window, take_fold, daemon);
}

/* Whoever asks. */

static void look(struct control_view *view, void *arg)
{
	struct daemon *daemon = arg;

	*view = (struct control_view){
		.gates = daemon->gates,
		.recorder = daemon->recorder,
		.override = &daemon->override,
		.modules = daemon->modules,
		.policy = daemon->source.policy,
		.policy_path = daemon->source.path,
		.plan = &daemon->plan,
		.node = daemon->options->node ?: daemon->kernel.nodename,
		.kernel = daemon->kernel.release,
		.started = daemon->started,
		.loaded = daemon->source.taken,
		.refused = daemon->source.refused,
		.accept_race = daemon->options->accept_race,
		.is_foreign = !policy_matches_kernel(daemon->source.policy, daemon->kernel.release),
		.failing = daemon->failing,
		.is_guarded = gates_guard_trampolines(daemon->gates),
	};
}

static int open_control(struct daemon *daemon)
{
	const char *path = daemon->options->socket;
	int error = control_new(&daemon->control, daemon->loop, strcmp(path, "none") ? path : NULL,
				look, daemon);

	if (error == -EADDRINUSE)
		log_error("already running: somebody answers at '%s'", path);
	else if (error)
		log_error("control: cannot listen at '%s': %s", path, strerror(-error));
	return error ? EXIT_FAILED : EXIT_DONE;
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
	if (policy_source_changed(&daemon->source))
		reload(daemon);
	mend_gates(daemon);
	watch_grade(daemon);
	follow_output(daemon);
	end_window(daemon);
	operations_expire(daemon->operations, boottime_now());
	module_watch_look(daemon->modules);
	if (daemon->ticks % QUICK_TEST_TICKS == 0)
		repeat_self_test(daemon);
	count_lost(daemon);
	control_tick(daemon->control);
	recorder_settle(daemon->recorder);
	keep_account(daemon);
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
	reload(arg);
	notify_ready();
	tell_status(arg);
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
		{ gates_events_fd(daemon->gates), EV_READ | EV_PERSIST, on_events, {} },
		{ -1, EV_PERSIST, on_second, { .tv_sec = 1 } },
		{ -1, EV_PERSIST, on_watchdog, watchdog_period() },
		{ SIGTERM, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGINT, EV_SIGNAL | EV_PERSIST, on_stop, {} },
		{ SIGHUP, EV_SIGNAL | EV_PERSIST, on_reload, {} },
	};
	enum { WATCHES = sizeof(watches) / sizeof(watches[0]) };
	struct event *events[WATCHES] = {};
	int error = 0;

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
	return error;
}

static void leave_gates(struct daemon *daemon)
{
	operations_flush(daemon->operations);
	count_lost(daemon);
	write_daemon(daemon, RECORD_DAEMON_STOPPED, "the gates stay");
	keep_account(daemon);
	log_info("stopped; the gates stay, pinned in " PINS_ROOT);
}

static void unpin_gates(struct daemon *daemon)
{
	int error = daemon->pins ? pins_remove(daemon->pins) : 0;

	gates_unpinned(daemon->gates);
	if (error)
		log_error("gates: cannot unpin them: %s; they stay", strerror(-error));
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
	if (daemon->options->persist) {
		leave_gates(daemon);
		return;
	}
	gates_disarm(daemon->gates);
	end_window(daemon);
	operations_flush(daemon->operations);
	count_lost(daemon);
	recorder_settle(daemon->recorder);
	snprintf(detail, sizeof(detail), "records lost: %llu",
		 (unsigned long long)recorder_total_lost(daemon->recorder));
	write_daemon(daemon, RECORD_DAEMON_DETACHED, detail);
	unpin_gates(daemon);
	log_info("detached; %s", detail);
}

/* Where people read standard error in the journal, unless they read the records there already. */
static void open_journal(struct daemon *daemon, bool is_text)
{
	struct journal *journal = NULL;
	bool has_records =
		is_text && !strcmp(daemon->options->output, "-") && journal_has(STDOUT_FILENO);

	if (journal_has(STDERR_FILENO) && !has_records && !journal_new(&journal, STDERR_FILENO))
		recorder_set_journal(daemon->recorder, journal);
}

static int open_recorder(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct sink *sink = NULL;
	int error = sink_open(&sink, options->output, options->format);

	if (error) {
		log_error("output: cannot open '%s': %s", options->output,
			  error == -ELOOP ? "a symbolic link that others could have made"
					  : strerror(-error));
		return EXIT_FAILED;
	}
	sink_limit(sink, options->output_limit, options->output_keep);
	if (recorder_new(&daemon->recorder, sink, options->node ?: daemon->kernel.nodename)) {
		sink_close(sink);
		return EXIT_FAILED;
	}
	open_journal(daemon, sink_is_text(sink));
	return EXIT_DONE;
}

static int serve(struct daemon *daemon)
{
	int error;

	write_start(daemon);
	if (daemon->alone) {
		finish_what_was_begun(daemon);
		reload(daemon);
	}
	notify_ready();
	tell_status(daemon);
	log_info("%s: %s mode, mechanism %s, grade %s, rules %u, digests %zu; Ctrl-C or SIGTERM "
		 "stops",
		 daemon->source.path, word_of(&mode_words, mode_in_force(daemon)),
		 mechanism_name(daemon->plan.mechanism), grade_name(daemon->plan.grade),
		 daemon->source.policy->image->rule_count, daemon->source.policy->digests.count);
	error = run_loop(daemon);
	notify_stopping();
	drain(daemon);
	if (error)
		log_error("the event loop failed: %s", strerror(-error));
	return error ? EXIT_FAILED : EXIT_DONE;
}

static int begin_anew(struct daemon *daemon)
{
	struct policy *policy = daemon->source.policy;
	int code = raise_gates(daemon);

	if (code)
		return code;
	if (recorder_know_policy(daemon->recorder, policy))
		return EXIT_FAILED;
	recorder_set_generation(daemon->recorder, policy->image->generation);
	if (daemon->options->persist)
		code = pin_gates(daemon);
	return code;
}

static int open_parts(struct daemon *daemon)
{
	daemon->loop = event_base_new();
	if (!daemon->loop || operations_new(&daemon->operations, 0, write_operation, daemon))
		return EXIT_FAILED;
	return open_recorder(daemon) ?: open_control(daemon);
}

static int start(struct daemon *daemon)
{
	bool is_left = !pins_find(&daemon->pins);
	int code;

	name_policy(daemon);
	code = is_left ? EXIT_DONE : load_policy(daemon);
	if (!code)
		code = make_plan(daemon);
	if (!code)
		code = open_parts(daemon);
	if (code)
		return code;
	if (is_left && adopt_gates(daemon)) {
		is_left = false;
		code = load_policy(daemon) ?: check_mode(daemon);
	}
	if (!code && !is_left)
		code = begin_anew(daemon);
	if (code)
		return code;
	if (gates_open_events(daemon->gates, take_event, daemon) ||
	    module_watch_new(&daemon->modules, daemon->loop, daemon->source.policy,
			     daemon->recorder))
		return EXIT_FAILED;
	if (daemon->pins)
		pins_remove_others(daemon->pins);
	return close_lock(daemon);
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon daemon = {
		.options = options,
		.override = override_begin(options->mode, kernel_argument_read()),
		.started = boottime_now(),
	};
	int code, error;

	uname(&daemon.kernel);
	error = notify_open();
	if (error)
		log_warning("notify: cannot reach '%s': %s", getenv("NOTIFY_SOCKET"),
			    strerror(-error));
	code = start(&daemon);
	if (!code)
		code = serve(&daemon);
	control_free(daemon.control);
	lock_free(&daemon.lock);
	gates_free(&daemon.gates);
	pins_free(daemon.pins);
	module_watch_free(daemon.modules);
	operations_free(daemon.operations);
	recorder_free(&daemon.recorder);
	if (daemon.loop)
		event_base_free(daemon.loop);
	preemption_reader_free(&daemon.preemption);
	policy_source_clear(&daemon.source);
	notify_close();
	return code;
}
