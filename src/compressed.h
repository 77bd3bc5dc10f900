/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed bytes, in the three formats the kernel takes modules in; told by content, not by name.
 */
#ifndef MODWARDEN_COMPRESSED_H
#define MODWARDEN_COMPRESSED_H

#include <stddef.h>

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_XZ,
	COMPRESSION_ZSTD,
};

enum compression compression_of(const void *data, size_t size);

/* "none", "gzip", "xz", "zstd". */
const char *compression_name(enum compression kind);

/*
 * Unpacks into new memory at *out; bytes that are not compressed are copied. Concatenated streams
 * are unpacked one after another, as gzip, xz and zstd do. 'kind' may be NULL.
 *
 * Returns 0, -EFBIG where the result exceeds 'max' bytes (or unpacking needs over 256 MiB),
 * -EBADMSG for broken or incomplete data, or -ENOMEM.
 */
int decompress(const void *data, size_t size, size_t max, void **out, size_t *out_size,
	       enum compression *kind);

#endif
