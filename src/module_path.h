/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a module of the running kernel lies, as modprobe(8) would find it. */
#ifndef MODWARDEN_MODULE_PATH_H
#define MODWARDEN_MODULE_PATH_H

#include <stddef.h>

#define MODULE_PATHS_MAX 32 /* of one alias */

/* Zeroed is empty. */
struct module_paths {
	char *paths[MODULE_PATHS_MAX];
	size_t count;
	size_t builtin; /* modules of that name that have no file */
};

/*
 * Finds the files of a module's name or alias. Returns 0, -ENOENT: the kernel's tree has none, or
 * it is built in (then 'builtin' is not 0); or -ENOMEM.
 */
int module_paths_find(struct module_paths *paths, const char *name);

void module_paths_clear(struct module_paths *paths);

#endif
