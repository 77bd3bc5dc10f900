/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many columns of a terminal a text takes, in any locale: most characters one, those of East
 * Asia and emoji two, and marks that are put on the one before none. Where terminals differ it is
 * rather one more than one too few, so that no line gets too long. Texts are valid UTF-8 without
 * control characters, as text_sanitize() makes them: an escape takes as many columns as it shows.
 */
#ifndef MODWARDEN_COLUMNS_H
#define MODWARDEN_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 0 to 2. */
unsigned int character_columns(uint32_t point);

/*
 * Bytes of the beginning of a text that takes at most so many columns, whole characters with their
 * marks; *taken: the columns that it does take.
 */
size_t columns_prefix(const char *text, size_t columns, size_t *taken);

/* A text, filled up with blanks to a width. One that is wider is cut and marked, if it may be. */
void columns_put(FILE *out, const char *text, size_t width, bool may_cut);

#endif
