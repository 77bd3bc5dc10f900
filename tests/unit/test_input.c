/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of files, unpacked as they are read. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "cleanup.h"
#include "input.h"

#define SIZE 300000 /* more than is read at once */

static char path[] = "/tmp/input.XXXXXX";
static unsigned char bytes[SIZE], packed[2 * SIZE];

/* Hard to pack, so that what is packed is not read at once either. */
static int begin(void **state)
{
	uint32_t number = 1;

	(void)state;
	for (size_t i = 0; i < SIZE; i++) {
		number = number * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(number >> 24);
	}
	close(mkstemp(strcpy(path, "/tmp/input.XXXXXX")));
	return 0;
}

static int end(void **state)
{
	(void)state;
	return unlink(path);
}

static size_t pack_gzip(unsigned char *to, const unsigned char *from, size_t size)
{
	z_stream stream = { .next_in = (unsigned char *)from,
			    .avail_in = (uInt)size,
			    .next_out = to,
			    .avail_out = SIZE };

	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return SIZE - stream.avail_out;
}

static size_t pack_xz(unsigned char *to, const unsigned char *from, size_t size)
{
	size_t length = 0;

	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, from, size, to, &length,
						 SIZE),
			 LZMA_OK);
	return length;
}

static size_t pack_zstd(unsigned char *to, const unsigned char *from, size_t size)
{
	size_t length = ZSTD_compress(to, SIZE, from, size, 1);

	assert_false(ZSTD_isError(length));
	return length;
}

static size_t pack_not(unsigned char *to, const unsigned char *from, size_t size)
{
	memcpy(to, from, size);
	return size;
}

static size_t (*const packers[])(unsigned char *, const unsigned char *, size_t) = {
	pack_not,
	pack_gzip,
	pack_xz,
	pack_zstd,
};

/* How many bytes there are; they are those of bytes[]. Or what reading ended with. */
static ssize_t read_all(struct input *input)
{
	static unsigned char got[4096];
	ssize_t total = 0, n;

	while ((n = input_read(input, got, sizeof(got))) > 0) {
		assert_true(total + n <= SIZE);
		assert_memory_equal(got, bytes + total, (size_t)n);
		total += n;
	}
	return n ?: total;
}

static ssize_t read_file(size_t size)
{
	struct input *input;
	int fd = open(path, O_WRONLY | O_TRUNC);
	ssize_t n;

	assert_int_equal(write(fd, packed, size), size);
	close(fd);
	assert_int_equal(input_open(&input, path), 0);
	n = read_all(input);
	/* And once more from its beginning. */
	assert_int_equal(input_seek(input, 0), 0);
	assert_int_equal(read_all(input), n);
	input_close(input);
	return n;
}

static void unpacks_what_is_packed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++)
		assert_int_equal(read_file(packers[i](packed, bytes, SIZE / 2)), SIZE / 2);
}

/* As gzip, xz and zstd do it for files that were put together. */
static void unpacks_one_stream_after_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++) {
		size_t size = packers[i](packed, bytes, 1000);

		size += packers[i](packed + size, bytes + 1000, 9000);
		assert_int_equal(read_file(size), 10000);
	}
}

static void tells_of_what_is_cut_off(void **state)
{
	(void)state;
	for (size_t i = 1; i < sizeof(packers) / sizeof(*packers); i++) {
		size_t size = packers[i](packed, bytes, SIZE / 2);

		assert_int_equal(read_file(size - 1), -EBADMSG);
		assert_int_equal(read_file(size / 2), -EBADMSG);
		assert_int_equal(read_file(10), -EBADMSG);
	}
}

static void reads_what_is_hardly_there(void **state)
{
	(void)state;
	memcpy(packed, bytes, 3);
	assert_int_equal(read_file(3), 3);
	assert_int_equal(read_file(0), 0);
}

static void opens_files_and_pipes_only(void **state)
{
	struct input *input;

	(void)state;
	assert_int_equal(input_open(&input, "/"), -EISDIR);
	assert_int_equal(input_open(&input, "/dev/zero"), -ENODEV);
	assert_int_equal(input_open(&input, "/none/such"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unpacks_what_is_packed),	  TEST(unpacks_one_stream_after_another),
		TEST(tells_of_what_is_cut_off),	  TEST(reads_what_is_hardly_there),
		TEST(opens_files_and_pipes_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
