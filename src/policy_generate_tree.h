/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a generated policy lists of a kernel's tree. */
#ifndef MODWARDEN_POLICY_GENERATE_TREE_H
#define MODWARDEN_POLICY_GENERATE_TREE_H

#include "policy_generate.h"

struct tree_choice {
	const char *directory; /* NULL: of the running kernel */
	bool all;              /* of the tree; else ... */
	char **names;          /* these and what they bring along; none: what is loaded */
	int name_count;
	bool trusts_signed; /* only what the distribution did not sign */
};

/* Reads the modules and fills *generation. What failed has been logged. */
enum exit_code generation_of_tree(struct generation *generation, const struct tree_choice *choice,
				  const struct generation_output *output);

/* What an error of kernel_tree.h means, for people. */
const char *kernel_tree_error(int error);

#endif
