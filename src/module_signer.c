// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_signer.h"

#include <elf.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "modwarden/module_elf.h"

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

#define NAMES "\0.modinfo\0.shstrtab"

/* The least that libkmod takes for a module. */
static const struct image {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	char modinfo[16];
	char names[sizeof(NAMES)];
} image = {
	.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, MW_ELF_CLASS, MW_ELF_DATA,
				 EV_CURRENT },
		    .e_type = ET_REL,
		    .e_machine = MW_ELF_MACHINE,
		    .e_version = EV_CURRENT,
		    .e_shoff = offsetof(struct image, sections),
		    .e_ehsize = sizeof(Elf64_Ehdr),
		    .e_shentsize = sizeof(Elf64_Shdr),
		    .e_shnum = 3,
		    .e_shstrndx = 2 },
	.sections = { [1] = { .sh_name = 1,
			      .sh_type = SHT_PROGBITS,
			      .sh_offset = offsetof(struct image, modinfo),
			      .sh_size = sizeof(image.modinfo) },
		      [2] = { .sh_name = sizeof("\0.modinfo"),
			      .sh_type = SHT_STRTAB,
			      .sh_offset = offsetof(struct image, names),
			      .sh_size = sizeof(image.names) } },
	.modinfo = "license=GPL",
	.names = NAMES,
};

/* Bytes at the module's end that are its signature, with what tells of it; 0: there is none. */
static size_t signature_size(const unsigned char *module, size_t size)
{
	const size_t fixed = sizeof(struct mw_elf_signature) + MW_IMAGE_MARKER_SIZE;
	struct mw_elf_signature tail;
	uint64_t length;

	if (size < fixed ||
	    memcmp(module + size - MW_IMAGE_MARKER_SIZE, MW_IMAGE_MARKER, MW_IMAGE_MARKER_SIZE))
		return 0;
	memcpy(&tail, module + size - fixed, sizeof(tail));
	length = (uint64_t)tail.length[0] << 24 | tail.length[1] << 16 | tail.length[2] << 8 |
		 tail.length[3];
	length += fixed + tail.kind[3] + tail.kind[4]; /* a name and a key, before PKCS#7 */
	return length <= size ? length : 0;
}

char *signature_signer(const void *module, size_t size)
{
	size_t length = signature_size(module, size);
	const char *from = (const char *)module + size - length;
	auto_close int fd = memfd_create("modwarden", MFD_CLOEXEC);
	char path[32];

	if (!length || fd < 0 || write(fd, &image, sizeof(image)) != sizeof(image) ||
	    write(fd, from, length) != (ssize_t)length)
		return NULL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return signer_read(path);
}
