/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the digest files beside a policy list: which modules, by name, and for which kernels. */
#ifndef MODWARDEN_LISTED_NAMES_H
#define MODWARDEN_LISTED_NAMES_H

#include <jansson.h>

#include "digest_list.h"

struct listed_names {
	json_t *names;           /* an object: each module's name */
	json_t *by_digest;       /* an object: from a digest to the module's name */
	json_t *releases;        /* an object: each kernel whose file was written here */
	size_t others;           /* digest files that were not */
	enum digest_scope scope; /* the widest of these files; DIGEST_SCOPE_NONE: there is none */
};

/*
 * Reads the files of a directory, which may be missing, by their lines. 0, -ENOMEM or what open(2)
 * says. Clear it in either case.
 */
int listed_names_read(struct listed_names *listed, const char *directory);

/* Adds the names of one more digest file. 0 or a negative errno, as above. */
int listed_names_add(struct listed_names *listed, const char *path);

void listed_names_clear(struct listed_names *listed);

#endif
