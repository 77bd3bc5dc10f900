// SPDX-License-Identifier: GPL-2.0-or-later
#include "compressed.h"

#include <errno.h>
#include <limits.h>
#include <lzma.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "cleanup.h"

#define MEMORY_MAX     (256U << 20)
#define WINDOW_LOG_MAX 27
#define FIRST_ROOM     (64U << 10)
#define GZIP_WINDOW    (15 + 16) /* zlib: the largest window, gzip's header and nothing else */

struct output {
	unsigned char *data;
	size_t size; /* bytes filled */
	size_t room; /* bytes allocated */
	size_t max;
};

static const struct {
	const char *name;
	unsigned char magic[6];
	size_t length;
} formats[] = {
	[COMPRESSION_NONE] = { "none", {}, 0 },
	[COMPRESSION_GZIP] = { "gzip", { 0x1f, 0x8b }, 2 },
	[COMPRESSION_XZ] = { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6 },
	[COMPRESSION_ZSTD] = { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4 },
};

enum compression compression_of(const void *data, size_t size)
{
	for (enum compression kind = COMPRESSION_GZIP; kind <= COMPRESSION_ZSTD; kind++)
		if (size >= formats[kind].length &&
		    !memcmp(data, formats[kind].magic, formats[kind].length))
			return kind;
	return COMPRESSION_NONE;
}

const char *compression_name(enum compression kind)
{
	return formats[kind].name;
}

/* Makes room for at least one more byte. One byte over the bound is allowed: it proves the excess.
 */
static int output_grow(struct output *output)
{
	size_t room = output->room ? output->room * 2 : FIRST_ROOM;
	unsigned char *data;

	if (output->size > output->max)
		return -EFBIG;
	if (output->size < output->room)
		return 0;
	if (room > output->max + 1)
		room = output->max + 1;
	data = realloc(output->data, room);
	if (!data)
		return -ENOMEM;
	output->data = data;
	output->room = room;
	return 0;
}

/* zlib counts in unsigned int. */
static uInt clamp_to_uint(size_t size)
{
	return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

static int gzip_step(z_stream *stream, const unsigned char *data, size_t size,
		     struct output *output)
{
	size_t at = (size_t)(stream->next_in - data);
	uInt room;
	int r = output_grow(output);

	if (r < 0)
		return r;
	room = clamp_to_uint(output->room - output->size);
	stream->avail_in = clamp_to_uint(size - at);
	stream->next_out = output->data + output->size;
	stream->avail_out = room;
	r = inflate(stream, Z_NO_FLUSH);
	output->size += room - stream->avail_out;
	return r == Z_MEM_ERROR ? -ENOMEM : r < 0 ? -EBADMSG : r;
}

static int gzip_decompress(const unsigned char *data, size_t size, struct output *output)
{
	z_stream stream = { .next_in = (unsigned char *)data };
	int r;

	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return -ENOMEM;
	do {
		r = gzip_step(&stream, data, size, output);
		if (r == Z_STREAM_END && stream.next_in < data + size)
			r = inflateReset(&stream);
	} while (r == Z_OK);
	inflateEnd(&stream);
	return r == Z_STREAM_END ? 0 : r < 0 ? r : -EBADMSG;
}

static int xz_error(lzma_ret r)
{
	switch (r) {
	case LZMA_STREAM_END:
		return 0;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	case LZMA_MEMLIMIT_ERROR:
		return -EFBIG;
	default:
		return -EBADMSG;
	}
}

static int xz_decompress(const unsigned char *data, size_t size, struct output *output)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret coded = lzma_stream_decoder(&stream, MEMORY_MAX, LZMA_CONCATENATED);
	int r = 0;

	stream.next_in = data;
	stream.avail_in = size;
	while (coded == LZMA_OK) {
		r = output_grow(output);
		if (r < 0)
			break;
		stream.next_out = output->data + output->size;
		stream.avail_out = output->room - output->size;
		coded = lzma_code(&stream, LZMA_FINISH);
		output->size = output->room - stream.avail_out;
	}
	lzma_end(&stream);
	return r < 0 ? r : xz_error(coded);
}

static void cleanup_zstd(ZSTD_DCtx **context)
{
	ZSTD_freeDCtx(*context);
}

static int zstd_error(size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		return -EFBIG;
	default:
		return -EBADMSG;
	}
}

static int zstd_decompress(const unsigned char *data, size_t size, struct output *output)
{
	cleanup(cleanup_zstd) ZSTD_DCtx *context = ZSTD_createDCtx();
	ZSTD_inBuffer in = { .src = data, .size = size };
	size_t left = 1;
	bool stuck;

	if (!context)
		return -ENOMEM;
	ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	do {
		size_t in_before = in.pos, out_before = output->size;
		int r = output_grow(output);

		if (r < 0)
			return r;
		ZSTD_outBuffer out = { output->data, output->room, output->size };

		left = ZSTD_decompressStream(context, &out, &in);
		output->size = out.pos;
		if (ZSTD_isError(left))
			return zstd_error(left);
		stuck = in.pos == in_before && output->size == out_before;
	} while (!stuck && (left || in.pos < in.size));
	return left ? -EBADMSG : 0;
}

static int copy(const unsigned char *data, size_t size, struct output *output)
{
	if (size > output->max)
		return -EFBIG;
	output->data = malloc(size ? size : 1);
	if (!output->data)
		return -ENOMEM;
	memcpy(output->data, data, size);
	output->size = size;
	return 0;
}

int decompress(const void *data, size_t size, size_t max, void **out, size_t *out_size,
	       enum compression *kind)
{
	static int (*const decoders[])(const unsigned char *, size_t, struct output *) = {
		[COMPRESSION_NONE] = copy,
		[COMPRESSION_GZIP] = gzip_decompress,
		[COMPRESSION_XZ] = xz_decompress,
		[COMPRESSION_ZSTD] = zstd_decompress,
	};
	enum compression found = compression_of(data, size);
	struct output output = { .max = max };
	int r = decoders[found](data, size, &output);

	if (!r && output.size > max)
		r = -EFBIG;
	if (r < 0) {
		free(output.data);
		return r;
	}
	*out = output.data;
	*out_size = output.size;
	if (kind)
		*kind = found;
	return 0;
}
