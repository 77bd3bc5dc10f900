/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of a record on a page. Everything shown passes through here: what a record says, of
 * whatever type and from wherever it came, is made fit for a terminal, and what is not one plain
 * word is put in double quotes, so that it cannot pose as a part of the text around it.
 */
#ifndef MODWARDEN_RECORD_PAGE_H
#define MODWARDEN_RECORD_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "page.h"

#define RECORD_INDENT       4
#define RECORD_SHORT_DIGEST 12 /* digits shown of a digest or a container id */

struct record_heading {
	const char *text;
	enum page_style style;
};

/* The field is a string and this one. */
bool field_is(const json_t *object, const char *key, const char *word);

/* The text of a field, without control characters; NULL where it has none. Free it. */
char *field_text(const json_t *object, const char *key);

/* The same, and the page knows where there was no memory for it. */
char *page_field_text(struct page *page, const json_t *object, const char *key);

/* Adds a text that someone else chose, with text of our own around it. */
void page_foreign(struct page *page, enum page_style style, const char *before, const char *text,
		  const char *after);

/* Adds a field with the text around it. False: the field has none, and nothing was added. */
bool page_field(struct page *page, enum page_style style, const char *before, const json_t *object,
		const char *key, const char *after);

/* The same for the first digits of a digest or an id. */
bool page_short_field(struct page *page, enum page_style style, const char *before,
		      const json_t *object, const char *key);

bool page_number(struct page *page, const char *before, const json_t *object, const char *key);

/* Adds the strings of an array, if there are any. */
void page_list(struct page *page, const char *before, const json_t *object, const char *key);

/* RFC 3339 as records have it: UTC, microseconds. Such texts are in the order of their times. */
bool record_time_valid(const char *text);

/* Adds a time: as date and time of day, or as time of day only. */
void page_date(struct page *page, const json_t *object, const char *key);
void page_time_of_day(struct page *page, const char *before, const json_t *object, const char *key);

/* A paragraph for a field of prose: with nothing behind it on the line, it needs no quotes. */
void page_prose(struct page *page, const char *label, const json_t *object, const char *key);

/* Begins a record's first paragraph; with the time, unless all is on one line. */
void page_heading(struct page *page, const json_t *record, struct record_heading heading);

/* Adds a record of type operation: record_text_operation.c. */
void page_operation(struct page *page, const json_t *record);

/* Under which id a record is found again, and what lets a denied load in. */
void page_see(struct page *page, const json_t *record);

#endif
