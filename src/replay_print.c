// SPDX-License-Identifier: GPL-2.0-or-later
/* A replay for people and, as JSON, for programs. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cleanup.h"
#include "record_page.h"
#include "record_value.h"
#include "replay.h"

static int change_compare(const void *a, const void *b)
{
	const json_t *const *one = a, *const *other = b;
	json_int_t left = json_integer_value(json_object_get(*one, "count"));
	json_int_t right = json_integer_value(json_object_get(*other, "count"));

	return left < right ? 1 : left > right ? -1 : 0;
}

/* Borrowed, the most frequent first; of equal ones the one that came first. NULL: no memory. */
static const json_t **changes_sorted(const struct replay *replay)
{
	const json_t **sorted = calloc(json_object_size(replay->changes) + 1, sizeof(*sorted));
	const char *key;
	json_t *change;
	size_t count = 0;

	if (!sorted)
		return NULL;
	json_object_foreach (replay->changes, key, change)
		sorted[count++] = change;
	/* glibc's qsort() merges, and so keeps the order of equal ones, where it has the memory. */
	qsort(sorted, count, sizeof(*sorted), change_compare);
	return sorted;
}

static json_t *untold_json(const struct replay *replay)
{
	json_t *untold = json_object();

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++)
		if (replay->untold[c])
			json_object_set_new(untold, word_of(&criterion_words, c),
					    value_number(replay->untold[c]));
	return untold;
}

json_t *replay_json(const struct replay *replay)
{
	auto_free const json_t **sorted = changes_sorted(replay);
	json_t *list = json_array();
	int error = sorted && list ? 0 : -ENOMEM;

	for (size_t i = 0; !error && sorted[i]; i++)
		error = json_array_append(list, (json_t *)sorted[i]);
	if (error) {
		json_decref(list);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "operations",
			 value_number(replay_operations(replay)), "same",
			 value_number(replay->counts[REPLAY_SAME]), "newly_denied",
			 value_number(replay->counts[REPLAY_DENIES]), "newly_allowed",
			 value_number(replay->counts[REPLAY_ALLOWS]), "not_told",
			 value_number(replay->counts[REPLAY_UNTOLD]), "not_told_for",
			 untold_json(replay), "other_reasons",
			 value_number(replay->counts[REPLAY_ASIDE]), "changes", list, "unlisted",
			 value_number(replay->unlisted));
}

static void verdict_print(FILE *out, const json_t *change, const char *rule_key,
			  const char *reason_key)
{
	auto_free char *rule = field_text(change, rule_key);
	auto_free char *reason = field_text(change, reason_key);

	if (rule)
		fprintf(out, "rule '%s'", rule);
	else
		fputs(reason ?: "?", out);
}

static void change_print(FILE *out, const json_t *change)
{
	auto_free char *op = field_text(change, "op");
	auto_free char *module = field_text(change, "module");
	auto_free char *first = field_text(change, "first");

	fprintf(out, "  %6" JSON_INTEGER_FORMAT "  %s %s: by ",
		json_integer_value(json_object_get(change, "count")), op ?: "?",
		module ?: "of no known name");
	verdict_print(out, change, "rule", "reason");
	fputs("; recorded: ", out);
	verdict_print(out, change, "recorded_rule", "recorded_reason");
	fprintf(out, "; first %s\n", first ?: "?");
}

static void changes_print(const struct replay *replay, FILE *out, const json_t **sorted,
			  enum replay_result result, const char *verdict, const char *title)
{
	if (!replay->counts[result])
		return;
	fputs(title, out);
	for (size_t i = 0; sorted[i]; i++)
		if (field_is(sorted[i], "verdict", verdict))
			change_print(out, sorted[i]);
}

static void untold_print(const struct replay *replay, FILE *out)
{
	const char *before = "  not told, for the records do not say: ";

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++) {
		if (!replay->untold[c])
			continue;
		fprintf(out, "%s%s (%" PRIu64 ")", before, word_of(&criterion_words, c),
			replay->untold[c]);
		before = ", ";
	}
	if (*before == ',')
		fputc('\n', out);
}

int replay_print(const struct replay *replay, FILE *out)
{
	auto_free const json_t **sorted = changes_sorted(replay);
	const uint64_t *counts = replay->counts;

	if (!sorted)
		return -ENOMEM;
	fprintf(out,
		"%" PRIu64 " as recorded, %" PRIu64 " newly denied, %" PRIu64
		" newly allowed, %" PRIu64 " not told, %" PRIu64 " decided by no policy\n",
		counts[REPLAY_SAME], counts[REPLAY_DENIES], counts[REPLAY_ALLOWS],
		counts[REPLAY_UNTOLD], counts[REPLAY_ASIDE]);
	changes_print(replay, out, sorted, REPLAY_DENIES, "deny", "newly denied:\n");
	changes_print(replay, out, sorted, REPLAY_ALLOWS, "allow", "newly allowed:\n");
	if (replay->unlisted)
		fprintf(out, "  %6" PRIu64 "  more, of other kinds\n", replay->unlisted);
	untold_print(replay, out);
	return 0;
}
