// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest_file.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "compressed.h"
#include "digest.h"
#include "trusted_file.h"

#define HEX_DIGITS  (DIGEST_HEX_SIZE - 1)
#define MARK_LENGTH 2 /* "  " for text, " *" for binary */

/* In an escaped name a backslash stands only before these; coreutils: src/digest.c. */
static bool name_is_escaped_well(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (name[i] != '\\')
			continue;
		i++;
		if (i == size || !memchr("\\nr", name[i], 3))
			return false;
	}
	return true;
}

/* What is wrong with a line, or NULL and its digest. */
static const char *line_parse(const char *line, size_t size, __u8 digest[MW_DIGEST_SIZE])
{
	bool escaped = size && *line == '\\';

	if (escaped) {
		line++;
		size--;
	}
	if (digest_parse(line, size, digest) < 0)
		return "no SHA-256 digest; write 64 hexadecimal digits, two spaces and a file name";
	line += HEX_DIGITS;
	size -= HEX_DIGITS;
	if (size <= MARK_LENGTH || line[0] != ' ' || (line[1] != ' ' && line[1] != '*'))
		return "no file name after the digest; write two spaces, or ' *', and the name";
	if (memchr(line, '\0', size))
		return "a NUL byte in a file name; remove it";
	if (escaped && !name_is_escaped_well(line + MARK_LENGTH, size - MARK_LENGTH))
		return "a bad escape in a file name; only \\\\, \\n and \\r exist";
	return NULL;
}

static bool line_is_empty(const char *line, size_t size)
{
	size_t blank = 0;

	while (blank < size && memchr(" \t\r", line[blank], 3))
		blank++;
	return blank == size || line[blank] == '#';
}

static int line_read(struct place place, const char *line, size_t size, digest_file_each *each,
		     void *arg, struct diags *diags)
{
	__u8 digest[MW_DIGEST_SIZE];
	const char *problem;

	if (line_is_empty(line, size))
		return 0;
	problem = line_parse(line, size, digest);
	if (!problem)
		return each(digest, place, arg);
	diag_error(diags, place, "%s", problem);
	return 0;
}

int digest_file_parse(const char *path, const char *text, size_t size, digest_file_each *each,
		      void *arg, struct diags *diags)
{
	struct place place = { .file = path, .line = 1 };
	const char *end = text + size;
	size_t errors = diags->errors;

	for (; text < end && !diags_full(diags); place.line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;
		int r = line_read(place, text, (size_t)(line_end - text), each, arg, diags);

		if (r)
			return r;
		text = line_end + 1;
	}
	return diags->errors > errors ? -EINVAL : 0;
}

static int unpack(const char *path, const char *stored, size_t size, struct place named,
		  char **text, size_t *text_size, struct diags *diags)
{
	void *unpacked = NULL;
	int r = decompress(stored, size, DIGEST_FILE_MAX, &unpacked, text_size, NULL);

	*text = unpacked;
	if (r == -EFBIG)
		return diag_error(diags, named, "'%s' unpacks to over %u MiB", path,
				  DIGEST_FILE_MAX >> 20);
	if (r == -EBADMSG)
		return diag_error(diags, named, "'%s' is broken %s data; make it again", path,
				  compression_name(compression_of(stored, size)));
	return r;
}

int digest_file_read(const char *path, struct place named, digest_file_each *each, void *arg,
		     __u8 sha256[MW_DIGEST_SIZE], struct diags *diags)
{
	auto_free char *stored = NULL, *text = NULL;
	size_t stored_size, text_size;
	int r = trusted_file_read(path, DIGEST_FILE_MAX, named, &stored, &stored_size, diags);

	if (r < 0)
		return r;
	r = digest_of(stored, stored_size, sha256);
	if (r < 0)
		return r;
	r = unpack(path, stored, stored_size, named, &text, &text_size, diags);
	if (r < 0)
		return r;
	return digest_file_parse(path, text, text_size, each, arg, diags);
}
