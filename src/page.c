// SPDX-License-Identifier: GPL-2.0-or-later
#include "page.h"

#include <stdarg.h>
#include <string.h>

#include "cleanup.h"
#include "columns.h"
#include "utf8.h"

#define LABEL_COLUMNS 7  /* of a label and the blanks behind it */
#define WIDTH_MIN     32 /* nothing can be laid out below that */

static const char *const style_codes[PAGE_STYLES] = {
	[PAGE_PLAIN] = "",        [PAGE_BOLD] = "\033[1m",       [PAGE_DIM] = "\033[2m",
	[PAGE_GOOD] = "\033[32m", [PAGE_WARNING] = "\033[1;33m", [PAGE_BAD] = "\033[1;31m",
};
static const char style_reset[] = "\033[0m";

/* Columns of the character that begins here, and its bytes. */
static unsigned int columns_at(const char *at, size_t size, size_t *bytes)
{
	*bytes = utf8_length(at, size) ?: 1;
	return character_columns(utf8_point(at, *bytes));
}

static unsigned int word_columns(const char *word, size_t size)
{
	unsigned int columns = 0;
	size_t bytes;

	for (size_t at = 0; at < size; at += bytes)
		columns += columns_at(&word[at], size - at, &bytes);
	return columns;
}

/* One column stays free for a comma. */
static unsigned int page_limit(const struct page *page)
{
	if (!page->width)
		return ~0U;
	return (page->width < WIDTH_MIN ? WIDTH_MIN : page->width) - 1;
}

static void page_break(struct page *page)
{
	fprintf(page->out, "\n%*s", (int)page->indent, "");
	page->column = page->indent;
	page->has_word = false;
}

/* Names with a semicolon or a colon in them are quoted: none can pose as a paragraph. */
static void page_begin_behind(struct page *page, const char *label)
{
	fprintf(page->out, "%s%s%s", page->has_paragraph ? "; " : "", label ?: "",
		label ? ": " : "");
	page->has_paragraph = true;
	page->has_word = false;
}

void page_begin(struct page *page, unsigned int indent, const char *label)
{
	if (page->one_line) {
		page_begin_behind(page, label);
		return;
	}
	fprintf(page->out, "%*s", (int)indent, "");
	page->column = indent;
	page->indent = indent;
	page->has_word = false;
	if (label) {
		fprintf(page->out, "%s%-*s%s", page->colour ? style_codes[PAGE_DIM] : "",
			LABEL_COLUMNS, label, page->colour ? style_reset : "");
		page->column += LABEL_COLUMNS;
		page->indent += LABEL_COLUMNS;
	}
}

void page_comma(struct page *page)
{
	if (!page->has_word)
		return;
	fputc(',', page->out);
	page->column++;
}

void page_pad(struct page *page, unsigned int column)
{
	if (page->one_line || 2 * column > page_limit(page) || column <= page->column)
		return;
	fprintf(page->out, "%*s", (int)(column - page->column), "");
	page->column = column;
}

void page_end(struct page *page)
{
	if (!page->one_line)
		fputc('\n', page->out);
	page->column = 0;
}

static void page_put(struct page *page, const char *word, size_t size)
{
	unsigned int limit = page_limit(page);
	size_t bytes;

	for (size_t at = 0; at < size; at += bytes) {
		unsigned int columns = columns_at(&word[at], size - at, &bytes);

		if (page->column + columns > limit)
			page_break(page);
		fwrite(&word[at], 1, bytes, page->out);
		page->column += columns;
	}
}

static void page_word(struct page *page, enum page_style style, const char *word, size_t size)
{
	bool is_styled = page->colour && style != PAGE_PLAIN;
	unsigned int columns = word_columns(word, size);

	if (page->has_word && page->column + 1ULL + columns > page_limit(page)) {
		page_break(page);
	} else if (page->has_word) {
		fputc(' ', page->out);
		page->column++;
	}
	if (is_styled)
		fputs(style_codes[style], page->out);
	page_put(page, word, size);
	page->has_word = true;
	if (is_styled)
		fputs(style_reset, page->out);
}

void page_text(struct page *page, enum page_style style, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, " ");

		if (size)
			page_word(page, style, text, size);
		text += size;
		text += strspn(text, " ");
	}
}

static void page_format(struct page *page, enum page_style style, const char *format, va_list args)
{
	auto_free char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		page->has_failed = true;
		return;
	}
	page_text(page, style, text);
}

void page_printf(struct page *page, enum page_style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	page_format(page, style, format, args);
	va_end(args);
}

void page_paragraph(struct page *page, unsigned int indent, unsigned int more, const char *format,
		    ...)
{
	va_list args;

	page_begin(page, indent, NULL);
	page->indent += more;
	va_start(args, format);
	page_format(page, PAGE_PLAIN, format, args);
	va_end(args);
	page_end(page);
}
