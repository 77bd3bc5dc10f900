/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the nodes of a YAML tree stand in its text, to change the text there. */
#ifndef MODWARDEN_YAML_PLACE_H
#define MODWARDEN_YAML_PLACE_H

#include "yaml_tree.h"

/* The tree of a policy's text, of which nobody wants the errors. As yaml_tree_parse(). */
int yaml_place_parse(struct yaml_tree **tree, const char *text);

/* The beginning of a line, from 1; the end of the text where it has fewer. */
const char *yaml_place_line(const char *text, unsigned int line);

/* Where a node begins; the end of the text where that is not this node's. */
const char *yaml_place(const char *text, const struct yaml_tree *node);

/* The text with something else between two places, to be freed. NULL: no memory. */
char *yaml_place_splice(const char *text, const char *from, const char *to, const char *with);

#endif
