/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy from what is there: a machine's modules, a tree's, or the loads that a log tells of. */
#ifndef MODWARDEN_POLICY_GENERATE_H
#define MODWARDEN_POLICY_GENERATE_H

#include "digest_list.h"
#include "exit_code.h"

/* What to list; the functions of policy_generate_*.c fill it, policy_generate_write() reads it. */
struct generation {
	const char *origin;  /* "the modules that ..." */
	const char *release; /* of the kernel whose modules they are; NULL: it is not known */
	enum digest_scope scope;
	bool is_of_this_kernel; /* the policy may come in force here, as it is */
	struct digest_list stored;
	struct digest_list elf;
};

struct generation_output {
	const char *path; /* NULL: standard output, the digests within the policy */
	bool replace;     /* what is there already */
	bool force;       /* also where it would refuse what is loaded */
};

/*
 * Before digests are read, which takes its time, but with all else known of the generation: would
 * it be written, or is what it would replace there already? Unsigned modules, of which there may be
 * none, are not sure to have digest files.
 */
enum exit_code policy_generate_begin(const struct generation *generation,
				     const struct generation_output *output);

/* Writes the policy and its digest files, all or nothing. What failed has been logged. */
enum exit_code policy_generate_write(const struct generation *generation,
				     const struct generation_output *output);

void generation_clear(struct generation *generation);

#endif
