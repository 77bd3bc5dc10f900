/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An update while it is made. Only the policy_update*.c files look inside. */
#ifndef MODWARDEN_POLICY_UPDATE_STATE_H
#define MODWARDEN_POLICY_UPDATE_STATE_H

#include <limits.h>

#include "listed_names.h"
#include "policy_update.h"
#include "staged_files.h"

struct update_state {
	const struct policy_update *update;
	char directory[PATH_MAX]; /* of the policy, as it was named */
	char *text;               /* of the policy, as it is to be */
	bool is_text_changed;
	bool reads_digests; /* a rule of the policy has digests.d */
	bool is_signed;     /* a rule of the policy lets in what is signed */
	bool is_skipped;    /* a kernel was */
	const char *unkept; /* what a rule reads that is not kept up, or NULL */
	size_t digests;     /* in the policy, so far ... */
	size_t replaced;    /* ... and how many of them were so, at most, in files of before */
	struct listed_names listed;
	json_t *inline_digests;
	json_t *files;
	json_t *kernels;   /* an object: each of `kernels:` */
	json_t *names;     /* an object: what is to be listed, see update_names() */
	json_t *installed; /* an object: each kernel */
	json_t *report;    /* the array of kernels */
	size_t written;    /* kernels that are listed afterwards */
	size_t staged_count;
	struct staged_files *staged;
};

/* Logs, and returns the exit code for an error. */
enum exit_code update_failed(const char *verb, const char *what, const char *why, int error);
enum exit_code update_no_memory(void);

/* policy_update_kernel.c: stages what one kernel needs, that is installed or that is gone */
enum exit_code update_kernel(struct update_state *state, const char *release);
enum exit_code update_remove_kernel(struct update_state *state, const char *release);

#endif
