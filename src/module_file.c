// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "digest.h"
#include "module_signer.h"
#include "modwarden/module_elf.h"
#include "trusted_file.h"

/*
 * struct module begins with an enum, a list head and the name in every 64-bit kernel that does not
 * shuffle its structures. The gates ask the running kernel's types; a file is asked about any
 * kernel.
 */
#define NAME_OFFSET 24
#define NAME_SIZE   56 /* MODULE_NAME_LEN: 64 - sizeof(unsigned long) */

char *module_signer(const void *stored, size_t size, size_t max, size_t *unpacked)
{
	auto_free void *elf = NULL;
	struct mw_image image = {};

	*unpacked = max;
	if (decompress(stored, size, max, &elf, unpacked, NULL))
		return NULL;
	image.base = (__u64)(unsigned long)elf;
	image.size = *unpacked;
	if (mw_image_signature(&image) != MW_SIGNATURE_PRESENT)
		return NULL;
	return signature_signer(elf, *unpacked);
}

static void cleanup_elf(Elf **elf)
{
	elf_end(*elf);
}

/* The bytes of a section as they are in the file, or NULL. */
static const Elf_Data *section_find(Elf *elf, const char *name)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *its_name;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		its_name = elf_strptr(elf, names, header.sh_name);
		if (its_name && !strcmp(its_name, name))
			return elf_rawdata(section, NULL);
	}
	return NULL;
}

static void srcversion_read(struct module_file *file, const Elf_Data *modinfo)
{
	static const char tag[] = "srcversion=";
	const char *at = modinfo->d_buf;
	const char *end = at + modinfo->d_size;

	while (at < end) {
		size_t length = strnlen(at, end - at);

		if (length > sizeof(tag) - 1 && !memcmp(at, tag, sizeof(tag) - 1)) {
			snprintf(file->srcversion, sizeof(file->srcversion), "%.*s",
				 (int)(length - (sizeof(tag) - 1)), at + sizeof(tag) - 1);
			return;
		}
		at += length + 1;
	}
}

/* What the running kernel shows of a loaded module, too. */
static void build_read(struct module_file *file, void *bytes, size_t size)
{
	cleanup(cleanup_elf) Elf *elf = NULL;
	const Elf_Data *section;

	elf_version(EV_CURRENT);
	elf = elf_memory(bytes, size);
	if (!elf)
		return;
	section = section_find(elf, ".modinfo");
	if (section && section->d_buf)
		srcversion_read(file, section);
	section = section_find(elf, ".note.gnu.build-id");
	if (section && section->d_buf && section->d_size <= sizeof(file->build_id)) {
		memcpy(file->build_id, section->d_buf, section->d_size);
		file->build_id_size = section->d_size;
	}
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

static int digests_read(struct module_file *file, const void *stored, size_t size, const void *elf,
			size_t elf_size)
{
	int r = digest_of(stored, size, file->stored_sha256);

	file->stored_size = size;
	file->elf_size = elf_size;
	if (!r && elf != stored)
		return digest_of(elf, elf_size, file->elf_sha256);
	memcpy(file->elf_sha256, file->stored_sha256, sizeof(file->elf_sha256));
	return r;
}

static int file_describe(struct module_file *file, void *stored, size_t size, size_t max,
			 bool is_thorough)
{
	auto_free void *unpacked = NULL;
	void *elf = stored;
	size_t elf_size = size;
	int r = 0;

	file->compression = compression_of(stored, size);
	if (file->compression != COMPRESSION_NONE) {
		r = decompress(stored, size, max, &unpacked, &elf_size, NULL);
		elf = unpacked;
	}
	if (!r)
		r = digests_read(file, stored, size, elf, elf_size);
	if (!r)
		r = elf_read(file, elf, elf_size);
	if (r < 0 || !is_thorough)
		return r;
	build_read(file, elf, elf_size);
	if (file->signature == MW_SIGNATURE_PRESENT)
		file->signer = signature_signer(elf, elf_size);
	return 0;
}

/* The first bytes tell what can be a module, before a gigabyte of anything else is read. */
static int beginning_check(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char bytes[6];
	ssize_t size = fd < 0 ? -1 : pread(fd, bytes, sizeof(bytes), 0);
	struct stat st;

	/* What cannot be opened or read is told of by whoever reads it all. */
	if (size < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    compression_of(bytes, (size_t)size) != COMPRESSION_NONE)
		return 0;
	return size >= SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG) ? 0 : -ENOEXEC;
}

static int read_file(struct module_file **ret, const char *path, size_t max, bool is_thorough)
{
	cleanup(cleanup_module_file) struct module_file *file = calloc(1, sizeof(*file));
	auto_free char *stored = NULL;
	size_t size;
	int r;

	if (!file)
		return -ENOMEM;
	r = beginning_check(path);
	if (!r)
		r = file_read(path, max, &stored, &size);
	if (r < 0)
		return r;
	r = file_describe(file, stored, size, max, is_thorough);
	if (r < 0)
		return r;
	*ret = take_pointer(file);
	return 0;
}

int module_file_read(struct module_file **ret, const char *path)
{
	return read_file(ret, path, MODULE_FILE_MAX, true);
}

int module_file_look(struct module_file **ret, const char *path)
{
	return read_file(ret, path, MODULE_LOOK_MAX, false);
}

void module_file_free(struct module_file *file)
{
	if (!file)
		return;
	free(file->signer);
	free(file);
}
