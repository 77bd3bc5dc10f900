// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A digest file: what is taken out of it stands in the line that it is said to be from, and what is
 * written of that again reads as the same.
 */
#include "fuzz.h"

#include "digest.h"
#include "digest_file.h"
#include "digest_list.h"

struct seen {
	const char *text;
	size_t size;
	struct digest_list list;
};

static const char *line_of(const struct seen *seen, unsigned int line)
{
	const char *at = seen->text;

	for (; line > 1; line--) {
		at = memchr(at, '\n', seen->size - (size_t)(at - seen->text));
		require(at);
		at++;
	}
	return at;
}

static int take(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	struct seen *seen = arg;
	const char *line = line_of(seen, place.line);
	__u8 there[MW_DIGEST_SIZE];
	size_t left = seen->size - (size_t)(line - seen->text);

	if (left && *line == '\\') { /* as sha256sum marks a name with a newline in it */
		line++;
		left--;
	}
	require(left >= 64 && !digest_parse(line, 64, there));
	require(!memcmp(there, digest, sizeof(there)));
	return digest_list_add(&seen->list, digest, "a.ko");
}

static int take_again(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	struct seen *seen = arg;

	(void)place;
	require(seen->size < seen->list.count);
	require(!memcmp(seen->list.lines[seen->size].digest, digest, MW_DIGEST_SIZE));
	seen->size++;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy_of(data, size, false), *again = NULL;
	struct seen seen = { .text = text, .size = size };
	struct diags diags = {};
	size_t again_size;
	int r = digest_file_parse("d.sha256", text, size, take, &seen, &diags);

	require(!r == !diags.errors);
	diags_clear(&diags);
	digest_list_sort(&seen.list);
	require(!digest_list_write(&seen.list, "", &again, &again_size));
	seen.size = 0;
	require(!digest_file_parse("d.sha256", again, again_size, take_again, &seen, &diags));
	require(seen.size == seen.list.count && !diags.errors);
	digest_list_clear(&seen.list);
	free(again);
	free(text);
	return 0;
}
