// SPDX-License-Identifier: GPL-2.0-or-later
#include "escape.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "memory_stream.h"
#include "utf8.h"

#define CUT_MARK     "\\..."
#define ESCAPED_SIZE 4 /* \xNN, the most that one byte becomes */

struct range {
	uint32_t low;
	uint32_t high;
};

/* Sorted: general categories Cc, Cf, Zl, Zp, Co, noncharacters, fillers that show as nothing. */
static const struct range unshowable[] = {
	{ 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
	{ 0x0600, 0x0605 },   { 0x061c, 0x061c },   { 0x06dd, 0x06dd },   { 0x070f, 0x070f },
	{ 0x0890, 0x0891 },   { 0x08e2, 0x08e2 },   { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },   { 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0x3164, 0x3164 },   { 0xe000, 0xf8ff },   { 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0xfffe, 0xffff },
	{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0x1fffe, 0x1ffff }, { 0x2fffe, 0x2ffff }, { 0x3fffe, 0x10ffff },
};

static bool is_showable(uint32_t point)
{
	for (size_t i = 0; i < sizeof(unshowable) / sizeof(*unshowable); i++)
		if (point <= unshowable[i].high)
			return point < unshowable[i].low;
	return true;
}

/* Bytes of the character that begins here if it may stand as it is, else 0. */
static size_t showable_length(const char *text, size_t size)
{
	size_t length = utf8_length(text, size);

	return length && is_showable(utf8_point(text, length)) ? length : 0;
}

static char *escape_into(char *out, const char *bytes, size_t size, bool double_backslash)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size;) {
		size_t length = showable_length(&bytes[i], size - i);

		if (!length) {
			unsigned char byte = bytes[i++];

			*out++ = '\\';
			*out++ = 'x';
			*out++ = digits[byte >> 4];
			*out++ = digits[byte & 15];
			continue;
		}
		if (bytes[i] == '\\' && double_backslash)
			*out++ = '\\';
		out = mempcpy(out, &bytes[i], length);
		i += length;
	}
	return out;
}

char *bytes_escape(const char *bytes, size_t size, bool cut)
{
	char *escaped = malloc(size * ESCAPED_SIZE + sizeof(CUT_MARK));

	if (escaped) {
		char *end = escape_into(escaped, bytes, size, true);

		strcpy(end, cut ? CUT_MARK : "");
	}
	return escaped;
}

char *text_sanitize(const char *text)
{
	size_t size = strlen(text);
	char *shown = malloc(size * ESCAPED_SIZE + 1);

	if (shown)
		*escape_into(shown, text, size, false) = '\0';
	return shown;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape, at the backslash. Returns its length and sets *byte, or 0: it is none. */
static size_t escape_read(const char *at, char *byte)
{
	if (at[1] == '\\') {
		*byte = '\\';
		return 2;
	}
	if (at[1] != 'x' || hex_value(at[2]) < 0 || hex_value(at[3]) < 0)
		return 0;
	*byte = (char)(hex_value(at[2]) << 4 | hex_value(at[3]));
	return ESCAPED_SIZE;
}

char *bytes_unescape(const char *escaped, size_t *size, bool *cut)
{
	auto_free char *bytes = malloc(strlen(escaped) + 1);
	const char *at = escaped;
	size_t used = 0;

	if (!bytes)
		return NULL;
	*cut = false;
	while (*at && !*cut) {
		size_t length = 1;

		if (*at != '\\') {
			bytes[used++] = *at;
		} else if (!strcmp(at, CUT_MARK)) {
			*cut = true;
		} else {
			length = escape_read(at, &bytes[used++]);
			if (!length) {
				errno = EINVAL;
				return NULL;
			}
		}
		at += length;
	}
	bytes[used] = '\0';
	*size = used;
	return take_pointer(bytes);
}

static bool word_is_plain(const char *word, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";

	for (size_t i = 0; i < size; i++)
		if (!memchr(plain, word[i], sizeof(plain) - 1))
			return false;
	return true;
}

/* No backslash is needed: a quote ends the quoting and stands in quotes of the other kind. */
static void word_quote(FILE *out, const char *word, size_t size)
{
	bool is_open = false;

	if (!size) {
		fputs("''", out);
		return;
	}
	if (word_is_plain(word, size)) {
		fwrite(word, 1, size, out);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		bool is_quote = word[i] == '\'';

		if (is_open == is_quote)
			fputc('\'', out);
		is_open = !is_quote;
		if (is_quote)
			fputs("\"'\"", out);
		else
			fputc(word[i], out);
	}
	if (is_open)
		fputc('\'', out);
}

char *words_quote(const char *words, size_t words_size, size_t *size)
{
	char *quoted = NULL;
	FILE *out = open_memstream(&quoted, size);

	if (!out)
		return NULL;
	for (size_t at = 0; at < words_size;) {
		size_t length = strnlen(&words[at], words_size - at);

		if (at)
			fputc(' ', out);
		word_quote(out, &words[at], length);
		at += length + 1;
	}
	if (memory_stream_close(out, &quoted)) {
		free(quoted);
		return NULL;
	}
	return quoted;
}
