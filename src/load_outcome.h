/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a policy would make of loading a file: the facts that the gates will see, for each way in
 * which its bytes can reach the kernel and each verdict that the kernel can give of its signature.
 */
#ifndef MODWARDEN_LOAD_OUTCOME_H
#define MODWARDEN_LOAD_OUTCOME_H

#include "explanation.h"
#include "module_file.h"

enum load_way {
	LOAD_WAY_NONE,
	LOAD_WAY_FILE, /* finit_module of the file, of which the gates see the stored bytes */
	LOAD_WAY_FILE_UNPACKED, /* the same of a compressed one; since 7.x they see both */
	LOAD_WAY_MEMORY,        /* init_module of the ELF bytes */
	LOAD_WAYS,
};

/* What the file does not tell. A NULL text is not known. */
struct load_context {
	const char *module; /* its name, where the file is not to be had */
	const char *path;
	const char *filesystem;
	const char *container; /* an id, or "none" */
	const char *loader;
	__u32 known; /* bits of MW_CRITERION_UID and _AUID: those that are said below */
	__u32 uid;
	__u32 auid;
	bool kernel_asks;           /* an autoload: on whose behalf, nobody knows */
	bool is_brief;              /* the decision only, no rule is explained */
	enum mw_source source;      /* only the ways of this one; MW_SOURCE_NONE: all */
	enum mw_tristate is_signed; /* the kernel's verdict; MW_UNKNOWN: all that are possible */
};

struct load_outcome {
	enum load_way way;
	enum mw_tristate is_signed; /* supposed */
	struct judgement judgement;
	struct mw_facts facts;
	struct explanation explanation;
};

#define LOAD_OUTCOMES_MAX 6

/*
 * The facts of one load when it comes to its last stop. Returns the bits of the criteria that the
 * gates cannot know there: a name that cannot be told from the bytes, where they are not validly
 * signed and so never come to the name gate.
 */
__u32 load_facts(struct mw_facts *facts, const struct module_file *file, enum load_way way,
		 enum mw_tristate is_signed, const struct load_context *context);

/*
 * All outcomes. file may be NULL: what it would tell is not known then, but for the name in
 * context. Returns their number, at least 1, or -ENOMEM.
 */
int load_outcomes(const struct policy *policy, const struct module_file *file,
		  const struct load_context *context,
		  struct load_outcome outcomes[LOAD_OUTCOMES_MAX]);

/* The facts of an unload of a module, or of an autoload by an alias, with the context's caller. */
void other_facts(struct mw_facts *facts, enum mw_op op, const char *subject,
		 const struct load_context *context);

/* Prints outcomes on standard output, as text or as one line of JSON. Return 0 or -ENOMEM. */
int load_outcomes_print(const struct policy *policy, const char *path,
			const struct module_file *file, const struct load_outcome *outcomes,
			int count);
int load_outcomes_json(const struct policy *policy, const char *path,
		       const struct module_file *file, const struct load_outcome *outcomes,
		       int count);

#endif
