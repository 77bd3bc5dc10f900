/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules a policy lists, by name, whatever the kernel. */
#ifndef MODWARDEN_UPDATE_NAMES_H
#define MODWARDEN_UPDATE_NAMES_H

#include <jansson.h>

/*
 * The names that digest files list, and those behind the digests in the policy itself: by the
 * rule's own `module:`, by the files, or by what is installed. What a digest is of and cannot be
 * told is logged. An object: of each name true, or the rule that has its digest; NULL: no memory.
 */
json_t *update_names(const json_t *names, const json_t *inline_digests, const json_t *by_digest,
		     const char *trees, const json_t *installed);

#endif
