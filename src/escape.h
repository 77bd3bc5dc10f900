/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts from the kernel, from modules and from callers are bytes that an attacker chose. A record
 * carries them in a form that is valid UTF-8, that shows nothing but what it says, and from which
 * the very bytes can be had back:
 *
 *   \\      a backslash
 *   \xNN    one byte: of what is not valid UTF-8; of a control character; of a character that has
 *           no shape of its own or changes that of others (bidi controls, zero-width characters,
 *           line and paragraph separators, byte order marks, variation selectors, private use)
 *   \...    at the very end only: the kernel side read no further
 *
 * All else stands for itself. This is the value that a JSON reader sees; JSON's own quoting comes
 * on top of it and can be taken off without ever showing a terminal an escape sequence.
 */
#ifndef MODWARDEN_ESCAPE_H
#define MODWARDEN_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Escapes size bytes, NULs included; cut appends the mark of a text that goes on. Returns a string
 * to free, or NULL: no memory.
 */
char *bytes_escape(const char *bytes, size_t size, bool cut);

/*
 * Takes the escapes off; *size is the number of bytes, and a NUL stands behind them. Returns bytes
 * to free; NULL with errno EINVAL for a backslash that bytes_escape() never writes, or ENOMEM.
 */
char *bytes_unescape(const char *escaped, size_t *size, bool *cut);

/*
 * For showing a text that claims to be escaped but may come from anywhere: as bytes_escape(), but
 * backslashes stay as they are. Returns a string to free, or NULL: no memory.
 */
char *text_sanitize(const char *text);

/*
 * The words of a command line, each ended by a NUL, as a shell would take them: a word of other
 * characters than letters, digits and @%+=:,./_- stands in quotes. Returns *size bytes to free, not
 * escaped, or NULL: no memory.
 */
char *words_quote(const char *words, size_t words_size, size_t *size);

#endif
