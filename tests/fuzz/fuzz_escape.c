// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts: what is escaped is harmless and gives the very bytes back, wherever these are from. */
#include "fuzz.h"

#include "escape.h"

static void there_and_back(const char *bytes, size_t size, bool cut)
{
	char *escaped = bytes_escape(bytes, size, cut), *again;
	size_t again_size = 0;
	bool was_cut = !cut;

	require(escaped && is_harmless(escaped) && !strchr(escaped, '\n'));
	again = bytes_unescape(escaped, &again_size, &was_cut);
	require(again && again_size == size && was_cut == cut && !memcmp(again, bytes, size));
	free(again);
	free(escaped);
}

static void back_and_there(const char *text)
{
	size_t size;
	bool cut;
	char *bytes = bytes_unescape(text, &size, &cut), *escaped;

	if (!bytes)
		return;
	escaped = bytes_escape(bytes, size, cut);
	require(escaped);
	there_and_back(bytes, size, cut);
	free(escaped);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_bytes input = { data, size };
	bool cut = take_byte(&input) & 1;
	char *text = copy_of(input.data, input.size, true);
	char *shown = text_sanitize(text), *quoted;
	size_t quoted_size;

	there_and_back(text, input.size, cut);
	back_and_there(text);
	require(shown && is_harmless(shown) && !strchr(shown, '\n'));
	quoted = words_quote(text, input.size + 1, &quoted_size);
	require(quoted);
	free(quoted);
	free(shown);
	free(text);
	return 0;
}
