// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module's image: a name that is told is whole, does not depend on what was in the working memory,
 * and is the one that libelf sees, where that sees any: it refuses some that kernels take.
 */
#include "fuzz.h"

#include "../unit/elf_forge.h"
#include "elf_view.h"
#include "modwarden/module_elf.h"

static int name_of(const char *bytes, size_t size, int filling, char name[MW_NAME_SIZE])
{
	const struct mw_image image = {
		.base = (uintptr_t)bytes,
		.size = size,
		.name_offset = FORGE_NAME_OFFSET,
		.name_size = FORGE_NAME_SIZE,
	};
	struct mw_module_name_work *work = malloc(sizeof(*work));
	int error;

	require(work);
	memset(work, filling, sizeof(*work));
	memset(name, 0x7e, MW_NAME_SIZE);
	error = mw_module_name(&image, work, name);
	require(error == 0 || error == -ENOEXEC || error == -ENODATA);
	free(work);
	return error;
}

static void require_name(const char name[MW_NAME_SIZE])
{
	size_t length = strnlen(name, MW_NAME_SIZE);

	require(length && length < FORGE_NAME_SIZE && !memchr(name, '/', length));
	for (size_t i = length; i < MW_NAME_SIZE; i++)
		require(!name[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = copy_of(data, size, false);
	char name[MW_NAME_SIZE], other[MW_NAME_SIZE];
	struct mw_image image = { .base = (uintptr_t)bytes, .size = size };
	int error = name_of(bytes, size, 0, name);

	require(name_of(bytes, size, 0xa5, other) == error && !memcmp(name, other, sizeof(name)));
	mw_image_signature(&image);
	if (!error) {
		require_name(name);
		require(!elf_view_name(bytes, size, FORGE_NAME_OFFSET, FORGE_NAME_SIZE, other) ||
			!strcmp(name, other));
	}
	free(bytes);
	return 0;
}
