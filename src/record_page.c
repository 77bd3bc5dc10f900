// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_page.h"

#include <string.h>

#include "cleanup.h"
#include "escape.h"

#define TIME_SIZE       sizeof("YYYY-MM-DD HH:MM:SS.mmmZ")
#define TIME_OF_DAY_AT  11
#define HEADING_COLUMNS 10 /* of the longest one that is usual */

bool field_is(const json_t *object, const char *key, const char *word)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && !strcmp(text, word);
}

char *field_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? text_sanitize(text) : NULL;
}

char *page_field_text(struct page *page, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	char *safe = field_text(object, key);

	page->has_failed |= text && *text && !safe;
	return safe;
}

/* Backslashes are doubled or part of an escape already: one before a quote is told from those. */
static char *name_quote(const char *name)
{
	auto_free char *quoted = malloc(2 * strlen(name) + sizeof("\"\""));
	char *end = quoted;

	if (!quoted)
		return NULL;
	if (!strpbrk(name, " \"'`(),;:<>"))
		return strcpy(take_pointer(quoted), name);
	*end++ = '"';
	for (const char *c = name; *c; c++) {
		if (*c == '"')
			*end++ = '\\';
		*end++ = *c;
	}
	strcpy(end, "\"");
	return take_pointer(quoted);
}

void page_foreign(struct page *page, enum page_style style, const char *before, const char *text,
		  const char *after)
{
	auto_free char *shown = text_sanitize(text);
	auto_free char *name = shown ? name_quote(shown) : NULL;

	page->has_failed |= !name;
	if (name)
		page_printf(page, style, "%s%s%s", before, name, after);
}

bool page_field(struct page *page, enum page_style style, const char *before, const json_t *object,
		const char *key, const char *after)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !*text)
		return false;
	page_foreign(page, style, before, text, after);
	return true;
}

bool page_short_field(struct page *page, enum page_style style, const char *before,
		      const json_t *object, const char *key)
{
	auto_free char *text = page_field_text(page, object, key);
	size_t digits = text ? strspn(text, "0123456789abcdef") : 0;

	if (digits <= RECORD_SHORT_DIGEST || text[digits])
		return page_field(page, style, before, object, key, "");
	page_printf(page, style, "%s%.*s", before, RECORD_SHORT_DIGEST, text);
	return true;
}

bool page_number(struct page *page, const char *before, const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	if (!json_is_integer(number))
		return false;
	page_printf(page, PAGE_PLAIN, "%s%" JSON_INTEGER_FORMAT, before,
		    json_integer_value(number));
	return true;
}

void page_list(struct page *page, const char *before, const json_t *object, const char *key)
{
	const json_t *list = json_object_get(object, key);
	const json_t *item;
	size_t i;

	if (!json_array_size(list))
		return;
	page_text(page, PAGE_PLAIN, before);
	json_array_foreach (list, i, item) {
		const char *text = json_string_value(item);

		if (i)
			page_comma(page);
		if (text)
			page_foreign(page, PAGE_PLAIN, "", text, "");
	}
}

bool record_time_valid(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

/* Milliseconds are what people compare. */
static bool time_format(char out[TIME_SIZE], const json_t *object, const char *key)
{
	const char *time = json_string_value(json_object_get(object, key));

	if (!time || !record_time_valid(time))
		return false;
	snprintf(out, TIME_SIZE, "%.10s %.12sZ", time, &time[TIME_OF_DAY_AT]);
	return true;
}

void page_date(struct page *page, const json_t *object, const char *key)
{
	char time[TIME_SIZE];

	if (time_format(time, object, key))
		page_text(page, PAGE_DIM, time);
	else if (!page_field(page, PAGE_DIM, "", object, key, ""))
		page_text(page, PAGE_DIM, "(no time)");
}

void page_time_of_day(struct page *page, const char *before, const json_t *object, const char *key)
{
	char time[TIME_SIZE];

	if (time_format(time, object, key))
		page_printf(page, PAGE_PLAIN, "%s%s", before, &time[TIME_OF_DAY_AT]);
	else
		page_field(page, PAGE_PLAIN, before, object, key, "");
}

void page_prose(struct page *page, const char *label, const json_t *object, const char *key)
{
	auto_free char *text = page_field_text(page, object, key);

	if (!text)
		return;
	page_begin(page, RECORD_INDENT, label);
	if (page->one_line)
		page_field(page, PAGE_PLAIN, "", object, key, "");
	else
		page_text(page, PAGE_PLAIN, text);
	page_end(page);
}

void page_heading(struct page *page, const json_t *record, struct record_heading heading)
{
	unsigned int column;

	page_begin(page, 0, NULL);
	page->indent = RECORD_INDENT;
	if (!page->one_line)
		page_date(page, record, "time");
	column = page->column + 1 + HEADING_COLUMNS;
	page_text(page, heading.style, heading.text);
	page_pad(page, column);
}
