/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a generated policy: the same of the same, without times or machines' names. */
#ifndef MODWARDEN_POLICY_TEXT_H
#define MODWARDEN_POLICY_TEXT_H

#include "digest_list.h"

/* What its rules are called. */
#define POLICY_TEXT_LISTED "listed"
#define POLICY_TEXT_SIGNED "signed"

struct policy_text {
	const char *origin;  /* "the modules that ...", of one line */
	const char *release; /* for kernels:; NULL: any */
	bool trusts_signed;
	const char *const *files; /* patterns of digest files, and how many */
	size_t file_count;
	const struct digest_list *inline_lists[2]; /* digests within the policy; NULL: none */
};

/* All below the fingerprint, in new memory. 0 or -ENOMEM. */
int policy_text_write(const struct policy_text *policy, char **text, size_t *size);

/*
 * The whole of it: with the fingerprint, which is the SHA-256 of the text and of the files that
 * follow it, one behind the other. 0 or -ENOMEM.
 */
struct bytes {
	const char *data;
	size_t size;
};
int policy_text_sign(const struct bytes *text, const struct bytes *files, size_t count, char **ret,
		     size_t *size);

/* Whether a policy's text has been written here. */
bool policy_text_is_generated(const char *text);

#endif
