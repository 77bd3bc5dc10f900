/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The digests of many modules' files, by all processors that this program may run on. */
#ifndef MODWARDEN_MODULE_DIGESTS_H
#define MODWARDEN_MODULE_DIGESTS_H

#include "kernel_tree.h"
#include "module_file.h"

struct module_digest {
	enum compression compression;
	enum mw_signature signature;
	__u8 stored[MW_DIGEST_SIZE];
	__u8 elf[MW_DIGEST_SIZE]; /* the same where it is not compressed */
};

/*
 * One for each module of the set, in its order; free it. Draws how far it has come. 0, or what
 * module_file_look() says, and then *failed is of which.
 */
int module_digests_read(const struct tree_set *set, struct module_digest **ret, size_t *failed);

/* What an error of module_file_look() means, for people. */
const char *module_file_problem(int error);

#endif
