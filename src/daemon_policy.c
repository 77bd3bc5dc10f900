// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy and the mode in force, and how they change. */
#include "daemon_state.h"

#include "boottime.h"
#include "cleanup.h"
#include "exit_code.h"
#include "log.h"
#include "words.h"

#include <errno.h>
#include <string.h>

static enum mw_mode mode_with(const struct daemon *daemon, const struct policy *policy)
{
	if (override_holds(&daemon->override, boottime_now()))
		return daemon->override.mode;
	return policy ? policy->image->mode : MW_MODE_NONE;
}

enum mw_mode daemon_mode(const struct daemon *daemon)
{
	return mode_with(daemon, daemon->source.policy);
}

void daemon_name_policy(struct daemon *daemon)
{
	struct policy_source *source = &daemon->source;

	source->path = daemon->options->policy ?: POLICY_PATH;
	source->release = daemon->kernel.release;
	source->may_be_missing = !daemon->options->policy;
}

void daemon_tell_missing(const struct daemon *daemon)
{
	const char *path = daemon->source.path;

	if (daemon->source.is_missing)
		log_warning("policy: there is no '%s': everything is allowed and recorded; one to "
			    "begin with, which watches and lists what is loaded now: "
			    "modwarden policy generate -o %s",
			    path, path);
}

int daemon_load_policy(struct daemon *daemon)
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
	return EXIT_DONE;
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
	daemon_set_audit_keys(daemon, policy);
	policy_source_take(&daemon->source, policy);
	return 0;
}

static bool same_policy(const struct policy *a, const struct policy *b)
{
	return !memcmp(a->image->sha256, b->image->sha256, sizeof(a->image->sha256));
}

static int take_policy(struct daemon *daemon, struct policy *policy, char **why)
{
	char looser[DAEMON_WHY_SIZE];
	int error;

	if (!daemon_may_replace(daemon, policy, looser)) {
		*why = strdup(looser);
		return -EPERM;
	}
	if (!daemon_may_have_mode(daemon, mode_with(daemon, policy))) {
		*why = strdup(daemon->plan.reason);
		return -EPERM;
	}
	error = put_in_force(daemon, policy);
	if (error)
		*why = strdup(strerror(-error));
	return error;
}

static void refuse_policy(struct daemon *daemon, const char *why)
{
	daemon->source.refused++;
	daemon->source.is_refused = true;
	log_error("policy: '%s' is refused, the one before stays in force", daemon->source.path);
	daemon_write_policy(daemon, RECORD_POLICY_REFUSED, why ?: "out of memory");
}

int daemon_reload(struct daemon *daemon, char **why)
{
	struct policy *policy = NULL;
	int error = policy_source_read(&daemon->source, &policy, why);

	if (!error && same_policy(policy, daemon->source.policy)) {
		daemon_set_audit_keys(daemon, policy);
		log_info("policy: '%s' is as it was", daemon->source.path);
		/* Gates that were adopted do not tell. */
		daemon->source.policy->locked |= policy->locked;
		daemon->source.is_refused = false;
		policy_free(policy);
		daemon_lock(daemon);
		return false;
	}
	if (!error)
		error = take_policy(daemon, policy, why);
	if (error) {
		policy_free(policy);
		refuse_policy(daemon, *why);
		return error;
	}
	daemon_write_loaded(daemon);
	log_info("policy: '%s' is in force: %s mode, rules %u, digests %zu", daemon->source.path,
		 word_of(&mode_words, daemon_mode(daemon)), policy->image->rule_count,
		 policy->digests.count);
	daemon_lock(daemon);
	return true;
}
