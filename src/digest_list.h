/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest files as they are written: what sha256sum(1) writes and `sha256sum -c` takes, a digest a
 * line in the order of the names. Where the first line, which is a comment to both, says what of
 * which kernel is listed, `policy update` keeps the file up; see digest_scope.
 */
#ifndef MODWARDEN_DIGEST_LIST_H
#define MODWARDEN_DIGEST_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "module_digests.h"

#define DIGEST_DIRECTORY "digests.d"
#define DIGEST_SUFFIX    ".sha256"
#define DIGEST_ELF       ".elf" /* before the suffix: of the decompressed bytes */

struct digest_line {
	__u8 digest[MW_DIGEST_SIZE];
	char *name;
};

/* Zeroed is empty. Sorted by name, then digest, each line once, after digest_list_sort(). */
struct digest_list {
	struct digest_line *lines;
	size_t count;
	size_t room;
};

/* Which modules of a kernel. */
enum digest_scope {
	DIGEST_SCOPE_NONE,     /* not told */
	DIGEST_SCOPE_NEEDED,   /* those that a machine needed, and what they bring along */
	DIGEST_SCOPE_ALL,      /* all of the tree */
	DIGEST_SCOPE_UNSIGNED, /* those needed that the distribution did not sign */
};

/* 0 or -ENOMEM. */
int digest_list_add(struct digest_list *list, const __u8 digest[MW_DIGEST_SIZE], const char *name);

void digest_list_sort(struct digest_list *list);

void digest_list_clear(struct digest_list *list);

/*
 * Adds what a scope lists of a tree (directory): to stored the digests of the files, to elf those
 * of the decompressed bytes of the files that are compressed, by the names that they would have. 0
 * or -ENOMEM.
 */
int digest_list_of_tree(const char *directory, const struct tree_set *set,
			const struct module_digest *digests, enum digest_scope scope,
			struct digest_list *stored, struct digest_list *elf);

/* A file of it in new memory; head, which may be "", stands before. 0 or -ENOMEM. */
int digest_list_write(const struct digest_list *list, const char *head, char **text, size_t *size);

/* "# modwarden: SCOPE modules of RELEASE\n" in new memory, or NULL. */
char *digest_head_write(enum digest_scope scope, const char *release, bool is_elf);

/* What a file's first line says; DIGEST_SCOPE_NONE: it was not written by digest_head_write(). */
enum digest_scope digest_head_read(const char *text);

#endif
