// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_file.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "modwarden/module_elf.h"
#include "trusted_file.h"

/*
 * struct module begins with an enum, a list head and the name in every 64-bit kernel that does not
 * shuffle its structures. The gates ask the running kernel's types; a file is asked about any
 * kernel.
 */
#define NAME_OFFSET 24
#define NAME_SIZE   56 /* MODULE_NAME_LEN: 64 - sizeof(unsigned long) */

static void cleanup_module_file(struct module_file **file)
{
	module_file_free(*file);
}

static void cleanup_kmod(struct kmod_ctx **ctx)
{
	kmod_unref(*ctx);
}

static void cleanup_kmod_module(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

static void cleanup_kmod_info(struct kmod_list **list)
{
	kmod_module_info_free_list(*list);
}

static void kmod_silent(void *data, int priority, const char *file, int line, const char *function,
			const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format,
		(void)args;
}

/* libkmod knows signatures in PKCS#7; where it cannot read the file there is just no signer. */
static char *signer_read(const char *path)
{
	cleanup(cleanup_kmod) struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	cleanup(cleanup_kmod_module) struct kmod_module *module = NULL;
	cleanup(cleanup_kmod_info) struct kmod_list *list = NULL;
	struct kmod_list *item;

	if (!ctx)
		return NULL;
	kmod_set_log_fn(ctx, kmod_silent, NULL);
	if (kmod_module_new_from_path(ctx, path, &module) < 0 ||
	    kmod_module_get_info(module, &list) < 0)
		return NULL;
	kmod_list_foreach(
		item, list) if (!strcmp(kmod_module_info_get_key(item),
					"signer")) return strdup(kmod_module_info_get_value(item));
	return NULL;
}

/* Whatever follows the name, -ENOEXEC alone says that this is no module at all. */
static int elf_read(struct module_file *file, const void *elf, size_t size)
{
	struct mw_image image = {
		.base = (__u64)(unsigned long)elf,
		.size = size,
		.name_offset = NAME_OFFSET,
		.name_size = NAME_SIZE,
	};
	struct mw_module_name_work work;

	file->signature = mw_image_signature(&image);
	return mw_module_name(&image, &work, file->name) == -ENOEXEC ? -ENOEXEC : 0;
}

static int file_describe(struct module_file *file, const void *stored, size_t size)
{
	auto_free void *elf = NULL;
	size_t elf_size;
	int r = decompress(stored, size, MODULE_FILE_MAX, &elf, &elf_size, &file->compression);

	if (r < 0)
		return r;
	file->stored_size = size;
	file->elf_size = elf_size;
	r = digest_of(stored, size, file->stored_sha256);
	if (r < 0)
		return r;
	r = digest_of(elf, elf_size, file->elf_sha256);
	if (r < 0)
		return r;
	return elf_read(file, elf, elf_size);
}

int module_file_read(struct module_file **ret, const char *path)
{
	cleanup(cleanup_module_file) struct module_file *file = calloc(1, sizeof(*file));
	auto_free char *stored = NULL;
	size_t size;
	int r;

	if (!file)
		return -ENOMEM;
	r = file_read(path, MODULE_FILE_MAX, &stored, &size);
	if (r < 0)
		return r;
	r = file_describe(file, stored, size);
	if (r < 0)
		return r;
	if (file->signature == MW_SIGNATURE_PRESENT)
		file->signer = signer_read(path);
	*ret = take_pointer(file);
	return 0;
}

void module_file_free(struct module_file *file)
{
	if (!file)
		return;
	free(file->signer);
	free(file);
}
