// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon looks after by itself, once a second. */
#include "daemon_state.h"

#include "boottime.h"
#include "log.h"
#include "notify.h"
#include "words.h"

#include <malloc.h>
#include <string.h>

#define QUICK_TEST_TICKS                                                                           \
	10 /* seconds between the self-tests that leave no trace in the audit log */
#define FULL_TEST_TICKS 3600 /* and between the whole ones */

/* What `systemctl status` shows. */
void daemon_tell_status(const struct daemon *daemon)
{
	notify_status("%s mode, mechanism %s, grade %s, policy %s",
		      word_of(&mode_words, daemon_mode(daemon)),
		      mechanism_name(daemon->plan.mechanism), grade_name(daemon->plan.grade),
		      policy_source_path(&daemon->source) ?: "none");
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

/* Once when it begins, and once when all that was lost has been told of. */
static void watch_output(struct daemon *daemon)
{
	uint64_t owed = recorder_owes(daemon->recorder, RECORD_LOST_OUTPUT);

	if (owed && !daemon->is_output_lost)
		log_warning("output: '%s' cannot be written: records are lost, and verdicts stay "
			    "as they are",
			    daemon->options->output);
	else if (!owed && daemon->is_output_lost)
		log_info("output: '%s' is written again", daemon->options->output);
	daemon->is_output_lost = owed;
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
	daemon_write(daemon, RECORD_DAEMON_GRADE, detail);
	daemon_tell_status(daemon);
}

static void mend_gates(struct daemon *daemon)
{
	if (!gates_mend(daemon->gates))
		return;
	log_error("gates: another process changed their settings; they are as they were again");
	daemon_lock(daemon);
	daemon_write_finding(daemon, MW_TAMPER_CONTROL, "set right again");
}

static void tell_of_pins(struct daemon *daemon, const char *detail)
{
	log_error("gates: somebody changed " PINS_ROOT ": %s", detail);
	daemon_write_finding(daemon, MW_TAMPER_PINS, detail);
}

/*
 * Without its pins the gates end with this process. What is locked nobody can take away. The same
 * error is said once, not each second.
 */
void daemon_mend_pins(struct daemon *daemon)
{
	int mended;
	char detail[128];

	if (!daemon->pins || daemon->lock || daemon->has_ended)
		return;
	mended = daemon_renew_claim(daemon) ?: gates_mend_pins(daemon->gates);
	if (mended > 0 || (!mended && daemon->not_pinned)) {
		snprintf(detail, sizeof(detail), "%d pin(s) were missing; they are pinned again",
			 mended);
		tell_of_pins(daemon, mended ? detail : "all pins are in place again");
	} else if (mended < 0 && mended != daemon->not_pinned) {
		snprintf(detail, sizeof(detail),
			 "not all pins are in place, which is tried again: %s", strerror(-mended));
		tell_of_pins(daemon, detail);
	}
	daemon->not_pinned = mended < 0 ? mended : 0;
}

static void repeat_self_test(struct daemon *daemon)
{
	bool whole = daemon->ticks % FULL_TEST_TICKS == 0;
	struct self_test test;
	enum mw_gate failed;
	char detail[64];

	failed = self_test_run(daemon->gates, whole ? SELF_TEST_FULL : SELF_TEST_QUICK, &test);
	if (failed && !daemon->failing) {
		daemon_proof_is_given(failed);
		snprintf(detail, sizeof(detail), "the gate '%s' did not fire",
			 word_of(&gate_words, failed));
		daemon_write_finding(daemon, MW_TAMPER_SELF_TEST, detail);
	} else if (!failed && daemon->failing) {
		log_info("self-test: the gates fire again");
	}
	daemon->failing = failed;
}

void daemon_each_second(struct daemon *daemon)
{
	daemon->ticks++;
	daemon_mend_pins(daemon); /* before what puts more beside them */
	if (policy_source_changed(&daemon->source))
		daemon_reload_quietly(daemon);
	mend_gates(daemon);
	watch_grade(daemon);
	follow_output(daemon);
	daemon_end_window(daemon);
	operations_expire(daemon->operations, boottime_now());
	daemon_watch_audit(daemon, false);
	daemon_read_names(daemon);
	module_watch_look(daemon->modules);
	if (daemon->ticks % QUICK_TEST_TICKS == 0)
		daemon_lock(daemon);
	if (daemon->ticks % QUICK_TEST_TICKS == 0)
		repeat_self_test(daemon);
	if (daemon->ticks % QUICK_TEST_TICKS == 1)
		malloc_trim(0); /* what the start took, and reloads */
	daemon_count_lost(daemon);
	control_tick(daemon->control);
	daemon_open_metrics(daemon);
	recorder_settle(daemon->recorder);
	watch_output(daemon);
	daemon_keep_account(daemon);
}
