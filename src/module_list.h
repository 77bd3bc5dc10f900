/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel shows of its modules at one moment: the lines of /proc/modules and the
 * directories of /sys/module. Names are hostile: a module's maker may put anything into them.
 */
#ifndef MODWARDEN_MODULE_LIST_H
#define MODWARDEN_MODULE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modwarden/fact.h"

struct module_sight {
	char name[MW_NAME_SIZE];
	bool listed;     /* in /proc/modules */
	bool changing;   /* there as "Loading" or "Unloading" */
	bool in_sysfs;   /* as a directory, which drivers that are built in have, too */
	bool live;       /* sysfs says that it is a module and has been loaded; see below */
	uint64_t taints; /* of those that are listed */
};

/* Zeroed is empty. Sorted by name, each name once. */
struct module_list {
	struct module_sight *sights;
	size_t count;
	size_t room;
};

/*
 * Looks. Only a thorough look asks sysfs about the directories that /proc/modules does not list: it
 * opens a file of each. 0, -ENOMEM or what open(2) and read(2) say; then the list is not to be
 * used.
 */
int module_list_look(struct module_list *list, bool is_thorough);

/* The same of a text and a directory. */
int module_list_read(struct module_list *list, const char *proc, int sysfs, bool is_thorough);

const struct module_sight *module_list_find(const struct module_list *list, const char *name);

/* The taints of letters as /proc/modules and /sys/module/NAME/taint have them. */
uint64_t module_taints_parse(const char *letters, size_t length);

void module_list_clear(struct module_list *list);

#endif
