/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small part of YAML as a tree that knows where each node was written: one document of mappings,
 * sequences and scalars. What makes YAML surprising (anchors, aliases, tags, several documents) or
 * costly (depth, sheer number of nodes) is refused with its place.
 */
#ifndef MODWARDEN_YAML_TREE_H
#define MODWARDEN_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

#define YAML_TREE_SIZE_MAX  (16U << 20) /* bytes */
#define YAML_TREE_DEPTH_MAX 8           /* mappings and sequences inside one another */
#define YAML_TREE_NODES_MAX 250000
#define YAML_TREE_KEYS_MAX  256 /* in one mapping */

enum yaml_tree_kind {
	YAML_TREE_NONE,
	YAML_TREE_SCALAR,
	YAML_TREE_SEQUENCE,
	YAML_TREE_MAPPING,
};

struct yaml_tree {
	enum yaml_tree_kind kind;
	bool quoted;             /* a scalar in quotes */
	unsigned int line;       /* from 1 */
	unsigned int column;     /* from 1, in characters */
	size_t count;            /* children */
	char *text;              /* of a scalar; UTF-8 without NUL */
	struct yaml_tree *key;   /* where the parent is a mapping; a scalar */
	struct yaml_tree *child; /* the first */
	struct yaml_tree *next;  /* after this one in the parent */
};

/*
 * Reads one document. 'file' is the name that errors bear. Returns 0, -EINVAL with at least one
 * error in 'diags', or -ENOMEM.
 */
int yaml_tree_parse(struct yaml_tree **ret, const char *file, const char *text, size_t size,
		    struct diags *diags);

void yaml_tree_free(struct yaml_tree *node);

/* For cleanup(). */
static inline void cleanup_yaml_tree(struct yaml_tree **node)
{
	yaml_tree_free(*node);
}

#define yaml_tree_for_each(item, parent)                                                           \
	for (const struct yaml_tree *item = (parent)->child; item; item = item->next)

#endif
