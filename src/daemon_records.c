// SPDX-License-Identifier: GPL-2.0-or-later
/* From what the gates and the daemon itself see to records. */
#include "daemon_state.h"

#include "boottime.h"
#include "cleanup.h"
#include "exit_code.h"
#include "journal.h"
#include "log.h"
#include "version.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void daemon_write_operation(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	/* Before it is told of: the next daemon knows of it from one or the other. */
	if (daemon->modules)
		module_watch_take(daemon->modules, operation);
	daemon_join_operation(daemon, operation);
}

int daemon_take_event(void *arg, void *data, size_t size)
{
	struct daemon *daemon = arg;

	if (daemon->pins && event_type(data, size) == MW_EVENT_DECISION)
		pins_hold(daemon->pins, data);
	if (event_type(data, size) == MW_EVENT_DECISION)
		daemon_expect_names(daemon, data);
	if (event_type(data, size) == MW_EVENT_TAMPER)
		recorder_tamper(daemon->recorder, data, NULL);
	else if (event_type(data, size) == MW_EVENT_AUDIT)
		daemon_take_audit(daemon, data);
	else
		operations_add_event(daemon->operations, data, size, boottime_now());
	return 0;
}

void daemon_count_lost(struct daemon *daemon)
{
	recorder_count_lost(daemon->recorder, gates_counters(daemon->gates),
			    operations_counters(daemon->operations));
	if (daemon->pins)
		recorder_count_unheld(daemon->recorder, pins_lost(daemon->pins));
	daemon_count_notes(daemon);
}

void daemon_take_fold(const struct mw_fold_key *key, const struct mw_fold *fold, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->pins)
		pins_hold_fold(daemon->pins, key, fold);
	if (!operations_add_fold(daemon->operations, key, fold, boottime_now()) && daemon->pins)
		pins_let_fold_go(daemon->pins, fold->seq);
}

static void hand_over_window(struct daemon *daemon)
{
	if (daemon->window)
		fold_window_each(daemon->window, daemon_take_fold, daemon);
	fold_window_free(&daemon->window);
	operations_end_window(daemon->operations);
	daemon->window_has_ended = false;
}

size_t daemon_read_events(struct daemon *daemon)
{
	size_t count;

	daemon_count_lost(daemon);
	count = gates_read_events(daemon->gates);
	if (daemon->window_has_ended && gates_have_read_events(daemon->gates, daemon->window_end))
		hand_over_window(daemon);
	daemon_settle_audit(daemon);
	return count;
}

void daemon_end_window(struct daemon *daemon)
{
	/* On an error it goes on until the next second. */
	if (!daemon->window_has_ended && !gates_end_window(daemon->gates, &daemon->window)) {
		daemon->window_has_ended = true;
		daemon->window_end = gates_events_end(daemon->gates);
	}
	daemon_read_events(daemon);
}

void daemon_finish_window(struct daemon *daemon)
{
	unsigned long end = gates_events_end(daemon->gates);

	while (!gates_have_read_events(daemon->gates, end) && daemon_read_events(daemon))
		;
	if (daemon->window_has_ended)
		hand_over_window(daemon);
}

void daemon_write(struct daemon *daemon, enum record_daemon_reason reason, const char *detail)
{
	const struct record_daemon record = {
		.reason = reason,
		.version = MODWARDEN_VERSION,
		.kernel = daemon->kernel.release,
		.mechanism = mechanism_name(daemon->plan.mechanism),
		.grade = grade_name(daemon->plan.grade),
		.mode = daemon_mode(daemon),
		.detail = detail,
	};

	recorder_daemon(daemon->recorder, &record);
}

void daemon_write_policy(struct daemon *daemon, enum record_policy_reason reason,
			 const char *detail)
{
	const struct record_policy record = {
		.reason = reason,
		.path = reason == RECORD_POLICY_OVERRIDE ? NULL
							 : policy_source_path(&daemon->source),
		.mode = daemon_mode(daemon),
		.detail = detail,
	};

	recorder_policy(daemon->recorder, &record);
}

void daemon_write_loaded(struct daemon *daemon)
{
	const char *detail = NULL;

	if (daemon->source.is_missing)
		detail = "there is no policy file: everything is allowed";
	else if (policy_source_is_foreign(&daemon->source))
		detail = "made for other kernels: monitor unless overridden";
	daemon_write_policy(daemon, RECORD_POLICY_LOADED, detail);
}

static void write_adopted(struct daemon *daemon)
{
	char detail[64];

	snprintf(detail, sizeof(detail), "%.1f s without a daemon", daemon->alone / 1e9);
	daemon_write(daemon, RECORD_DAEMON_ADOPTED, detail);
	log_info("adopted the gates that were left in " PINS_ROOT ": %s", detail);
}

void daemon_write_start(struct daemon *daemon)
{
	if (daemon->alone) {
		write_adopted(daemon);
		return;
	}
	daemon_write(daemon, RECORD_DAEMON_STARTED, daemon->plan.reason);
	daemon_write_loaded(daemon);
	if (daemon->override.mode)
		daemon_write_policy(daemon, RECORD_POLICY_OVERRIDE,
				    daemon->override.source == MODE_SOURCE_ARGUMENT
					    ? "kernel argument modwarden.mode"
					    : "run --mode");
}

void daemon_write_finding(struct daemon *daemon, enum mw_tamper reason, const char *detail)
{
	recorder_finding(daemon->recorder, reason, NULL, detail);
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

int daemon_open_recorder(struct daemon *daemon)
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
	error = recorder_new(&daemon->recorder, sink, options->node ?: daemon->kernel.nodename);
	if (error) {
		sink_close(sink);
		return daemon_cannot_start(error);
	}
	open_journal(daemon, sink_is_text(sink));
	if (daemon->writer)
		recorder_tell(daemon->recorder, daemon_enrich, daemon);
	return EXIT_DONE;
}
