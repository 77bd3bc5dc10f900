/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digest files: lines good and bad, the three compressions, and bounds. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "digest_file.h"
#include "pack.h"
#include "policy_case.h"

#define LONE       HEX "  a.ko\n"
#define NO_DIGEST  "no SHA-256 digest; write 64 hexadecimal digits, two spaces and a file name\n"
#define NO_NAME    "no file name after the digest; write two spaces, or ' *', and the name\n"
#define BAD_ESCAPE "a bad escape in a file name; only \\\\, \\n and \\r exist\n"

struct line_case {
	const char *claim;
	const char *text;
	size_t digests;
	const char *diags;
};

static const struct line_case line_cases[] = {
	{ "reads_a_text_line", HEX "  a.ko\n", 1, "" },
	{ "reads_a_binary_line", HEX " *a.ko\n", 1, "" },
	{ "reads_an_escaped_name", "\\" HEX "  a\\nb\\\\c\\rd\n", 1, "" },
	{ "reads_a_name_of_blanks", HEX "   \n", 1, "" },
	{ "reads_a_last_line_without_an_end", HEX "  a.ko", 1, "" },
	{ "reads_several_lines", LONE LONE LONE, 3, "" },
	{ "skips_comments_and_blank_lines", "# one\n\n  \t\n  # two\n" LONE "\r\n", 1, "" },
	{ "reads_nothing_from_nothing", "", 0, "" },
	{ "leaves_a_backslash_in_a_plain_name_alone", HEX "  a\\b\n", 1, "" },
	{ "refuses_words", "hello\n", 0, "f:1: " NO_DIGEST },
	{ "refuses_a_short_digest", "0123  a.ko\n", 0, "f:1: " NO_DIGEST },
	{ "refuses_a_sha512_digest", HEX HEX "  a.ko\n", 0, "f:1: " NO_NAME },
	{ "refuses_the_bsd_form", "SHA256 (a.ko) = " HEX "\n", 0, "f:1: " NO_DIGEST },
	{ "refuses_a_digest_behind_a_blank", " " LONE, 0, "f:1: " NO_DIGEST },
	{ "refuses_a_lone_digest", HEX "\n", 0, "f:1: " NO_NAME },
	{ "refuses_an_empty_name", HEX "  \n", 0, "f:1: " NO_NAME },
	{ "refuses_one_blank", HEX " a.ko\n", 0, "f:1: " NO_NAME },
	{ "refuses_a_tab", HEX "\ta.ko\n", 0, "f:1: " NO_NAME },
	{ "refuses_an_unknown_escape", "\\" HEX "  a\\tb\n", 0, "f:1: " BAD_ESCAPE },
	{ "refuses_an_open_escape", "\\" HEX "  a\\\n", 0, "f:1: " BAD_ESCAPE },
	{ "tells_each_bad_line_and_reads_on", "x\n" LONE "y\n" LONE, 2,
	  "f:1: " NO_DIGEST "f:3: " NO_DIGEST },
};

static int count(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	__u8 expected[MW_DIGEST_SIZE];

	assert_true(place.line > 0);
	assert_int_equal(digest_parse(HEX, strlen(HEX), expected), 0);
	assert_memory_equal(digest, expected, sizeof(expected));
	++*(size_t *)arg;
	return 0;
}

static void parses(void **state)
{
	const struct line_case *test = *state;
	struct diags diags = {};
	size_t digests = 0;
	int r = digest_file_parse("f", test->text, strlen(test->text), count, &digests, &diags);
	char *messages = printed(&diags);

	assert_string_equal(messages, test->diags);
	assert_int_equal(digests, test->digests);
	assert_int_equal(r, *test->diags ? -EINVAL : 0);
	free(messages);
	diags_clear(&diags);
}

static void refuses_a_nul_in_a_name(void **state)
{
	static const char text[] = HEX "  a\0b\n";
	struct diags diags = {};
	size_t digests = 0;
	char *messages;

	(void)state;
	assert_int_equal(digest_file_parse("f", text, sizeof(text) - 1, count, &digests, &diags),
			 -EINVAL);
	messages = printed(&diags);
	assert_string_equal(messages, "f:1: a NUL byte in a file name; remove it\n");
	assert_int_equal(digests, 0);
	free(messages);
	diags_clear(&diags);
}

static int stop(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	(void)digest, (void)place;
	return ++*(size_t *)arg == 2 ? -ENOSPC : 0;
}

static void ends_where_it_is_told_to(void **state)
{
	static const char text[] = LONE LONE LONE;
	struct diags diags = {};
	size_t digests = 0;

	(void)state;
	assert_int_equal(digest_file_parse("f", text, strlen(text), stop, &digests, &diags),
			 -ENOSPC);
	assert_int_equal(digests, 2);
}

/* Reads a file of these bytes; returns what was printed, the file's name cut off. */
static char *read_bytes(const void *bytes, size_t size, size_t *digests)
{
	char path[] = "/tmp/test_digest_file.XXXXXX";
	int fd = mkstemp(path);
	struct diags diags = {};
	__u8 sha256[MW_DIGEST_SIZE], expected[MW_DIGEST_SIZE];
	char *messages, *at;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
	*digests = 0;
	digest_file_read(path, (struct place){ "p", 5, 7 }, count, digests, sha256, &diags);
	unlink(path);
	assert_int_equal(digest_of(bytes, size, expected), 0);
	if (!diags.errors)
		assert_memory_equal(sha256, expected, sizeof(expected));
	messages = printed(&diags);
	diags_clear(&diags);
	at = strstr(messages, path);
	if (at)
		memmove(at, at + strlen(path), strlen(at + strlen(path)) + 1);
	return messages;
}

static void assert_reads(const void *bytes, size_t size, const char *expected, size_t digests)
{
	size_t seen;
	char *messages = read_bytes(bytes, size, &seen);

	assert_string_equal(messages, expected);
	assert_int_equal(seen, digests);
	free(messages);
}

static void reads_plain_and_compressed_files(void **state)
{
	static const char text[] = LONE LONE;

	(void)state;
	for (enum compression kind = COMPRESSION_NONE; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, text, strlen(text));

		assert_int_equal(compression_of(packed.data, packed.size), kind);
		assert_reads(packed.data, packed.size, "", 2);
		free(packed.data);
	}
}

static void reads_concatenated_streams(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, LONE, strlen(LONE));
		unsigned char *twice = malloc(2 * packed.size);

		memcpy(twice, packed.data, packed.size);
		memcpy(twice + packed.size, packed.data, packed.size);
		assert_reads(twice, 2 * packed.size, "", 2);
		free(twice);
		free(packed.data);
	}
}

static void refuses_compressed_data_cut_at_any_byte(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, LONE, strlen(LONE));

		for (size_t size = 6; size < packed.size; size++) {
			/* A copy that ends where the data end, for the sanitizers. */
			void *out = NULL, *cut = malloc(size);
			size_t out_size;

			memcpy(cut, packed.data, size);
			assert_int_equal(decompress(cut, size, 1000, &out, &out_size, NULL),
					 -EBADMSG);
			free(cut);
		}
		free(packed.data);
	}
}

static void refuses_rubbish_behind_compressed_data(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, LONE, strlen(LONE));
		char expected[64];

		packed.data = realloc(packed.data, packed.size + 7);
		memcpy(packed.data + packed.size, "rubbish", 7);
		snprintf(expected, sizeof(expected), "p:5:7: '' is broken %s data; make it again\n",
			 compression_name(kind));
		assert_reads(packed.data, packed.size + 7, expected, 0);
		free(packed.data);
	}
}

static void refuses_what_unpacks_to_over_64_mib(void **state)
{
	size_t size = (64U << 20) + 1;
	char *blank = malloc(size);

	(void)state;
	memset(blank, '\n', size);
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, blank, size);

		assert_reads(packed.data, packed.size, "p:5:7: '' unpacks to over 64 MiB\n", 0);
		free(packed.data);
	}
	free(blank);
}

static void unpacks_up_to_the_very_bound(void **state)
{
	(void)state;
	for (enum compression kind = COMPRESSION_NONE; kind <= COMPRESSION_ZSTD; kind++) {
		struct packed packed = pack(kind, LONE, strlen(LONE));
		void *out = NULL;
		size_t size;

		assert_int_equal(
			decompress(packed.data, packed.size, strlen(LONE), &out, &size, NULL), 0);
		assert_int_equal(size, strlen(LONE));
		assert_memory_equal(out, LONE, size);
		free(out);
		assert_int_equal(
			decompress(packed.data, packed.size, strlen(LONE) - 1, &out, &size, NULL),
			-EFBIG);
		free(packed.data);
	}
}

/* What sha256sum itself writes, also for a name that it escapes. */
static void reads_what_sha256sum_writes(void **state)
{
	char directory[] = "/tmp/test_digest_file.XXXXXX";
	struct diags diags = {};
	char command[256], text[1024];
	size_t digests = 0;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(command, sizeof(command),
		 "cd %s && touch a.ko 'b\nc\\d.ko' && sha256sum * && sha256sum -b a.ko; rm -r %s",
		 directory, directory);
	out = popen(command, "r");
	assert_non_null(out);
	text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
	assert_int_equal(pclose(out), 0);
	assert_non_null(strstr(text, "\\e3b0c442"));
	assert_int_equal(digest_file_parse("f", text, strlen(text), stop, &digests, &diags),
			 -ENOSPC);
	digests = 10;
	assert_int_equal(digest_file_parse("f", text, strlen(text), stop, &digests, &diags), 0);
	assert_int_equal(digests, 13);
	diags_clear(&diags);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(refuses_a_nul_in_a_name),
	cmocka_unit_test(ends_where_it_is_told_to),
	cmocka_unit_test(reads_plain_and_compressed_files),
	cmocka_unit_test(reads_concatenated_streams),
	cmocka_unit_test(refuses_compressed_data_cut_at_any_byte),
	cmocka_unit_test(refuses_rubbish_behind_compressed_data),
	cmocka_unit_test(refuses_what_unpacks_to_over_64_mib),
	cmocka_unit_test(unpacks_up_to_the_very_bound),
	cmocka_unit_test(reads_what_sha256sum_writes),
};

#define PLAIN array_size(plain_tests)
#define LINES array_size(line_cases)

int main(void)
{
	struct CMUnitTest tests[PLAIN + LINES] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < LINES; i++)
		tests[PLAIN + i] = (struct CMUnitTest){ line_cases[i].claim, parses, NULL, NULL,
							(void *)&line_cases[i] };
	return cmocka_run_group_tests_name("digest_file", tests, NULL, NULL);
}
