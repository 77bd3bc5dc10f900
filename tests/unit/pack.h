/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packs bytes in each of the formats that decompress() unpacks. */
#ifndef MODWARDEN_TEST_PACK_H
#define MODWARDEN_TEST_PACK_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "compressed.h"

struct packed {
	unsigned char *data;
	size_t size;
};

static inline void pack_gzip(struct packed *packed, const void *data, size_t size)
{
	z_stream stream = {
		.next_in = (unsigned char *)data,
		.avail_in = (unsigned int)size,
		.next_out = packed->data,
		.avail_out = (unsigned int)packed->size,
	};

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	packed->size = stream.total_out;
	deflateEnd(&stream);
}

static inline void pack_xz(struct packed *packed, const void *data, size_t size)
{
	size_t room = packed->size;

	packed->size = 0;
	/* CRC32, as the kernel wants it. */
	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, data, size,
						 packed->data, &packed->size, room),
			 LZMA_OK);
}

/* The caller frees packed.data. */
static inline struct packed pack(enum compression kind, const void *data, size_t size)
{
	size_t room = size + size / 8 + 1024;
	struct packed packed = { malloc(room), room };

	assert_non_null(packed.data);
	switch (kind) {
	case COMPRESSION_GZIP:
		pack_gzip(&packed, data, size);
		break;
	case COMPRESSION_XZ:
		pack_xz(&packed, data, size);
		break;
	case COMPRESSION_ZSTD:
		packed.size = ZSTD_compress(packed.data, room, data, size, 1);
		assert_false(ZSTD_isError(packed.size));
		break;
	default:
		memcpy(packed.data, data, size);
		packed.size = size;
	}
	return packed;
}

#endif
