/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef MODWARDEN_UTF8_H
#define MODWARDEN_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that begins here, 1 to 4, or 0 where it is not valid. size is at least 1.
 */
static inline size_t utf8_length(const char *text, size_t size)
{
	const unsigned char *c = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	length = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	if (length > size)
		return 0;
	if (c[0] == 0xe0)
		low = 0xa0;
	else if (c[0] == 0xed)
		high = 0x9f;
	else if (c[0] == 0xf0)
		low = 0x90;
	else if (c[0] == 0xf4)
		high = 0x8f;
	if (c[1] < low || c[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (c[i] < 0x80 || c[i] > 0xbf)
			return 0;
	return length;
}

/* The number of a character that is valid and has so many bytes. */
static inline uint32_t utf8_point(const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *)text;
	uint32_t point = length == 1 ? c[0] : c[0] & (0x7f >> length);

	for (size_t i = 1; i < length; i++)
		point = point << 6 | (c[i] & 0x3f);
	return point;
}

/* Bytes of a valid text of size bytes when it is cut to max of them, between two characters. */
static inline size_t utf8_cut(const char *text, size_t size, size_t max)
{
	if (size <= max)
		return size;
	while (max && (text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

#endif
