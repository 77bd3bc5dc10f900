// SPDX-License-Identifier: GPL-2.0-or-later
/* Gates that are pinned, from one daemon to the next. */
#include "daemon_state.h"

#include "boottime.h"
#include "cleanup.h"
#include "exit_code.h"
#include "log.h"
#include "log_tail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int know_policy(const struct policy *policy, void *arg)
{
	return recorder_know_policy(arg, policy);
}

/* The one in force, and of those before it what events that are left may name. */
static int adopt_policy(struct daemon *daemon)
{
	struct policy *policy = NULL;
	int error = gates_read_policy(daemon->gates, &policy);

	if (!error)
		error = pins_take_names(daemon->pins, policy);
	if (!error)
		error = pins_each_policy(daemon->pins, know_policy, daemon->recorder);
	if (error) {
		policy_free(policy);
		return error;
	}
	recorder_set_generation(daemon->recorder, policy->image->generation);
	policy_source_adopt(&daemon->source, policy);
	return 0;
}

static void resume_account(struct daemon *daemon)
{
	const struct pins_about *about = pins_about(daemon->pins);
	struct record_lost told = {};

	memcpy(told.count, about->told, sizeof(told.count));
	recorder_resume(daemon->recorder, &told);
	daemon_resume_audit(daemon, about->audit_lost_told);
	pins_inherit(daemon->pins);
	daemon->alone = boottime_now() - about->alive;
}

void daemon_keep_account(struct daemon *daemon)
{
	struct pins_about *about = daemon->pins ? pins_about(daemon->pins) : NULL;
	struct record_lost told;

	if (!about)
		return;
	recorder_save(daemon->recorder, &told);
	memcpy(about->told, told.count, sizeof(told.count));
	about->audit_lost_told = daemon_audit_lost_told(daemon);
	about->grade = daemon->plan.grade;
	about->override_mode = daemon->override.mode;
	about->override_until = daemon->override.until;
	about->override_source = daemon->override.source;
	about->has_policy = !daemon->source.is_missing;
	__atomic_store_n(&about->alive, boottime_now(), __ATOMIC_SEQ_CST);
}

static void keep_text(char kept[PINS_TEXT_SIZE], const char *text)
{
	/* What does not fit is not kept at all: a part of a path is another path. */
	snprintf(kept, PINS_TEXT_SIZE, "%s", text && strlen(text) < PINS_TEXT_SIZE ? text : "");
}

/* Where and how to write, for one that only takes the gates away. */
static void keep_output(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct pins_about *about = pins_about(daemon->pins);
	auto_free char *path = realpath(options->output, NULL);

	keep_text(about->output, strcmp(options->output, "-") ? path : "-");
	keep_text(about->node, options->node);
	about->format = options->format;
}

int daemon_pin_gates(struct daemon *daemon)
{
	struct pins *before = daemon->pins;
	int error, code = daemon_claim_pins(daemon);

	if (code)
		return code;
	daemon->pins = NULL;
	error = pins_new(&daemon->pins);
	if (error)
		log_error("gates: cannot make " PINS_ROOT ": %s; is bpffs mounted?",
			  strerror(-error));
	if (!error) {
		error = pins_put_names(daemon->pins, daemon->source.policy);
		if (error)
			log_error("gates: cannot pin the names of rules: %s", strerror(-error));
	}
	if (!error)
		error = gates_pin(daemon->gates, daemon->pins);
	pins_free(before);
	if (error) {
		/* A part of them is worse than none: the lock would keep it so. */
		if (daemon->pins)
			pins_remove(daemon->pins);
		pins_free(daemon->pins);
		daemon->pins = NULL;
		return EXIT_FAILED;
	}
	daemon->has_pinned = true;
	if (daemon->modules)
		module_watch_keep(daemon->modules, daemon->pins);
	keep_output(daemon);
	daemon_keep_account(daemon);
	return EXIT_DONE;
}

/* What a start was given ends with it; what was said by a command stays, said just now or not. */
static bool was_given_to_former(const struct pins_about *about, enum mw_mode mode, uint64_t until)
{
	return about->override_mode == mode && about->override_until == until &&
	       about->override_source != MODE_SOURCE_COMMAND;
}

/* One that this start was given comes before the one that the gates have. */
static void adopt_override(struct daemon *daemon)
{
	struct override *override = &daemon->override;
	uint64_t until;
	enum mw_mode mode = gates_read_override(daemon->gates, &until);

	if (!override->mode && mode && !was_given_to_former(pins_about(daemon->pins), mode, until))
		*override = (struct override){ mode, MODE_SOURCE_COMMAND, until };
	gates_override(daemon->gates, override->mode, override->until);
}

/* The gates cannot be taken over; that somebody chose a mode for them still counts. */
static void remember_override(struct daemon *daemon)
{
	const struct pins_about *about = pins_about(daemon->pins);
	struct override *override = &daemon->override;

	if (override->mode || !about->override_mode || about->override_mode > MW_MODE_ENFORCE ||
	    about->override_source != MODE_SOURCE_COMMAND)
		return;
	*override = (struct override){ about->override_mode, MODE_SOURCE_COMMAND,
				       about->override_until };
}

static int take_charge(struct daemon *daemon, const struct gates_options *options)
{
	if (!options) {
		daemon->override.mode = gates_read_override(daemon->gates, &daemon->override.until);
		return 0;
	}
	adopt_override(daemon);
	if (!daemon_gates_are_proven(daemon))
		return -EPROTO;
	keep_output(daemon);
	return gates_succeed(daemon->gates, daemon->pins);
}

int daemon_adopt_gates(struct daemon *daemon, const struct gates_options *options)
{
	int error = gates_adopt(&daemon->gates, options, daemon->pins);

	if (!error)
		error = adopt_policy(daemon);
	if (!error) {
		resume_account(daemon);
		error = take_charge(daemon, options);
	}
	if (!error)
		return 0;
	daemon->alone = 0;
	daemon_resume_audit(daemon, 0);
	gates_free(&daemon->gates);
	remember_override(daemon);
	/* Those that guard by a policy are not replaced by some that allow everything. */
	if (pins_about(daemon->pins)->has_policy)
		daemon->source.may_be_missing = false;
	log_warning("gates: those in " PINS_ROOT " cannot be taken over: %s",
		    error == -ESTALE ? "their layout is another build's" : strerror(-error));
	return error;
}

static enum pins_told told_by(const struct operation *operation)
{
	return operation->part || operation->repeated.count ? PINS_TOLD_WHOLE : PINS_TOLD;
}

/* All that is written is shown; what is of an operation is from daemon_tell(). */
static void begin_to_tell(const char *line, size_t size, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->telling)
		pins_begin_to_tell(daemon->pins, daemon->telling->seq, told_by(daemon->telling),
				   line, size);
}

void daemon_tell(struct daemon *daemon, const struct operation *operation)
{
	if (!daemon->pins) {
		recorder_operation(daemon->recorder, operation);
		return;
	}
	daemon->telling = operation;
	recorder_show(daemon->recorder, begin_to_tell, daemon);
	recorder_operation(daemon->recorder, operation);
	daemon->telling = NULL;
	pins_told(daemon->pins, operation->seq, told_by(operation));
	if (operation->has & OPERATION_HAS_FOLD)
		pins_let_fold_go(daemon->pins, operation->seq);
}

static int recall(uint64_t seq, enum pins_told told, void *arg)
{
	struct daemon *daemon = arg;

	pins_told(daemon->pins, seq, told); /* who died just then had not let go of it */
	return operations_recall(daemon->operations, seq,
				 told == PINS_TOLD ? OPERATION_TOLD : OPERATION_TOLD_WHOLE);
}

/*
 * The one that the former daemon was telling of when it died: the log knows whether it had been
 * written. No other line there counts, because others can write it, too.
 */
static void recall_last(struct daemon *daemon)
{
	const struct pins_telling telling = pins_about(daemon->pins)->telling;
	int is_written = telling.seq ? log_tail_has(daemon->options->output, telling.line) : 0;

	if (is_written > 0)
		pins_told(daemon->pins, telling.seq, telling.told);
	else if (is_written < 0)
		log_warning("output: '%s' does not tell what was written last: %s; a record may be "
			    "written twice",
			    daemon->options->output,
			    strcmp(daemon->options->output, "-") ? strerror(-is_written)
								 : "it cannot be read");
}

/* Who died between telling of it and letting it go has told of it. */
static int take_waiting(const struct operation *operation, void *arg)
{
	struct daemon *daemon = arg;

	if (pins_was_told(daemon->pins, operation->seq) >= told_by(operation)) {
		pins_let_waiting_go(daemon->pins, operation);
		return 0;
	}
	daemon_join_operation(daemon, operation);
	return operations_recall(daemon->operations, operation->seq,
				 told_by(operation) == PINS_TOLD ? OPERATION_TOLD
								 : OPERATION_TOLD_WHOLE);
}

static int take_held(const struct mw_decision_event *event, void *arg)
{
	struct daemon *daemon = arg;

	return operations_add_event(daemon->operations, event, sizeof(*event), boottime_now());
}

static void hold_fold(const struct mw_fold_key *key, const struct mw_fold *fold, void *arg)
{
	const struct daemon *daemon = arg;

	pins_hold_fold(daemon->pins, key, fold);
}

/* Goes on where the former daemon was when it died: what it had read and not told of is told. */
void daemon_finish_former(struct daemon *daemon)
{
	cleanup(fold_window_free) struct fold_window *window = NULL;
	int error;

	recall_last(daemon);
	error = pins_each_told(daemon->pins, recall, daemon);
	if (!error)
		error = pins_each_waiting(daemon->pins, take_waiting, daemon);
	if (!error)
		error = pins_each_held(daemon->pins, take_held, daemon);
	if (!error)
		error = gates_window_before(daemon->gates, &window);
	/* It may have begun to hand its counts over: each of them once. */
	if (window)
		fold_window_each(window, hold_fold, daemon);
	if (!error)
		error = pins_each_fold(daemon->pins, daemon_take_fold, daemon);
	if (error)
		log_warning("gates: cannot read what was left to be told: %s", strerror(-error));
}

void daemon_leave_gates(struct daemon *daemon)
{
	daemon_mend_pins(daemon);
	operations_flush(daemon->operations);
	daemon_flush_audit(daemon);
	daemon_watch_audit(daemon, true);
	daemon_count_lost(daemon);
	daemon_write(daemon, RECORD_DAEMON_STOPPED, "the gates stay");
	daemon_keep_account(daemon);
	log_info("stopped; the gates stay, pinned in " PINS_ROOT);
}

int daemon_unpin_gates(struct daemon *daemon)
{
	int error = daemon->pins ? pins_remove(daemon->pins) : 0;

	if (daemon->gates)
		gates_unpinned(daemon->gates);
	if (!error)
		return EXIT_DONE;
	log_error("gates: cannot unpin them: %s; they stay in " PINS_ROOT, strerror(-error));
	return EXIT_FAILED;
}
