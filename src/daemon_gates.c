// SPDX-License-Identifier: GPL-2.0-or-later
/* Which gates this kernel can have, and putting them up, proven, before anybody relies on them. */
#include "daemon_state.h"

#include "exit_code.h"
#include "log.h"
#include "words.h"

#include <string.h>

#define ARM_TIMEOUT_MS 10000

bool daemon_may_have_mode(const struct daemon *daemon, enum mw_mode mode)
{
	return mode != MW_MODE_ENFORCE ||
	       plan_can_enforce(&daemon->plan, daemon->options->accept_race);
}

int daemon_check_mode(struct daemon *daemon)
{
	if (daemon_may_have_mode(daemon, daemon_mode(daemon)))
		return EXIT_DONE;
	log_error("will not enforce: %s; %s; or %s", daemon->plan.reason, daemon->plan.remedy,
		  daemon->plan.grade == GRADE_OBSERVE ? "watch only, with --mode monitor"
						      : "accept it with --accept-race");
	return EXIT_KERNEL;
}

int daemon_make_plan(struct daemon *daemon)
{
	features_probe(&daemon->features, &daemon->preemption);
	if (!daemon->preemption)
		return daemon_cannot_start(-ENOMEM);
	daemon->plan = plan_make(daemon->options->mechanism, &daemon->features);
	if (daemon->plan.mechanism == MECHANISM_AUTO) {
		log_error("cannot guard this kernel: %s; %s", daemon->plan.reason,
			  daemon->plan.remedy);
		return daemon->features.permitted ? EXIT_KERNEL : EXIT_NOT_PERMITTED;
	}
	return daemon->source.policy ? daemon_check_mode(daemon) : EXIT_DONE;
}

bool daemon_proof_is_given(enum mw_gate failed)
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

struct gates_options daemon_gates_wanted(const struct daemon *daemon)
{
	return (struct gates_options){
		.mechanism = daemon->plan.mechanism,
		.clones = daemon->plan.grade != GRADE_ENFORCE,
	};
}

bool daemon_gates_are_proven(struct daemon *daemon)
{
	struct self_test test;

	if (!daemon_proof_is_given(self_test_run(daemon->gates, SELF_TEST_FULL, &test)))
		return false;
	log_unproven(&test);
	return true;
}

static int raise_gates(struct daemon *daemon)
{
	const struct gates_options options = daemon_gates_wanted(daemon);
	int left;

	if (gates_new(&daemon->gates, &options) ||
	    gates_put_policy(daemon->gates, daemon->source.policy))
		return EXIT_KERNEL;
	if (daemon->override.mode)
		gates_override(daemon->gates, daemon->override.mode, daemon->override.until);
	if (gates_attach(daemon->gates))
		return EXIT_KERNEL;
	if (!daemon_gates_are_proven(daemon))
		return EXIT_KERNEL;
	left = gates_arm(daemon->gates, ARM_TIMEOUT_MS);
	if (left < 0)
		log_warning("gates: cannot tell what is being loaded just now: %s",
			    strerror(-left));
	else if (left)
		log_warning("gates: %d load(s) that began before were not waited for to the end",
			    left);
	return EXIT_DONE;
}

int daemon_raise_gates(struct daemon *daemon)
{
	struct policy *policy = daemon->source.policy;
	int code = raise_gates(daemon), error;

	if (code)
		return code;
	error = recorder_know_policy(daemon->recorder, policy);
	if (error)
		return daemon_cannot_start(error);
	recorder_set_generation(daemon->recorder, policy->image->generation);
	if (daemon_persists(daemon))
		code = daemon_pin_gates(daemon);
	return code;
}
