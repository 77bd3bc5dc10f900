/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root of cgroup v2. */
#ifndef MODWARDEN_CGROUP_H
#define MODWARDEN_CGROUP_H

#include <stdbool.h>

/*
 * Opens the root directory of cgroup v2, mounted or not; a negative errno where there is none.
 * *is_root tells whether it is the machine's root and not that of a cgroup namespace.
 */
int cgroup_open_root(bool *is_root);

#endif
