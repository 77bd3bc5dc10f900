/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of a kernel's tree with their digests, and what a policy makes of each: for the verbs
 * that look at a policy in terms of the modules that there are.
 */
#ifndef MODWARDEN_SURVEY_H
#define MODWARDEN_SURVEY_H

#include "exit_code.h"
#include "kernel_tree.h"
#include "load_outcome.h"
#include "module_digests.h"

enum survey_scope {
	SURVEY_ALL,    /* every file of the tree */
	SURVEY_NEEDED, /* what this machine's hardware asks for and what is loaded, with what these
			  need */
};

/* Zeroed is empty. */
struct survey {
	struct kernel_tree *tree;
	struct tree_set set;
	struct module_digest *digests; /* in the order of the set; NULL: not asked for */
};

/* The directory of a release, or of the running kernel's (NULL); free it. NULL: no memory. */
char *survey_directory(const char *release);

/*
 * Takes the modules of a directory. What fails is logged; 'component' is who asks.
 */
enum exit_code survey_take(struct survey *survey, const char *component, const char *directory,
			   enum survey_scope scope);

/*
 * The same with all modules of a tree that was named, or of what is installed for a release (NULL:
 * the running kernel's). Where nothing is installed, survey->tree stays NULL, which is warned of.
 */
enum exit_code survey_take_installed(struct survey *survey, const char *component, const char *tree,
				     const char *release);

/* Takes one module and all that it needs. EXIT_NOTHING: the tree has none of that name, silently.
 */
enum exit_code survey_take_named(struct survey *survey, const char *component,
				 const char *directory, const char *name);

/* Reads the files; some seconds for a distribution's tree. */
enum exit_code survey_digest(struct survey *survey, const char *component);

/*
 * What a policy makes of a module, in each way of loading: by root outside of containers, at boot
 * or by hand. A signature that is there is taken for valid; with both, also for one that the kernel
 * does not accept. The number of outcomes or -ENOMEM.
 */
int survey_outcomes(const struct survey *survey, size_t index, const struct policy *policy,
		    bool both, struct load_outcome outcomes[LOAD_OUTCOMES_MAX]);

void survey_clear(struct survey *survey);

#endif
