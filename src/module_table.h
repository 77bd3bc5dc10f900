/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that are loaded, as far as can be told from outside: by what the kernel shows at
 * several moments, and by the loads and unloads in between. One that is not shown any more where it
 * was, and that was not unloaded, has vanished.
 *
 * Between two looks much can happen that is not known yet, and one look is not of one moment. So a
 * module has vanished when it was missing in each of MODULE_LOOKS looks in a row, over at least
 * MODULE_PATIENCE_NS, and no load or unload of it ended meanwhile. Nothing here asks for the time,
 * reads a file or writes a record.
 */
#ifndef MODWARDEN_MODULE_TABLE_H
#define MODWARDEN_MODULE_TABLE_H

#include "module_list.h"

#include "modwarden/event.h"

#define MODULE_LOOKS       4
#define MODULE_PATIENCE_NS (3ULL * 1000 * 1000 * 1000)

enum module_place {
	MODULE_IN_PROC = 1 << 0,  /* /proc/modules */
	MODULE_IN_SYSFS = 1 << 1, /* /sys/module */
	MODULE_EVERYWHERE = MODULE_IN_PROC | MODULE_IN_SYSFS,
};

struct module {
	char name[MW_NAME_SIZE];
	unsigned int places; /* where the last look saw it, enum module_place */
	uint64_t taints;
	bool is_baseline; /* was there at the first look, and is not reported yet */
	bool was_before;  /* was there at the first look */

	/* Of a load that was told of; what it did not say is zero. */
	uint64_t seq; /* of the operation */
	bool has_digest;
	__u8 digest[MW_DIGEST_SIZE];
	char srcversion[MW_SRCVERSION_SIZE];

	/* How long it has been missing somewhere. */
	unsigned int misses;
	uint64_t missing_since;
	uint64_t lost_before; /* events lost when it was last seen whole */
	bool has_vanished;    /* and this was told */
};

/* lost: events lost since it was last seen whole, of which an unload may be one. */
typedef void module_vanished_fn(const struct module *module, uint64_t lost, void *arg);

struct module_table;

/* vanished is called from module_table_look(), and must not call back. 0 or -ENOMEM. */
int module_table_new(struct module_table **ret, module_vanished_fn *vanished, void *arg);

/* NULL is fine. */
void module_table_free(struct module_table *table);

/*
 * Takes a look; the first one is the baseline. now is CLOCK_BOOTTIME ns, lost how many events of
 * operations have been lost until now. 0 or -ENOMEM, and then the look counts for nothing.
 */
int module_table_look(struct module_table *table, const struct module_list *list, uint64_t now,
		      uint64_t lost);

/* A load that succeeded; module says name, taints, digest and srcversion. 0 or -ENOMEM. */
int module_table_loaded(struct module_table *table, const struct module *module);

/* An unload that succeeded. */
void module_table_unloaded(struct module_table *table, const char *name);

/* Calls each for every module that is there, by name. */
typedef void module_fn(const struct module *module, void *arg);
void module_table_each(const struct module_table *table, module_fn *each, void *arg);

/* A module of the baseline that is not reported yet, and now is; NULL: there is none. */
const struct module *module_table_next_baseline(struct module_table *table);

#endif
