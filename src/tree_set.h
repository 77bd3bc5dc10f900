/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fills a set of modules; kernel_tree.h has what reads one. */
#ifndef MODWARDEN_TREE_SET_H
#define MODWARDEN_TREE_SET_H

#include "kernel_tree.h"

/* Appends, unless the path is there. 0 or -ENOMEM. */
int tree_set_add(struct tree_set *set, const char *path, enum tree_need need, const char *of);

void tree_set_sort(struct tree_set *set);

#endif
