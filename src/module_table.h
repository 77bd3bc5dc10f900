/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that are loaded, as far as can be told from outside: by what the kernel shows at
 * several moments, and by the loads and unloads in between. One that is not shown any more where it
 * was, and that was not unloaded, has vanished.
 *
 * What a former table knew can be given to a new one, which then knows what came in between: what
 * it finds there at its first look, and of which no load is told, is unrecorded.
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

/* For the record of what was done before, which may have no outcome: OPERATION_WAIT_NS, and more.
 */
#define MODULE_RECORD_NS (15ULL * 1000 * 1000 * 1000)

enum module_place {
	MODULE_IN_PROC = 1 << 0,  /* /proc/modules */
	MODULE_IN_SYSFS = 1 << 1, /* /sys/module */
	MODULE_EVERYWHERE = MODULE_IN_PROC | MODULE_IN_SYSFS,
};

struct module {
	char name[MW_NAME_SIZE];
	unsigned int places; /* where the last look saw it, enum module_place */
	uint64_t taints;
	bool is_baseline;          /* was there at the first look, and is not reported yet */
	bool was_before;           /* was there at the first look */
	bool is_remembered;        /* and not seen yet */
	uint64_t unrecorded_since; /* first seen, and no load is known; 0: one is, or need not be */

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

/* None of these must call back. */
struct module_calls {
	/* lost: events lost since it was last seen whole, of which an unload may be one. */
	void (*vanished)(const struct module *module, uint64_t lost, void *arg);
	/* lost: events lost at all, of which its load may be one. */
	void (*unrecorded)(const struct module *module, uint64_t lost, void *arg);
	/* From now on it is known to be there, or no longer. NULL: nobody asks. */
	void (*known)(const char *name, bool is_there, void *arg);
};

struct module_table;

/* 0 or -ENOMEM. */
int module_table_new(struct module_table **ret, const struct module_calls *calls, void *arg);

/* NULL is fine. */
void module_table_free(struct module_table *table);

/*
 * Takes a look; the first one is the baseline. now is CLOCK_BOOTTIME ns, lost how many events of
 * operations have been lost until now. 0 or -ENOMEM, and then the look counts for nothing.
 */
int module_table_look(struct module_table *table, const struct module_list *list, uint64_t now,
		      uint64_t lost);

/* A module that a former table knew, before the first look. 0 or -ENOMEM. */
int module_table_remember(struct module_table *table, const char *name);

/* A former table knew all that was loaded, and has been remembered. Before the first look. */
void module_table_has_memory(struct module_table *table);

/* A load of it was told of, and maybe not what came of it. */
void module_table_recorded(struct module_table *table, const char *name);

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
