// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module as it lies on a disk: what is unpacked keeps within its bound, is the same each time, and
 * a signer's name is a text, whatever the signature is.
 */
#include "fuzz.h"

#include <errno.h>

#include "compressed.h"
#include "module_file.h"

#define UNPACKED_MAX (1U << 20)

static void unpack(const char *bytes, size_t size)
{
	enum compression kind = COMPRESSION_NONE;
	void *first = NULL, *second = NULL;
	size_t first_size = 0, second_size = 0;
	int r = decompress(bytes, size, UNPACKED_MAX, &first, &first_size, &kind);

	require(r == 0 || r == -EFBIG || r == -EBADMSG || r == -ENOMEM);
	if (r)
		return;
	require(kind == compression_of(bytes, size) && first_size <= UNPACKED_MAX);
	require(kind != COMPRESSION_NONE ||
		(first_size == size && !memcmp(first, bytes, size)));
	/* What just fits, fits; what is one byte over, does not. */
	require(!decompress(bytes, size, first_size, &second, &second_size, NULL));
	require(first_size == second_size && !memcmp(first, second, first_size));
	free(second);
	require(!first_size ||
		decompress(bytes, size, first_size - 1, &second, &second_size, NULL) == -EFBIG);
	free(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size, false), *signer;
	size_t unpacked = 0;

	if (size <= UNPACKED_MAX)
		unpack(bytes, size);
	signer = module_signer(bytes, size, UNPACKED_MAX, &unpacked);
	require(unpacked <= UNPACKED_MAX);
	free(signer);
	free(bytes);
	return 0;
}
