// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

struct module_table {
	struct module *modules; /* sorted by name */
	size_t count;
	size_t room;
	uint64_t lost; /* as of the last look */
	bool has_baseline;
	bool has_memory;
	struct module_calls calls;
	void *arg;
};

int module_table_new(struct module_table **ret, const struct module_calls *calls, void *arg)
{
	struct module_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->calls = *calls;
	table->arg = arg;
	*ret = table;
	return 0;
}

void module_table_free(struct module_table *table)
{
	if (!table)
		return;
	free(table->modules);
	free(table);
}

/* Index of a module, or of the one before which it would stand. */
static size_t table_search(const struct module_table *table, const char *name)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(table->modules[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool table_has(const struct module_table *table, size_t at, const char *name)
{
	return at < table->count && !strcmp(table->modules[at].name, name);
}

static int table_reserve(struct module_table *table, size_t room)
{
	struct module *modules;

	if (room <= table->room)
		return 0;
	room += room / 2 + 64;
	modules = reallocarray(table->modules, room, sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	table->modules = modules;
	table->room = room;
	return 0;
}

static void tell_known(const struct module_table *table, const char *name, bool is_there)
{
	if (table->calls.known)
		table->calls.known(name, is_there, table->arg);
}

static void table_insert(struct module_table *table, size_t at, const struct module *module)
{
	if (!module->unrecorded_since)
		tell_known(table, module->name, true);
	memmove(&table->modules[at + 1], &table->modules[at],
		(table->count - at) * sizeof(*table->modules));
	table->modules[at] = *module;
	table->count++;
}

static void table_remove(struct module_table *table, size_t at)
{
	tell_known(table, table->modules[at].name, false);
	table->count--;
	memmove(&table->modules[at], &table->modules[at + 1],
		(table->count - at) * sizeof(*table->modules));
}

int module_table_loaded(struct module_table *table, const struct module *module)
{
	size_t at = table_search(table, module->name);

	if (table_has(table, at, module->name))
		table_remove(table, at);
	else if (table_reserve(table, table->count + 1))
		return -ENOMEM;
	table_insert(table, at, module);
	table->modules[at].lost_before = table->lost;
	return 0;
}

void module_table_unloaded(struct module_table *table, const char *name)
{
	size_t at = table_search(table, name);

	if (table_has(table, at, name))
		table_remove(table, at);
}

/* A directory alone may be a driver that is built in, unless it says that it is a module. */
static bool sight_is_module(const struct module_sight *sight)
{
	return sight->listed ? !sight->changing : sight->live;
}

static unsigned int sight_places(const struct module_sight *sight)
{
	if (!sight)
		return 0;
	return (sight->listed ? MODULE_IN_PROC : 0) | (sight->in_sysfs ? MODULE_IN_SYSFS : 0);
}

int module_table_remember(struct module_table *table, const char *name)
{
	size_t at = table_search(table, name);
	struct module module = { .is_baseline = true, .was_before = true, .is_remembered = true };

	if (table_has(table, at, name))
		return 0;
	if (table_reserve(table, table->count + 1))
		return -ENOMEM;
	snprintf(module.name, sizeof(module.name), "%s", name);
	table_insert(table, at, &module);
	return 0;
}

void module_table_has_memory(struct module_table *table)
{
	table->has_memory = true;
}

static void set_recorded(const struct module_table *table, struct module *module)
{
	module->unrecorded_since = 0;
	tell_known(table, module->name, true);
}

void module_table_recorded(struct module_table *table, const char *name)
{
	size_t at = table_search(table, name);

	if (!table_has(table, at, name) || !table->modules[at].unrecorded_since)
		return;
	set_recorded(table, &table->modules[at]);
	table->modules[at].is_baseline = false;
}

static int learn(struct module_table *table, const struct module_list *list, uint64_t now)
{
	if (table_reserve(table, table->count + list->count))
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		const struct module_sight *sight = &list->sights[i];
		size_t at = table_search(table, sight->name);
		struct module module = { .is_baseline = !table->has_baseline,
					 .was_before = !table->has_baseline };

		if (module.was_before && table->has_memory)
			module.unrecorded_since = now;

		if (!sight_is_module(sight) || table_has(table, at, sight->name))
			continue;
		memcpy(module.name, sight->name, sizeof(module.name));
		table_insert(table, at, &module);
	}
	return 0;
}

static void module_found(struct module *module, uint64_t lost)
{
	module->misses = 0;
	module->has_vanished = false;
	module->is_remembered = false;
	module->lost_before = lost;
}

static void module_missed(struct module *module, uint64_t now)
{
	if (!module->misses++)
		module->missing_since = now;
}

static bool is_past_patience(const struct module *module, uint64_t now)
{
	uint64_t patience = module->is_remembered ? MODULE_RECORD_NS : MODULE_PATIENCE_NS;

	return module->misses >= MODULE_LOOKS && now - module->missing_since >= patience;
}

/* The loads of former daemons' time have all been told of by then. */
static void ask_for_record(const struct module_table *table, struct module *module, uint64_t now)
{
	if (!module->unrecorded_since || module->places != MODULE_EVERYWHERE ||
	    now - module->unrecorded_since < MODULE_RECORD_NS)
		return;
	table->calls.unrecorded(module, table->lost, table->arg);
	set_recorded(table, module);
}

/* False: nothing is left of it, and there is nothing more to be told. */
static bool module_update(struct module_table *table, struct module *module,
			  const struct module_sight *sight, uint64_t now)
{
	module->places = sight_places(sight);
	if (sight && sight->listed)
		module->taints = sight->taints;
	if (module->places == MODULE_EVERYWHERE || (sight && sight->changing)) {
		module_found(module, table->lost);
		ask_for_record(table, module, now);
		return true;
	}
	module_missed(module, now);
	if (!module->has_vanished && is_past_patience(module, now)) {
		module->has_vanished = true;
		table->calls.vanished(module, table->lost - module->lost_before, table->arg);
	}
	return module->places || !module->has_vanished;
}

int module_table_look(struct module_table *table, const struct module_list *list, uint64_t now,
		      uint64_t lost)
{
	size_t kept = 0;

	if (learn(table, list, now))
		return -ENOMEM;
	table->has_baseline = true;
	table->lost = lost;
	for (size_t i = 0; i < table->count; i++) {
		struct module *module = &table->modules[i];
		const struct module_sight *sight = module_list_find(list, module->name);

		if (module_update(table, module, sight, now))
			table->modules[kept++] = *module;
		else
			tell_known(table, module->name, false);
	}
	table->count = kept;
	return 0;
}

/* What is not whole may just be going: its turn comes when it is, or when it has vanished. */
const struct module *module_table_next_baseline(struct module_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct module *module = &table->modules[i];

		if (!module->is_baseline || module->unrecorded_since)
			continue;
		if (module->places != MODULE_EVERYWHERE && !module->has_vanished)
			continue;
		module->is_baseline = false;
		return module;
	}
	return NULL;
}

void module_table_each(const struct module_table *table, module_fn *each, void *arg)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->modules[i].places || !table->modules[i].misses)
			each(&table->modules[i], arg);
}
