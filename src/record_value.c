// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_value.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "escape.h"

#define NS_PER_S 1000000000LL

json_t *value_cut_text(const char *bytes, size_t size, bool cut)
{
	auto_free char *escaped = bytes_escape(bytes, size, cut);

	return escaped ? json_string(escaped) : NULL;
}

json_t *value_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	return length ? value_cut_text(text, length, false) : json_null();
}

json_t *value_string(const char *text)
{
	return text ? value_text(text, strlen(text)) : json_null();
}

json_t *value_cmdline(const char *words, size_t size, bool cut)
{
	auto_free char *quoted = NULL;
	size_t length;

	if (!size)
		return json_null();
	quoted = words_quote(words, size, &length);
	return quoted ? value_cut_text(quoted, length, cut) : NULL;
}

json_t *value_number(uint64_t number)
{
	return json_integer(number > INT64_MAX ? INT64_MAX : (json_int_t)number);
}

json_t *value_number_if(bool known, uint64_t number)
{
	return known ? value_number(number) : json_null();
}

json_t *value_bool_if(bool known, bool value)
{
	return known ? json_boolean(value) : json_null();
}

json_t *value_id_if(bool known, uint32_t id)
{
	return value_number_if(known && id != UNSET_ID, id);
}

json_t *value_word(const struct words *words, uint64_t value)
{
	const char *word = word_of(words, value);

	return word ? json_string(word) : json_null();
}

json_t *value_bits(const struct words *words, uint64_t bits)
{
	json_t *list = json_array();
	uint64_t unnamed = 0;
	int error = list ? 0 : -1;

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *word = word_of(words, bit);

		if (!(bits >> bit & 1))
			continue;
		if (word)
			error |= json_array_append_new(list, json_string(word));
		else
			unnamed |= 1ULL << bit;
	}
	if (unnamed)
		error |= json_array_append_new(list, json_sprintf("0x%" PRIx64, unnamed));
	if (error) {
		json_decref(list);
		return NULL;
	}
	return list;
}

json_t *value_hex(const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	auto_free char *hex = malloc(2 * size + 1);

	if (!hex)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	return json_stringn(hex, 2 * size);
}

json_t *value_time(uint64_t time, int64_t offset)
{
	/* In seconds and rest each: a hostile time must not overflow the sum. */
	int64_t rest = (int64_t)(time % NS_PER_S) + offset % NS_PER_S;
	time_t seconds = (int64_t)(time / NS_PER_S) + offset / NS_PER_S;
	char text[sizeof("YYYYYYYYYY-MM-DDTHH:MM:SS")];
	struct tm tm;

	seconds += rest / NS_PER_S;
	rest %= NS_PER_S;
	if (rest < 0) {
		rest += NS_PER_S;
		seconds--;
	}
	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return json_null();
	return json_sprintf("%s.%06dZ", text, (int)(rest / 1000));
}
