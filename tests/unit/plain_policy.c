// SPDX-License-Identifier: GPL-2.0-or-later
#include "plain_policy.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define array_size(array) (sizeof(array) / sizeof(*(array)))

/* In this order, all criteria together are the least of them, and a list is the most of its words. */
enum truth {
	NO,
	MAYBE,
	YES,
};

/* ---- globs ---- */

static bool same_character(enum plain_key key, char a, char b)
{
	if (key == PLAIN_MODULE || key == PLAIN_ALIAS) {
		a = a == '-' ? '_' : a;
		b = b == '-' ? '_' : b;
	}
	return a == b;
}

/* All ways there are to match are tried. */
static bool glob_matches(enum plain_key key, const char *glob, const char *text)
{
	bool goes_over = *text && (*text != '/' || key == PLAIN_ALIAS);

	if (glob[0] == '*' && glob[1] == '*')
		return glob_matches(key, glob + 2, text) ||
		       (*text && glob_matches(key, glob, text + 1));
	if (*glob == '*')
		return glob_matches(key, glob + 1, text) ||
		       (goes_over && glob_matches(key, glob, text + 1));
	if (!*glob || !*text)
		return *glob == *text;
	if (*glob == '?' ? !goes_over : !same_character(key, *glob, *text))
		return false;
	return glob_matches(key, glob + 1, text + 1);
}

/* ---- one word of one key ---- */

static bool text_is(enum plain_key key, const char *word, const char *text)
{
	if (key == PLAIN_CONTAINER && !strcmp(word, "none"))
		return !text;
	if (key == PLAIN_CONTAINER && !strcmp(word, "any"))
		return text;
	return text && glob_matches(key, word, text);
}

static bool id_is(const char *word, uint32_t id)
{
	char *end;
	uint32_t low;

	if (*word == '!')
		return !id_is(word + 1, id);
	if (!strcmp(word, "unset"))
		return id == PLAIN_UNSET;
	low = strtoul(word, &end, 10);
	if (!*end)
		return id == low;
	if (!end[1])
		return id >= low && id != PLAIN_UNSET;
	return id >= low && id <= strtoul(end + 1, NULL, 10);
}

static bool is_listed(const char *word, const struct plain_operation *operation, size_t digests)
{
	for (size_t i = 0; i < digests; i++)
		if (!strcmp(word, operation->digests[i]))
			return true;
	return false;
}

static enum truth word_holds(enum plain_key key, const char *word,
			     const struct plain_operation *operation,
			     const struct plain_known *known)
{
	bool is_known = known->keys & 1U << key;

	if (key == PLAIN_SHA256) /* a second one may come, which takes none away */
		return is_listed(word, operation, known->digests) ? YES : is_known ? NO : MAYBE;
	if (!is_known)
		return MAYBE;
	switch (key) {
	case PLAIN_UID:
	case PLAIN_AUID:
		return id_is(word, operation->ids[key == PLAIN_AUID]) ? YES : NO;
	case PLAIN_SIGNED:
		return operation->is_signed == !strcmp(word, "true") ? YES : NO;
	case PLAIN_SOURCE:
		return operation->is_from_memory == !strcmp(word, "memory") ? YES : NO;
	default:
		return text_is(key, word, operation->texts[key]) ? YES : NO;
	}
}

/* ---- a rule, and all of them ---- */

static bool is_of_who(enum plain_key key)
{
	return key == PLAIN_UID || key == PLAIN_AUID || key == PLAIN_CONTAINER ||
	       key == PLAIN_LOADER;
}

static enum truth key_holds(const struct plain_rule *rule, enum plain_key key,
			    const struct plain_operation *operation,
			    const struct plain_known *known)
{
	enum truth most = NO;

	if (operation->is_for_nobody && is_of_who(key) && known->keys & 1U << key)
		return rule->allows ? NO : YES;
	for (size_t i = 0; i < PLAIN_WORDS && rule->words[key][i]; i++) {
		enum truth one = word_holds(key, rule->words[key][i], operation, known);

		most = one > most ? one : most;
	}
	return most;
}

static enum truth rule_holds(const struct plain_rule *rule, const struct plain_operation *operation,
			     const struct plain_known *known)
{
	enum truth least = YES;

	for (enum plain_key key = 0; key < PLAIN_KEYS; key++) {
		enum truth one =
			rule->words[key][0] ? key_holds(rule, key, operation, known) : YES;

		least = one < least ? one : least;
	}
	return least;
}

struct plain_verdict plain_decide(const struct plain_policy *policy,
				  const struct plain_operation *operation,
				  const struct plain_known *known)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct plain_rule *rule = &policy->rules[i];
		enum truth holds =
			rule->speaks_of[operation->kind] ? rule_holds(rule, operation, known) : NO;

		if (holds == YES)
			return (struct plain_verdict){ rule->allows ? PLAIN_ALLOW : PLAIN_DENY,
						       (int)i, false };
		if (holds == MAYBE)
			return (struct plain_verdict){
				PLAIN_PENDING, (int)i,
				rule->words[PLAIN_MODULE][0] &&
					!(known->keys & PLAIN_BIT(MODULE)),
			};
	}
	return (struct plain_verdict){
		operation->kind != PLAIN_LOAD || policy->default_allows ? PLAIN_ALLOW : PLAIN_DENY,
		-1,
		false,
	};
}

/* ---- random ones ---- */

#define SIXTEEN(digit) digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit
#define HEX(digit)     SIXTEEN(digit) SIXTEEN(digit) SIXTEEN(digit) SIXTEEN(digit)

#define VALUES 8

/* What rules say of each key, and what an operation can have there. */
static const struct {
	const char *name;
	bool is_of[PLAIN_KINDS];
	bool is_one_word;
	const char *words[VALUES];
	const char *texts[VALUES];
} keys[PLAIN_KEYS] = {
	[PLAIN_MODULE] = { "module",
			   { true, true, false },
			   false,
			   { "nvidia", "nvidia-*", "*", "snd_?da*", "?1000", "**a", "n*a*m" },
			   { "nvidia", "nvidia-drm", "nvidia_drm", "snd_hda_intel", "e1000", "a" } },
	[PLAIN_PATH] = { "path",
			 { true, false, false },
			 false,
			 { "/lib/modules/**", "/lib/*", "**/d.ko", "/tmp/?.ko", "**",
			   "/*/modules/*/*.ko", "/lib/modules/6.1/d.ko", "/**/m*s/**.ko" },
			 { "/lib/modules/6.1/d.ko", "/lib/modules/d.ko", "/lib/d.ko", "/tmp/d.ko",
			   "/tmp/x/d.ko", "/memfd:a", "/" } },
	[PLAIN_FILESYSTEM] = { "filesystem",
			       { true, false, false },
			       false,
			       { "ext4", "ext?", "*", "xfs", "t*fs" },
			       { "ext4", "ext3", "xfs", "tmpfs", "overlay" } },
	[PLAIN_LOADER] = { "loader",
			   { true, true, true },
			   false,
			   { "/usr/bin/kmod", "/usr/**", "**", "/usr/*", "**/kmod", "/*/?bin/kmod" },
			   { "/usr/bin/kmod", "/usr/sbin/kmod", "/tmp/kmod", "/usr/x" } },
	[PLAIN_CONTAINER] = { "container",
			      { true, true, true },
			      false,
			      { "none", "any", "4*", "*", "?a*", HEX("4") },
			      { NULL, HEX("4"), HEX("a"), HEX("0") } },
	[PLAIN_ALIAS] = { "alias",
			  { false, false, true },
			  false,
			  { "net-pf-*", "crypto-*", "fs_xfs", "*", "net_pf_?0", "c**b", "*-?" },
			  { "net-pf-10", "net_pf_1", "crypto-a/b", "fs-xfs", "fs/xfs" } },
	[PLAIN_UID] = { "uid",
			{ true, true, true },
			false,
			{ "0", "1000", "1000-1999", "1000-", "!0", "!1000-1999", "0-999", "!1-" },
			{ "0", "1", "999", "1000", "1999", "2000", "4294967294" } },
	[PLAIN_AUID] = { "auid",
			 { true, true, true },
			 false,
			 { "0", "unset", "1000-1999", "1000-", "!unset", "!1000-1999", "0-",
			   "!1000-" },
			 { "0", "999", "1000", "1999", "2000", "4294967294", "4294967295" } },
	[PLAIN_SHA256] = { "sha256",
			   { true, false, false },
			   false,
			   { HEX("1"), HEX("2"), HEX("3"), HEX("e") },
			   { HEX("1"), HEX("2"), HEX("3"), HEX("e"), HEX("f") } },
	[PLAIN_SIGNED] = { "signed", { true, false, false }, true, { "true", "false" }, { NULL } },
	[PLAIN_SOURCE] = { "source",
			   { true, false, false },
			   false,
			   { "file", "memory" },
			   { NULL } },
};

/* splitmix64 */
uint32_t plain_below(struct plain_random *random, uint32_t bound)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

/* One in so many. */
static bool chance(struct plain_random *random, uint32_t bound)
{
	return !plain_below(random, bound);
}

static size_t values_count(const char *const values[VALUES], bool may_be_null)
{
	size_t count = 0;

	while (count < VALUES && (values[count] || (!count && may_be_null)))
		count++;
	return count;
}

static void rule_say(struct plain_random *random, struct plain_rule *rule, enum plain_key key,
		     size_t words_max)
{
	size_t count = keys[key].is_one_word ? 1 : 1 + plain_below(random, words_max);
	size_t values = values_count(keys[key].words, false);
	size_t first = plain_below(random, values);

	/* A word is not there twice. */
	for (size_t i = 0; i < count && i < values; i++)
		rule->words[key][i] = keys[key].words[(first + i) % values];
}

static bool rule_may_say(const struct plain_rule *rule, enum plain_key key)
{
	for (enum plain_kind kind = 0; kind < PLAIN_KINDS; kind++)
		if (rule->speaks_of[kind] && !keys[key].is_of[kind])
			return false;
	return true;
}

static bool rule_is_bare(const struct plain_rule *rule)
{
	for (enum plain_key key = 0; key < PLAIN_KEYS; key++)
		if (rule->words[key][0])
			return false;
	return true;
}

/* What comes from memory has no file: a rule that wants both is an error. */
static void rule_mend(struct plain_rule *rule)
{
	if ((rule->words[PLAIN_PATH][0] || rule->words[PLAIN_FILESYSTEM][0]) &&
	    rule->words[PLAIN_SOURCE][0] && !strcmp(rule->words[PLAIN_SOURCE][0], "memory"))
		rule->words[PLAIN_SOURCE][0] = "file";
	if (rule->words[PLAIN_SOURCE][1])
		rule->words[PLAIN_SOURCE][1] =
			strcmp(rule->words[PLAIN_SOURCE][0], "file") ? "file" : "memory";
}

/* Of many rules most are to be passed over, so that the last ones, too, come to decide. */
static void rule_say_more(struct plain_random *random, struct plain_rule *rule)
{
	size_t said = 0;

	for (enum plain_key key = 0; key < PLAIN_KEYS; key++)
		said += !!rule->words[key][0];
	for (int tries = 0; said < 5 && tries < 100; tries++) {
		enum plain_key key = plain_below(random, PLAIN_KEYS);

		if (rule->words[key][0] || !rule_may_say(rule, key))
			continue;
		rule_say(random, rule, key, 1);
		said++;
	}
}

static void rule_random(struct plain_random *random, struct plain_rule *rule, bool is_of_many)
{
	uint32_t kinds = chance(random, 2) ? 1 : 1 + plain_below(random, 7);
	uint32_t rarity = 2 + plain_below(random, 6);

	memset(rule, 0, sizeof(*rule));
	rule->allows = chance(random, 2);
	for (enum plain_kind kind = 0; kind < PLAIN_KINDS; kind++)
		rule->speaks_of[kind] = kinds >> kind & 1;
	for (enum plain_key key = 0; key < PLAIN_KEYS; key++)
		if (rule_may_say(rule, key) && chance(random, rarity))
			rule_say(random, rule, key, is_of_many ? 1 : PLAIN_WORDS);
	if (is_of_many)
		rule_say_more(random, rule);
	rule_mend(rule);
}

/* Nothing comes behind a rule without criteria: for the parser, that is an error. */
void plain_policy_random(struct plain_random *random, struct plain_policy *policy)
{
	size_t count = plain_below(random, chance(random, 100) ? PLAIN_RULES + 1 : 9);
	bool is_many = count > 16;

	policy->default_allows = chance(random, 3);
	policy->count = 0;
	while (policy->count < count) {
		struct plain_rule *rule = &policy->rules[policy->count];

		rule_random(random, rule, is_many);
		if (rule_is_bare(rule) && policy->count + 1 < count)
			continue;
		policy->count++;
	}
}

static const char *text_random(struct plain_random *random, enum plain_key key)
{
	bool may_be_null = key == PLAIN_CONTAINER;

	return keys[key].texts[plain_below(random,
					   values_count(keys[key].texts, may_be_null))];
}

void plain_operation_random(struct plain_random *random, struct plain_operation *operation)
{
	*operation = (struct plain_operation){
		.kind = chance(random, 2) ? PLAIN_LOAD : plain_below(random, PLAIN_KINDS),
		.ids = { strtoul(text_random(random, PLAIN_UID), NULL, 10),
			 strtoul(text_random(random, PLAIN_AUID), NULL, 10) },
		.digest_count = 1 + plain_below(random, PLAIN_DIGESTS),
		.is_signed = chance(random, 2),
		.is_from_memory = chance(random, 3),
	};
	for (enum plain_key key = 0; key <= PLAIN_ALIAS; key++)
		operation->texts[key] = text_random(random, key);
	for (size_t i = 0; i < PLAIN_DIGESTS; i++)
		operation->digests[i] = text_random(random, PLAIN_SHA256);
	if (operation->is_from_memory)
		operation->texts[PLAIN_PATH] = operation->texts[PLAIN_FILESYSTEM] = NULL;
	operation->is_for_nobody = operation->kind == PLAIN_AUTOLOAD && chance(random, 3);
}

#define WHO (PLAIN_BIT(UID) | PLAIN_BIT(AUID) | PLAIN_BIT(LOADER) | PLAIN_BIT(CONTAINER))

/* Each may not be to be had: a path that is too long, a cgroup that cannot be walked. */
static uint32_t some_lost(struct plain_random *random, uint32_t keys_known)
{
	while (chance(random, 4))
		keys_known &= ~(1U << plain_below(random, PLAIN_KEYS));
	return keys_known;
}

size_t plain_gates_random(struct plain_random *random, const struct plain_operation *operation,
			  struct plain_gate gates[PLAIN_GATES])
{
	struct plain_known known = { some_lost(random, WHO), 0 };
	bool is_packed = chance(random, 3), is_huge = chance(random, 16);
	bool shows_both = operation->digest_count == 2;
	size_t count = 0;

	if (operation->kind != PLAIN_LOAD) {
		known.keys |= some_lost(random, operation->kind == PLAIN_UNLOAD ? PLAIN_BIT(MODULE)
										: PLAIN_BIT(ALIAS));
		gates[count++] = (struct plain_gate){ known, true };
		return count;
	}
	known.keys |= some_lost(random, PLAIN_BIT(PATH) | PLAIN_BIT(FILESYSTEM));
	known.keys |= PLAIN_BIT(SOURCE);
	if (operation->is_from_memory)
		known.keys |= PLAIN_BIT(PATH) | PLAIN_BIT(FILESYSTEM);
	gates[count++] = (struct plain_gate){ known, false };
	if (!is_huge && shows_both) { /* as stored, then unpacked */
		known.digests = 1;
		gates[count++] = (struct plain_gate){ known, false };
	}
	if (!is_huge) {
		known.digests = operation->digest_count;
		known.keys |= PLAIN_BIT(SHA256);
	}
	if (shows_both || !is_packed)
		known.keys |= some_lost(random, PLAIN_BIT(MODULE));
	gates[count++] = (struct plain_gate){ known, false };
	if (operation->is_signed) {
		known.keys |= PLAIN_BIT(MODULE);
		gates[count++] = (struct plain_gate){ known, false };
	}
	known.keys |= PLAIN_BIT(SIGNED);
	gates[count++] = (struct plain_gate){ known, true };
	return count;
}

/* ---- as a file ---- */

__attribute__((format(printf, 4, 5))) static void add(char *text, size_t size, size_t *used,
						      const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text + *used, size - *used, format, args);
	va_end(args);
	assert(length >= 0 && (size_t)length < size - *used);
	*used += length;
}

size_t plain_policy_write(const struct plain_policy *policy, char *text, size_t size)
{
	static const char *const kinds[] = { "load", "unload", "autoload" };
	size_t used = 0;

	add(text, size, &used, "version: 1\ndefault: %s\nrules:%s\n",
	    policy->default_allows ? "allow" : "deny", policy->count ? "" : " []");
	for (size_t i = 0; i < policy->count; i++) {
		const struct plain_rule *rule = &policy->rules[i];
		const char *comma = "";

		add(text, size, &used, "- name: r%zu\n  %s: [", i, rule->allows ? "allow" : "deny");
		for (enum plain_kind kind = 0; kind < PLAIN_KINDS; kind++)
			if (rule->speaks_of[kind]) {
				add(text, size, &used, "%s%s", comma, kinds[kind]);
				comma = ", ";
			}
		add(text, size, &used, "]\n");
		for (enum plain_key key = 0; key < PLAIN_KEYS; key++) {
			if (!rule->words[key][0])
				continue;
			add(text, size, &used, "  %s: ", keys[key].name);
			if (keys[key].is_one_word) {
				add(text, size, &used, "%s\n", rule->words[key][0]);
				continue;
			}
			for (size_t n = 0; n < PLAIN_WORDS && rule->words[key][n]; n++)
				add(text, size, &used, "%s\"%s\"", n ? ", " : "[",
				    rule->words[key][n]);
			add(text, size, &used, "]\n");
		}
	}
	return used;
}
