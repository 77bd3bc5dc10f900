/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: words put one after another, broken at the page's width, perhaps in colours. */
#ifndef MODWARDEN_PAGE_H
#define MODWARDEN_PAGE_H

#include <stdbool.h>
#include <stdio.h>

enum page_style {
	PAGE_PLAIN,
	PAGE_BOLD,
	PAGE_DIM,
	PAGE_GOOD,
	PAGE_WARNING,
	PAGE_BAD,
	PAGE_STYLES,
};

struct page {
	FILE *out;
	unsigned int width;  /* columns; 0: no limit */
	bool colour;         /* styles are shown, as ANSI escape sequences */
	bool one_line;       /* paragraphs stand behind each other; with width 0 */
	unsigned int indent; /* of the lines after a break */
	unsigned int column;
	bool has_word; /* on this line */
	bool has_paragraph;
	bool has_failed; /* there was no memory for a part of it */
};

/* Begins a paragraph, indented; a label stands before its first line where it is not NULL. */
void page_begin(struct page *page, unsigned int indent, const char *label);

/*
 * Adds text, breaking it at blanks, and within words that no line could hold. The text must not
 * have control characters: see text_sanitize().
 */
void page_text(struct page *page, enum page_style style, const char *text);

__attribute__((format(printf, 3, 4))) void page_printf(struct page *page, enum page_style style,
						       const char *format, ...);

/* Adds a comma to the last word, if there is one on this line. */
void page_comma(struct page *page);

/* Fills the line up to a column with blanks, on a page with room for as much again behind it. */
void page_pad(struct page *page, unsigned int column);

/* A whole paragraph; the lines after a break are indented by so much more. */
__attribute__((format(printf, 4, 5))) void
page_paragraph(struct page *page, unsigned int indent, unsigned int more, const char *format, ...);

/* Ends the paragraph. */
void page_end(struct page *page);

#endif
