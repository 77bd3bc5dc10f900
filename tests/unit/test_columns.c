/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of a terminal: never fewer than it takes, whatever the locale is. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "columns.h"
#include "escape.h"
#include "utf8.h"

#define LAST 0x10ffff

static void characters_take_none_one_or_two(void **state)
{
	static const struct {
		uint32_t point;
		unsigned int columns;
	} cases[] = {
		{ 'a', 1 },     { '~', 1 },      { 0xe9, 1 },    { 0x2ff, 1 },   { 0x300, 0 },
		{ 0x36f, 0 },   { 0x370, 1 },    { 0x5d0, 1 },   { 0x10ff, 1 },  { 0x1100, 2 },
		{ 0x20dd, 0 },  { 0x2026, 1 },   { 0x20ac, 1 },  { 0x2502, 1 },  { 0x231a, 2 },
		{ 0x3000, 2 },  { 0x3042, 2 },   { 0x302a, 0 },  { 0x303f, 1 },  { 0x4e2d, 2 },
		{ 0xac00, 2 },  { 0xff21, 2 },   { 0xff61, 1 },  { 0x1f600, 2 }, { 0x20000, 2 },
		{ 0x3fffd, 2 }, { 0x10ffff, 1 }, { 0x1d400, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(character_columns(cases[i].point), cases[i].columns);
}

static bool is_shown(uint32_t point)
{
	char text[8];
	mbstate_t before = {};
	size_t length = wcrtomb(text, (wchar_t)point, &before);
	char *shown;
	bool is_same;

	if (length == (size_t)-1)
		return false;
	text[length] = '\0';
	shown = text_sanitize(text);
	assert_non_null(shown);
	is_same = !strcmp(shown, text);
	free(shown);
	return is_same;
}

static void none_takes_more_than_the_c_library_says(void **state)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL), before;
	unsigned int wide = 0;

	(void)state;
	if (!utf8)
		skip(); /* without the locale it knows of no other characters */
	before = uselocale(utf8);
	for (uint32_t point = 1; point <= LAST; point++) {
		int columns = wcwidth((wchar_t)point);

		if (columns <= (int)character_columns(point) || !is_shown(point))
			continue;
		print_error("U+%04X takes %d\n", point, columns);
		wide++;
	}
	uselocale(before);
	freelocale(utf8);
	assert_int_equal(wide, 0);
}

static void fits(const char *text, size_t columns, const char *expected, size_t taken)
{
	size_t its;
	size_t size = columns_prefix(text, columns, &its);

	assert_int_equal(size, strlen(expected));
	assert_memory_equal(text, expected, size);
	assert_int_equal(its, taken);
}

static void a_prefix_has_whole_characters_with_their_marks(void **state)
{
	(void)state;
	fits("abc", 2, "ab", 2);
	fits("abc", 3, "abc", 3);
	fits("abc", SIZE_MAX, "abc", 3);
	fits("", 3, "", 0);
	fits("\xc3\xa9t\xc3\xa9", 2, "\xc3\xa9t", 2);
	fits("e\xcc\x81\xcc\x81x", 1, "e\xcc\x81\xcc\x81", 1);
	fits("\xe4\xb8\xad\xe6\x96\x87", 3, "\xe4\xb8\xad", 2);
	fits("\xf0\x9f\x98\x80", 1, "", 0);
	fits("\\x1bx", 4, "\\x1b", 4);
}

static void puts_it(const char *text, size_t width, bool may_cut, const char *expected)
{
	char *written = NULL;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	assert_non_null(out);
	columns_put(out, text, width, may_cut);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(written, expected);
	free(written);
}

static void a_cell_has_its_width(void **state)
{
	(void)state;
	puts_it("abc", 5, true, "abc  ");
	puts_it("abcde", 5, true, "abcde");
	puts_it("abcdef", 5, true, "abcd~");
	puts_it("abcdef", 5, false, "abcdef");
	puts_it("e\xcc\x81", 3, true, "e\xcc\x81  ");
	puts_it("\xe4\xb8\xad\xe6\x96\x87", 5, true, "\xe4\xb8\xad\xe6\x96\x87 ");
	puts_it("\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97", 5, true, "\xe4\xb8\xad\xe6\x96\x87~");
	puts_it("\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97", 4, true, "\xe4\xb8\xad~ ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_take_none_one_or_two),
		cmocka_unit_test(none_takes_more_than_the_c_library_says),
		cmocka_unit_test(a_prefix_has_whole_characters_with_their_marks),
		cmocka_unit_test(a_cell_has_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
