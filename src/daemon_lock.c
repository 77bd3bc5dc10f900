// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy that is locked: what it asks of the daemon. */
#include "daemon_state.h"

#include "cleanup.h"
#include "exit_code.h"
#include "log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

int daemon_check_locked(void)
{
	if (!lock_is_closed(PINS_ROOT))
		return EXIT_DONE;
	log_error("locked until reboot: the gates in " PINS_ROOT " stay as they are, and no other "
		  "modwarden can be run");
	return EXIT_NOT_PERMITTED;
}

bool daemon_will_be_locked(struct daemon *daemon)
{
	struct policy *policy = NULL;
	auto_free char *why = NULL;
	bool is_locked;

	/* One that is not valid is told of when it is read to be put in force. */
	if (policy_source_read(&daemon->source, &policy, &why))
		return false;
	is_locked = policy->locked;
	policy_free(policy);
	return is_locked;
}

bool daemon_persists(const struct daemon *daemon)
{
	return daemon->options->persist || daemon->source.policy->locked;
}

bool daemon_may_replace(const struct daemon *daemon, const struct policy *policy,
			char why[DAEMON_WHY_SIZE])
{
	char looser[POLICY_LOOSER_SIZE];

	if (!daemon->source.policy->locked ||
	    policy_is_stricter(daemon->source.policy, policy, looser))
		return true;
	snprintf(why, DAEMON_WHY_SIZE,
		 "locked until reboot, and this one is not plainly stricter: %s", looser);
	return false;
}

/*
 * What a terminal, a closed pipe, a full file or the end of a parent sends, the kernel itself
 * sends: no hook sees it.
 */
static void ignore_kernel_signals(void)
{
	static const int signals[] = { SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGXFSZ };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_IGN);
	prctl(PR_SET_PDEATHSIG, 0);
}

static int close_lock(struct daemon *daemon)
{
	const char *socket = daemon->options->socket;
	const struct lock_options options = {
		.gates = daemon->gates,
		.own_pins = daemon->pins,
		.pins = PINS_ROOT,
		.socket = strcmp(socket, "none") ? socket : NULL,
	};

	ignore_kernel_signals();
	return lock_new(&daemon->lock, &options);
}

int daemon_begin_locked(struct daemon *daemon)
{
	int error = daemon->source.policy->locked ? close_lock(daemon) : 0;

	if (!error)
		return EXIT_DONE;
	log_error("lock: cannot be closed: %s", lock_problem(error));
	return EXIT_KERNEL;
}

static int close_late(struct daemon *daemon)
{
	if (!daemon->pins && daemon_pin_gates(daemon))
		return -EIO;
	return close_lock(daemon);
}

/*
 * Where it cannot be closed, the policy that asks for it stays in force: the one before may let
 * more in, and so would gates that go. It is tried again until it can; the gates persist, and
 * nothing becomes looser by a command meanwhile. Of a closed one, this protects what the gates have
 * made anew; where that fails it is told and tried again in the same way.
 */
void daemon_lock(struct daemon *daemon)
{
	bool was_whole = daemon->lock && !daemon->not_locked;
	int error;

	if (!daemon->source.policy->locked && !daemon->lock)
		return;
	error = daemon->lock ? lock_renew(daemon->lock) : close_late(daemon);
	if (error && error != daemon->not_locked) {
		log_error("lock: %s, which is tried again: %s",
			  daemon->lock ? "does not protect all of the gates" : "cannot be closed",
			  lock_problem(error));
		daemon_write(daemon, RECORD_DAEMON_NOT_LOCKED, lock_problem(error));
	} else if (!error && !was_whole) {
		log_info("lock: closed, until reboot");
		daemon_write(daemon, RECORD_DAEMON_LOCKED, "until reboot");
	}
	daemon->not_locked = error;
}
