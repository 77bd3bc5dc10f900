/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name in a module's image, as libelf's view of the sections has it. */
#ifndef MODWARDEN_ELF_VIEW_H
#define MODWARDEN_ELF_VIEW_H

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Finds the one section of a name that has contents in memory; NULL: there is none, or more. */
static inline Elf_Scn *elf_view_section(Elf *elf, const char *wanted)
{
	Elf_Scn *section = NULL, *found = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			return NULL;
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, wanted))
			continue;
		if (found)
			return NULL;
		found = section;
	}
	return found;
}

/* The text at an offset of .gnu.linkonce.this_module; false: not to be found. */
static inline bool elf_view_name(const char *bytes, size_t size, size_t offset, size_t name_size,
				 char *name)
{
	bool is_found = false;
	Elf_Scn *section;
	Elf_Data *data;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)(uintptr_t)bytes, size);
	if (!elf)
		return false;
	section = elf_view_section(elf, ".gnu.linkonce.this_module");
	data = section ? elf_rawdata(section, NULL) : NULL;
	if (data && data->d_buf && data->d_size >= offset + name_size &&
	    memchr((char *)data->d_buf + offset, '\0', name_size)) {
		strcpy(name, (char *)data->d_buf + offset);
		is_found = true;
	}
	elf_end(elf);
	return is_found;
}

#endif
