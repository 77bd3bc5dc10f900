/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon: gates, policy and records brought together, from start to stop. */
#ifndef MODWARDEN_DAEMON_H
#define MODWARDEN_DAEMON_H

#include "http_address.h"
#include "plan.h"
#include "sink.h"

#include "modwarden/fact.h"

#include <stdbool.h>
#include <stdint.h>

struct daemon_options {
	const char *policy; /* NULL: POLICY_PATH, which need not be there */
	const char *output; /* "-": standard output */
	const char *node;
	uint64_t output_limit; /* bytes; 0: none */
	unsigned int output_keep;
	enum sink_format format;
	enum mechanism mechanism;
	enum mw_mode mode;          /* overrides the policy's; MW_MODE_NONE: does not */
	const char *socket;         /* "none": cannot be asked */
	struct http_address listen; /* for who asks for metrics; none: nowhere */
	bool accept_race;
	bool persist; /* the gates stay when the daemon ends */
	bool if_any;  /* to detach: that there is nothing is no failure */
	bool audit_enrich;
	const char *cri_socket; /* of a container runtime, or "auto"; NULL: none is asked */
};

/* Runs until SIGTERM or SIGINT. Returns an exit code; what failed has been logged. */
int daemon_run(const struct daemon_options *options);

/*
 * Takes away gates that a daemon has left pinned, and writes what there is still to be told. What
 * options do not say is as that daemon was told. Returns an exit code; logged.
 */
int daemon_detach(const struct daemon_options *options);

#endif
