/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escaping: what is shown, that nothing else is, and that every byte comes back. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

#include "escape.h"
#include "utf8.h"

#define RANDOM_TEXTS 20000

static const struct {
	const char *what;
	const char *bytes;
	const char *escaped;
} cases[] = {
	{ "plain", "e1000e", "e1000e" },
	{ "empty", "", "" },
	{ "blank", "a b", "a b" },
	{ "backslash", "a\\b", "a\\\\b" },
	{ "what looks like an escape", "\\x41", "\\\\x41" },
	{ "newline", "a\nb", "a\\x0ab" },
	{ "ESC", "\033[2J", "\\x1b[2J" },
	{ "DEL", "\x7f", "\\x7f" },
	{ "letters beyond ASCII",
	  "gr\xc3\xb6\xc3\x9f"
	  "e",
	  "gr\xc3\xb6\xc3\x9f"
	  "e" },
	{ "emoji", "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
	{ "C1 control",
	  "\xc2\x9b"
	  "2J",
	  "\\xc2\\x9b2J" },
	{ "bare continuation", "\x80", "\\x80" },
	{ "truncated character", "a\xe2\x82", "a\\xe2\\x82" },
	{ "overlong slash", "\xc0\xaf", "\\xc0\\xaf" },
	{ "surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "beyond U+10FFFF", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	{ "line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
	{ "right-to-left override",
	  "\xe2\x80\xae"
	  "ok",
	  "\\xe2\\x80\\xaeok" },
	{ "isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
	{ "zero-width space", "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },
	{ "byte order mark", "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },
	{ "tag character", "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },
	{ "soft hyphen", "\xc2\xad", "\\xc2\\xad" },
};

static void shows_each_kind_of_byte_as_documented(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *escaped = bytes_escape(cases[i].bytes, strlen(cases[i].bytes), false);

		if (strcmp(escaped, cases[i].escaped))
			fail_msg("%s: '%s'", cases[i].what, escaped);
		free(escaped);
	}
}

/* All that a terminal or a line reader could take for more than a character with a shape. */
static bool is_harmless(const char *text)
{
	size_t length;

	for (const char *at = text; *at; at += length) {
		length = utf8_length(at, strlen(at));
		if (!length || (unsigned char)*at < ' ' || *at == 0x7f)
			return false;
		if (!strncmp(at, "\xe2\x80\xa8", 3) || !strncmp(at, "\xe2\x80\xae", 3))
			return false;
		if ((unsigned char)at[0] == 0xc2 && (unsigned char)at[1] < 0xa0)
			return false;
	}
	return true;
}

/* Half of it from pieces that matter, half any byte. */
static size_t random_bytes(char *out, size_t max)
{
	size_t size = rand() % max;

	for (size_t i = 0; i < size; i++) {
		static const char pieces[] =
			"\\x\xe2\x80\xae\xa8\n\033 a\"'/.\xf0\x9f\x90\xa7\xc2\x9b";

		out[i] = rand() % 2 ? pieces[rand() % sizeof(pieces)] : rand();
	}
	return size;
}

static void any_bytes_come_back(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char bytes[64];
		size_t size = random_bytes(bytes, sizeof(bytes)), back_size;
		bool cut = rand() % 2, back_cut;
		char *escaped = bytes_escape(bytes, size, cut);
		char *back = bytes_unescape(escaped, &back_size, &back_cut);

		assert_true(is_harmless(escaped));
		assert_non_null(back);
		assert_int_equal(back_size, size);
		assert_memory_equal(back, bytes, size);
		assert_int_equal(back_cut, cut);
		free(back);
		free(escaped);
	}
}

static void json_takes_whatever_is_escaped(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char bytes[64];
		char *escaped = bytes_escape(bytes, random_bytes(bytes, sizeof(bytes)), false);
		json_t *json = json_pack("[s]", escaped);
		char *line = json_dumps(json, JSON_COMPACT);
		json_t *back = json_loads(line, 0, NULL);

		assert_non_null(back);
		assert_null(strchr(line, '\n'));
		assert_true(json_equal(json, back));
		json_decref(back);
		json_decref(json);
		free(line);
		free(escaped);
	}
}

static void refuses_what_it_never_writes(void **state)
{
	static const char *const bad[] = { "\\",    "\\y",   "\\x",    "\\x4",
					   "\\x4g", "\\xAB", "\\...x", "a\\.." };
	size_t size;
	bool cut;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		errno = 0;
		assert_null(bytes_unescape(bad[i], &size, &cut));
		assert_int_equal(errno, EINVAL);
	}
}

static void sanitizing_what_is_escaped_changes_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char bytes[64];
		char *escaped = bytes_escape(bytes, random_bytes(bytes, sizeof(bytes)), i % 2);
		char *shown = text_sanitize(escaped);

		assert_string_equal(shown, escaped);
		free(shown);
		free(escaped);
	}
}

static void sanitizing_leaves_nothing_harmful(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char bytes[64];
		char *shown;

		bytes[random_bytes(bytes, sizeof(bytes))] = '\0';
		shown = text_sanitize(bytes);
		assert_true(is_harmless(shown));
		free(shown);
	}
}

static void quotes_only_words_that_need_it(void **state)
{
	static const char words[] = "modprobe\0-r\0/lib/a.ko\0a b\0it's\0\0$HOME\0x=1";
	size_t size;
	char *quoted = words_quote(words, sizeof(words), &size);

	(void)state;
	assert_string_equal(quoted, "modprobe -r /lib/a.ko 'a b' 'it'\"'\"'s' '' '$HOME' x=1");
	assert_int_equal(size, strlen(quoted));
	free(quoted);
}

/* Words of random characters, with their NULs. */
static size_t random_words(char *out, size_t max, unsigned int *count)
{
	size_t size = 1 + rand() % (max - 1);

	*count = 0;
	for (size_t i = 0; i < size; i++) {
		out[i] = rand() % 4 ? 1 + rand() % 126 : "'\"\\ $`\0"[rand() % 7];
		if (i == size - 1)
			out[i] = '\0';
		*count += !out[i];
	}
	return size;
}

static void a_shell_reads_the_words_back(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char words[48];
		unsigned int count;
		size_t size = random_words(words, sizeof(words), &count), quoted_size;
		char *quoted = words_quote(words, size, &quoted_size);
		const char *word = words;
		wordexp_t expanded;

		assert_int_equal(wordexp(quoted, &expanded, WRDE_NOCMD | WRDE_UNDEF), 0);
		assert_int_equal(expanded.we_wordc, count);
		for (unsigned int w = 0; w < count; w++, word += strlen(word) + 1)
			assert_string_equal(expanded.we_wordv[w], word);
		wordfree(&expanded);
		free(quoted);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_each_kind_of_byte_as_documented),
		cmocka_unit_test(any_bytes_come_back),
		cmocka_unit_test(json_takes_whatever_is_escaped),
		cmocka_unit_test(refuses_what_it_never_writes),
		cmocka_unit_test(sanitizing_what_is_escaped_changes_nothing),
		cmocka_unit_test(sanitizing_leaves_nothing_harmful),
		cmocka_unit_test(quotes_only_words_that_need_it),
		cmocka_unit_test(a_shell_reads_the_words_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
