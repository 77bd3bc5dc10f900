// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_watch.h"

#include <errno.h>
#include <string.h>

#include "baseline.h"
#include "boottime.h"
#include "cleanup.h"
#include "digest.h"
#include "log.h"
#include "module_table.h"

#define THOROUGH_LOOKS 60 /* each of so many looks is one */

static const struct timeval soon = { .tv_usec = 100000 }, at_once = {};

struct module_watch {
	struct module_table *table;
	struct module_list list;
	struct baseline *baseline; /* while there is something of it to report */
	const struct policy *policy;
	struct recorder *recorder;
	struct pins *pins;    /* for the next one; NULL: none */
	struct event *look;   /* after loads and unloads */
	struct event *report; /* the next module of the baseline */
	unsigned int looks;
	bool is_blind; /* the last look failed */
};

static void write_vanished(const struct module *module, uint64_t lost, void *arg)
{
	static const char *const where[] = {
		[0] = "neither in /proc/modules nor in /sys/module",
		[MODULE_IN_PROC] = "not in /sys/module, still in /proc/modules",
		[MODULE_IN_SYSFS] = "not in /proc/modules, still in /sys/module",
	};
	struct module_watch *watch = arg;
	char sha256[DIGEST_HEX_SIZE];
	char detail[160];

	digest_format(module->digest, sha256);
	snprintf(detail, sizeof(detail), "%s", where[module->places]);
	if (lost)
		snprintf(detail, sizeof(detail),
			 "%s; %llu events were lost meanwhile, maybe that of an unload",
			 where[module->places], (unsigned long long)lost);
	recorder_module(watch->recorder,
			&(struct record_module){
				.reason = RECORD_MODULE_VANISHED,
				.name = module->name,
				.srcversion = module->srcversion[0] ? module->srcversion : NULL,
				.taints = module->taints,
				.sha256 = module->has_digest ? sha256 : NULL,
				.detail = detail,
			});
}

static void write_unrecorded(const struct module *module, uint64_t lost, void *arg)
{
	struct module_watch *watch = arg;
	char detail[160];

	snprintf(detail, sizeof(detail), "it came while no daemon was there, and no load is known");
	if (lost)
		snprintf(detail, sizeof(detail),
			 "it came while no daemon was there; %llu events were lost, maybe that of "
			 "its load",
			 (unsigned long long)lost);
	log_warning("modules: '%s': %s", module->name, detail);
	recorder_finding(watch->recorder, MW_TAMPER_UNRECORDED, module->name, detail);
}

/* One that finds no room there is told of as unrecorded by the next daemon: too much, not too
 * little. */
static void keep(const char *name, bool is_there, void *arg)
{
	const struct module_watch *watch = arg;

	if (watch->pins && is_there)
		pins_know_module(watch->pins, name);
	else if (watch->pins)
		pins_forget_module(watch->pins, name);
}

void module_watch_look(struct module_watch *watch)
{
	bool is_thorough = watch->looks++ % THOROUGH_LOOKS == 0;
	int error = module_list_look(&watch->list, is_thorough);

	if (!error)
		error = module_table_look(watch->table, &watch->list, boottime_now(),
					  recorder_events_lost(watch->recorder));
	if (error && !watch->is_blind)
		log_warning("modules: cannot see what is loaded: %s", strerror(-error));
	watch->is_blind = error;
	/* The first look is right after the start: what is being loaded just then is told soon. */
	if (watch->looks > 1)
		event_add(watch->report, &at_once);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	module_watch_look(arg);
}

static void on_report(evutil_socket_t fd, short what, void *arg)
{
	struct module_watch *watch = arg;
	const struct module *module = module_table_next_baseline(watch->table);

	(void)fd;
	(void)what;
	if (!module) {
		baseline_free(watch->baseline);
		watch->baseline = NULL;
		return;
	}
	if (!watch->baseline && baseline_new(&watch->baseline, watch->policy, watch->recorder)) {
		log_warning("modules: cannot report what is loaded: out of memory");
		return;
	}
	baseline_report(watch->baseline, module);
	event_add(watch->report, &at_once);
}

static int remember(const char *name, void *arg)
{
	return module_table_remember(arg, name);
}

/* What the former daemon knew to be loaded. */
static int remember_all(struct module_watch *watch)
{
	if (!watch->pins || !pins_about(watch->pins)->knows_modules)
		return 0;
	module_table_has_memory(watch->table);
	return pins_each_module(watch->pins, remember, watch->table);
}

static void keep_module(const struct module *module, void *arg)
{
	if (!module->unrecorded_since)
		keep(module->name, true, arg);
}

void module_watch_keep(struct module_watch *watch, struct pins *pins)
{
	watch->pins = pins;
	if (!pins)
		return;
	module_table_each(watch->table, keep_module, watch);
	pins_about(pins)->knows_modules = true;
}

int module_watch_new(struct module_watch **ret, struct event_base *loop,
		     const struct policy *policy, struct recorder *recorder, struct pins *pins)
{
	static const struct module_calls calls = { write_vanished, write_unrecorded, keep };
	struct module_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->policy = policy;
	watch->recorder = recorder;
	watch->pins = pins;
	watch->look = evtimer_new(loop, on_look, watch);
	watch->report = evtimer_new(loop, on_report, watch);
	if (!watch->look || !watch->report || module_table_new(&watch->table, &calls, watch) ||
	    remember_all(watch)) {
		module_watch_free(watch);
		return -ENOMEM;
	}
	module_watch_look(watch);
	if (!watch->is_blind)
		module_watch_keep(watch, pins);
	*ret = watch;
	return 0;
}

void module_watch_set_policy(struct module_watch *watch, const struct policy *policy)
{
	watch->policy = policy;
	if (watch->baseline)
		baseline_set_policy(watch->baseline, policy);
}

void module_watch_free(struct module_watch *watch)
{
	if (!watch)
		return;
	if (watch->look)
		event_free(watch->look);
	if (watch->report)
		event_free(watch->report);
	baseline_free(watch->baseline);
	module_table_free(watch->table);
	module_list_clear(&watch->list);
	free(watch);
}

static void take_load(struct module_watch *watch, const struct operation *operation,
		      const char *name)
{
	const struct mw_facts *facts = &operation->facts;
	struct module module = {
		.taints = operation->taints,
		.seq = operation->seq,
		.has_digest = facts->digest_count,
	};

	memcpy(module.digest, facts->digest[0], sizeof(module.digest));
	memcpy(module.srcversion, operation->srcversion, sizeof(module.srcversion));
	strcpy(module.name, name);
	/* Without memory, the next look learns of it. */
	module_table_loaded(watch->table, &module);
}

void module_watch_take(struct module_watch *watch, const struct operation *operation)
{
	const struct mw_facts *facts = &operation->facts;
	bool has_outcome = operation->has & OPERATION_HAS_OUTCOME;
	char name[MW_NAME_SIZE];

	/* Without an outcome it may have succeeded; if not, the next look learns that. */
	if (!facts->module[0] || operation->ruling.enforced || (has_outcome && operation->exit))
		return;
	memcpy(name, facts->module, sizeof(name));
	/* As sysfs calls it. */
	for (char *c = name; (c = strchr(c, '/'));)
		*c = '!';
	if (facts->op == MW_OP_LOAD && !has_outcome)
		module_table_recorded(watch->table, name);
	else if (facts->op == MW_OP_LOAD && facts->name_source == MW_NAME_KERNEL)
		take_load(watch, operation, name);
	else if (facts->op == MW_OP_UNLOAD)
		module_table_unloaded(watch->table, name);
	if (!event_pending(watch->look, EV_TIMEOUT, NULL))
		event_add(watch->look, &soon);
}

void module_watch_each(const struct module_watch *watch, module_fn *each, void *arg)
{
	module_table_each(watch->table, each, arg);
}
