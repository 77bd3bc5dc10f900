/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the daemon's policy comes from, and comes from again when its files change: a new one is
 * whole before the one in force is let go.
 */
#ifndef MODWARDEN_POLICY_SOURCE_H
#define MODWARDEN_POLICY_SOURCE_H

#include "policy.h"

#include <stdint.h>

struct policy_source {
	const char *path;
	const char *release;   /* of the kernel, uname -r */
	bool may_be_missing;   /* at first: everything is allowed and told of, until there is one */
	struct policy *policy; /* in force; NULL: none yet */
	bool is_missing;       /* there is no file: the policy in force is the built-in one */
	struct file_watch *watch;
	bool is_candidate_missing;
	uint64_t taken;   /* CLOCK_BOOTTIME ns: when the policy in force was */
	uint64_t refused; /* reloads */
	bool is_refused;  /* the last one: what is in force is not what the files say */
};

/*
 * Reads a policy that may take the place of the one in force. It has the next generation, and is in
 * monitor mode if it was made for other kernels. Errors are printed; *why is what
 * diags_first_error() says of them. 0, -EINVAL, -ENOMEM.
 */
int policy_source_read(struct policy_source *source, struct policy **ret, char **why);

/* From now on it is the one in force; the one before is freed. */
void policy_source_take(struct policy_source *source, struct policy *policy);

/* The same with one that a former daemon has put in force. */
void policy_source_adopt(struct policy_source *source, struct policy *policy);

/* Have the files changed since they were read last, whatever came of that? Asked once a second. */
bool policy_source_changed(const struct policy_source *source);

/* What it was read from, for records; NULL: built in. */
const char *policy_source_path(const struct policy_source *source);

/* Was it made for this kernel? */
bool policy_source_is_foreign(const struct policy_source *source);

/* Frees what it holds. */
void policy_source_clear(struct policy_source *source);

#endif
