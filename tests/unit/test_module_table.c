/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of loaded modules, told by looks and operations in a little language of its own:
 *
 *   look NAME[/WHERE]...  a second later, the kernel shows these: /p in /proc/modules only, /s in
 *                         /sys/module only, /S too but sysfs says that it is a live module, /c in
 *                         /proc/modules as changing, else everywhere
 *   quick NAME...         the same a tenth of a second later
 *   load NAME, unload NAME  succeeded
 *   lose                  an event was lost
 *   sleep                 the machine, for an hour
 *   baseline              reports it
 *   know NAME             a former table did; before the first look
 *   memory                it knew all; likewise
 *   record NAME           a load is told of, and not what came of it
 *   wait                  long enough for any record
 *   known                 tells what the next table will know
 *
 * What was told is compared: NAME!PLACES for what vanished, with +N for lost events; NAME for what
 * was reported of the baseline; NAME? for what is unrecorded.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module_table.h"

#define SECOND_NS 1000000000ULL

struct story {
	const char *claim;
	const char *text;
	const char *told;
};

static struct teller {
	struct module_table *table;
	uint64_t now;
	uint64_t lost;
	char told[512];
	bool known[256];
} teller;

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	size_t length = strlen(teller.told);
	va_list args;

	va_start(args, format);
	length += snprintf(teller.told + length, sizeof(teller.told) - length, "%s",
			   length ? " " : "");
	vsnprintf(teller.told + length, sizeof(teller.told) - length, format, args);
	va_end(args);
}

static void vanished(const struct module *module, uint64_t lost, void *arg)
{
	static const char *const places[] = { "", "p", "s", "ps" };

	assert_ptr_equal(arg, &teller);
	if (lost)
		tell("%s!%s+%d", module->name, places[module->places], (int)lost);
	else
		tell("%s!%s", module->name, places[module->places]);
}

static void unrecorded(const struct module *module, uint64_t lost, void *arg)
{
	assert_ptr_equal(arg, &teller);
	if (lost)
		tell("%s?+%d", module->name, (int)lost);
	else
		tell("%s?", module->name);
}

/* One letter each. */
static void known(const char *name, bool is_there, void *arg)
{
	assert_ptr_equal(arg, &teller);
	teller.known[(unsigned char)*name] = is_there;
}

static const struct module_calls calls = { vanished, unrecorded, known };

static int sight_compare(const void *a, const void *b)
{
	return strcmp(((const struct module_sight *)a)->name,
		      ((const struct module_sight *)b)->name);
}

static struct module_sight sight_of(const char *word)
{
	const char *slash = strchrnul(word, '/');
	struct module_sight sight = { .listed = true, .in_sysfs = true };

	memcpy(sight.name, word, slash - word);
	sight.changing = !strcmp(slash, "/c");
	if (!strcmp(slash, "/p") || sight.changing)
		sight.in_sysfs = false;
	if (!strcasecmp(slash, "/s"))
		sight.listed = false;
	sight.live = !strcmp(slash, "/S");
	return sight;
}

static void look(char *words, uint64_t after)
{
	struct module_sight sights[16];
	struct module_list list = { .sights = sights };
	char *rest;

	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		sights[list.count++] = sight_of(word);
	qsort(sights, list.count, sizeof(*sights), sight_compare);
	teller.now += after;
	assert_int_equal(module_table_look(teller.table, &list, teller.now, teller.lost), 0);
}

static void load(const char *name)
{
	struct module module = {};

	strcpy(module.name, name);
	assert_int_equal(module_table_loaded(teller.table, &module), 0);
}

static void report(void)
{
	const struct module *module;

	while ((module = module_table_next_baseline(teller.table)))
		tell("%s", module->name);
}

static void tell_known(void)
{
	for (int c = 0; c < 256; c++)
		if (teller.known[c])
			tell("%c", c);
}

static void step_of_heir(const char *verb, const char *rest)
{
	if (!strcmp(verb, "know"))
		assert_int_equal(module_table_remember(teller.table, rest), 0);
	else if (!strcmp(verb, "memory"))
		module_table_has_memory(teller.table);
	else if (!strcmp(verb, "record"))
		module_table_recorded(teller.table, rest);
	else if (!strcmp(verb, "wait"))
		teller.now += MODULE_RECORD_NS;
	else if (!strcmp(verb, "known"))
		tell_known();
	else
		fail_msg("no such verb: %s", verb);
}

static void step(char *words)
{
	char *rest;
	const char *verb = strtok_r(words, " ", &rest);

	if (!strcmp(verb, "look"))
		look(rest, SECOND_NS);
	else if (!strcmp(verb, "quick"))
		look(rest, SECOND_NS / 10);
	else if (!strcmp(verb, "load"))
		load(rest);
	else if (!strcmp(verb, "unload"))
		module_table_unloaded(teller.table, rest);
	else if (!strcmp(verb, "lose"))
		teller.lost++;
	else if (!strcmp(verb, "sleep"))
		teller.now += 3600 * SECOND_NS;
	else if (!strcmp(verb, "baseline"))
		report();
	else
		step_of_heir(verb, rest);
}

/* Four looks, three seconds: what is missing in all of them has vanished. */
#define LOOKS(words) "look " words "; look " words "; look " words "; look " words

static const struct story stories[] = {
	{ "tells_what_vanished_everywhere", "look a b c; " LOOKS("a c"), "b!" },
	{ "tells_what_left_proc_modules", "look a b c; " LOOKS("a b/s c"), "b!s" },
	{ "tells_what_left_sysfs", "look a b c; " LOOKS("a b/p c"), "b!p" },
	{ "tells_of_several_at_once", "look a b c; " LOOKS("b"), "a! c!" },
	{ "tells_of_a_load_that_is_never_seen", "look a; load b; " LOOKS("a"), "b!" },
	{ "tells_of_what_a_later_look_saw", "look a; look a b; " LOOKS("a"), "b!" },
	{ "tells_of_what_was_hidden_before_it_looked", LOOKS("a b/S"), "b!s" },
	{ "tells_it_once", "look a b; " LOOKS("a") "; " LOOKS("a"), "b!" },
	{ "tells_it_once_of_what_is_half_there", "look a; " LOOKS("a/s") "; " LOOKS("a/s"), "a!s" },
	{ "tells_it_once_wherever_it_goes_next", "look a; " LOOKS("a/s") "; " LOOKS("a/p"), "a!s" },
	{ "tells_it_again_of_what_came_back", "look a; " LOOKS("") "; look a; " LOOKS(""),
	  "a! a!" },
	{ "tells_it_again_of_what_was_whole_again",
	  "look a; " LOOKS("a/s") "; look a; " LOOKS("a/s"), "a!s a!s" },
	{ "has_patience", "look a; look ; look ; look ", "" },
	{ "has_patience_with_many_quick_looks",
	  "look a; quick ; quick ; quick ; quick ; quick ; quick ; quick ; quick ", "" },
	{ "counts_looks_in_a_row_only", "look a; look ; look ; look ; look a; look ; look ; look ",
	  "" },
	{ "counts_no_sleep_as_patience", "look a; look ; sleep; look ; look ", "" },
	{ "believes_an_unload", "look a b; unload a; " LOOKS("b"), "" },
	{ "believes_an_unload_that_is_told_late", "look a; look ; look ; unload a; " LOOKS(""),
	  "" },
	{ "believes_an_unload_of_what_it_does_not_know", "look a; unload b; " LOOKS("a"), "" },
	{ "believes_an_unload_of_a_load_it_has_not_seen", "look a; load b; unload b; " LOOKS("a"),
	  "" },
	{ "takes_a_reload_for_a_new_one",
	  "look a; look ; look ; look ; unload a; load a; look ; look ; look ", "" },
	{ "is_patient_again_after_a_load", "look a; look ; look ; look ; load a; look ; look ",
	  "" },
	{ "waits_while_it_is_loading_or_unloading", "look a; " LOOKS("a/c") "; " LOOKS("a/c"), "" },
	{ "knows_nothing_of_a_load_that_did_not_end", "look a; look a b/c; look a b/c; " LOOKS("a"),
	  "" },
	{ "knows_drivers_that_are_built_in", "look a b/s; " LOOKS("a b/s") "; " LOOKS("a"), "" },
	{ "says_what_was_lost_meanwhile", "look a b; lose; look b; lose; " LOOKS("b"), "a!+2" },
	{ "says_nothing_of_what_was_lost_before", "lose; look a b; " LOOKS("b"), "a!" },
	{ "says_nothing_of_what_was_lost_before_a_load",
	  "look a; lose; look a; load b; " LOOKS("a"), "b!" },
	{ "says_what_was_lost_after_a_load", "look a; load b; lose; " LOOKS("a"), "b!+1" },
	{ "reports_the_baseline_once", "look b a c/c; look a b; baseline; look a b; baseline",
	  "a b" },
	{ "reports_no_later_ones", "look a; look a b; baseline", "a" },
	{ "reports_none_of_which_a_load_is_told", "look a b; load b; look a b; baseline", "a" },
	{ "reports_none_that_has_gone", "look a b; unload b; look a; baseline", "a" },
	{ "reports_none_that_may_be_going", "look a b; look a b/p; baseline", "a" },
	{ "reports_no_driver_that_is_built_in", "look a b/s; look a b/s; baseline", "a" },
	{ "reports_what_comes_back", "look a b; look a; baseline; look a b; baseline", "a b" },
	{ "tells_of_no_load_that_came_in_between", "know a; memory; look a b; wait; look a b",
	  "b?" },
	{ "tells_it_of_a_load_once", "memory; look b; wait; look b; wait; look b", "b?" },
	{ "tells_then_of_it_as_of_others",
	  "know a; memory; look a b; baseline; wait; look a b; baseline", "a b? b" },
	{ "waits_for_the_record", "memory; look b; look b; look b; look b; look b", "" },
	{ "believes_a_record_of_a_load", "memory; look b; load b; wait; look b; baseline", "" },
	{ "believes_a_record_without_an_outcome",
	  "memory; look b; record b; wait; look b; baseline", "" },
	{ "asks_for_no_record_of_what_came_later", "memory; look ; look b; wait; look b", "" },
	{ "asks_for_no_record_without_a_memory", "look a b; wait; look a b", "" },
	{ "says_what_was_lost_in_between", "memory; lose; look b; wait; look b", "b?+1" },
	{ "waits_for_what_is_being_loaded", "memory; look b/c; wait; look b/c; look b", "" },
	{ "tells_of_what_went_in_between", "know a; know b; memory; look a; wait; " LOOKS("a"),
	  "b!" },
	{ "waits_for_the_record_of_an_unload",
	  "know a; know b; memory; " LOOKS("a") "; unload b; wait; " LOOKS("a"), "" },
	{ "lets_the_next_know_what_is_there",
	  "know a; memory; look a b c; load d; unload c; known; wait; look a b d; known",
	  "a d b? a b d" },
	{ "lets_the_next_know_what_has_gone", "look a b; " LOOKS("a") "; known", "b! a" },
	{ "reports_what_has_vanished_in_part", LOOKS("a b/S") "; baseline", "b!s a b" },
};

static void goes_like_this(void **state)
{
	const struct story *story = *state;
	char *text = strdup(story->text), *rest = text, *words;

	memset(&teller, 0, sizeof(teller));
	assert_int_equal(module_table_new(&teller.table, &calls, &teller), 0);
	while ((words = strsep(&rest, ";")))
		step(words + strspn(words, " "));
	assert_string_equal(teller.told, story->told);
	module_table_free(teller.table);
	free(text);
}

/* What a load told is told again when it vanishes; what is seen of taints is newer. */
static const struct module *last;

static void remember(const struct module *module, uint64_t lost, void *arg)
{
	static struct module copy;

	(void)lost;
	(void)arg;
	copy = *module;
	last = &copy;
}

static void says_what_its_load_told(void **state)
{
	const struct module module = {
		.name = "b", .taints = 1, .has_digest = true, .digest = { 7 }, .srcversion = "ABC"
	};
	struct module_sight sight = { .name = "b", .listed = true, .in_sysfs = true, .taints = 5 };
	struct module_list list = { &sight, 1, 1 }, nothing = {};
	struct module_table *table;

	(void)state;
	assert_int_equal(module_table_new(&table, &(struct module_calls){ remember }, NULL), 0);
	assert_int_equal(module_table_loaded(table, &module), 0);
	module_table_look(table, &list, 0, 0);
	for (uint64_t i = 1; i <= MODULE_LOOKS; i++)
		module_table_look(table, &nothing, i * SECOND_NS, 0);
	assert_non_null(last);
	assert_string_equal(last->name, "b");
	assert_string_equal(last->srcversion, "ABC");
	assert_true(last->has_digest);
	assert_int_equal(last->digest[0], 7);
	assert_int_equal(last->taints, 5);
	module_table_free(table);
}

static void keeps_its_order_with_very_many(void **state)
{
	struct module_table *table;
	struct module_list list = {}, nothing = {};
	struct module module = {};

	(void)state;
	memset(&teller, 0, sizeof(teller));
	assert_int_equal(module_table_new(&table, &(struct module_calls){ vanished }, &teller), 0);
	module_table_look(table, &nothing, 0, 0);
	for (unsigned int i = 0; i < 3000; i++) {
		snprintf(module.name, sizeof(module.name), "m%u", i * 2654435761U % 3000);
		assert_int_equal(module_table_loaded(table, &module), 0);
	}
	for (unsigned int i = 0; i < 3000; i++) {
		if (i == 1234)
			continue;
		snprintf(module.name, sizeof(module.name), "m%u", i);
		module_table_unloaded(table, module.name);
	}
	for (uint64_t i = 1; i <= MODULE_LOOKS; i++)
		module_table_look(table, &list, i * SECOND_NS, 0);
	assert_string_equal(teller.told, "m1234!");
	module_table_free(table);
}

#define STORIES (sizeof(stories) / sizeof(*stories))

int main(void)
{
	struct CMUnitTest tests[STORIES + 2] = {};

	for (size_t i = 0; i < STORIES; i++)
		tests[i] = (struct CMUnitTest){ stories[i].claim, goes_like_this, NULL, NULL,
						(void *)&stories[i] };
	tests[STORIES] = (struct CMUnitTest)cmocka_unit_test(says_what_its_load_told);
	tests[STORIES + 1] = (struct CMUnitTest)cmocka_unit_test(keeps_its_order_with_very_many);
	return cmocka_run_group_tests_name("module_table", tests, NULL, NULL);
}
