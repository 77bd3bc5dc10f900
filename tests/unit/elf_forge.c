/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "elf_forge.h"

#include <errno.h>
#include <string.h>

#if defined(__x86_64__)
#define FORGE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define FORGE_MACHINE EM_AARCH64
#elif defined(__powerpc64__)
#define FORGE_MACHINE EM_PPC64
#elif defined(__s390x__)
#define FORGE_MACHINE EM_S390
#else
#define FORGE_MACHINE EM_RISCV
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FORGE_DATA  ELFDATA2LSB
#define FORGE_OTHER ELFDATA2MSB
#else
#define FORGE_DATA  ELFDATA2MSB
#define FORGE_OTHER ELFDATA2LSB
#endif

#define LIVEPATCH 0x00100000 /* SHF_RELA_LIVEPATCH */

static const char modinfo[] = "license=GPL\0filename=other\0name=" FORGE_NAME
			      "\0srcversion=" FORGE_SRCVERSION "\0vermagic=6";
static const char build_note[] = FORGE_BUILD_NOTE;
static const char strtab[] = "\0init_module";
static const Elf64_Rela text_relocations[] = { { .r_offset = 0 }, { .r_offset = 60 } };
static const Elf64_Rela module_relocations[] = { { .r_offset = 256 }, { .r_offset = 504 } };
static const Elf64_Sym symbols[] = { { 0 }, { .st_name = 1, .st_shndx = FORGE_TEXT } };

static const struct {
	const char *name;
	uint32_t type;
	uint64_t flags;
	const void *data;
	uint64_t size;
	uint32_t link, info;
} plan[FORGE_SECTIONS] = {
	[FORGE_TEXT] = { ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, NULL, 64, 0, 0 },
	[FORGE_RELA_TEXT] = { ".rela.text", SHT_RELA, SHF_INFO_LINK, text_relocations,
			      sizeof(text_relocations), FORGE_SYMTAB, FORGE_TEXT },
	[FORGE_MODINFO] = { ".modinfo", SHT_PROGBITS, SHF_ALLOC, modinfo, sizeof(modinfo), 0, 0 },
	[FORGE_MODULE] = { ".gnu.linkonce.this_module", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL,
			   FORGE_MODULE_SIZE, 0, 0 },
	[FORGE_RELA_MODULE] = { ".rela.gnu.linkonce.this_module", SHT_RELA, SHF_INFO_LINK,
				module_relocations, sizeof(module_relocations), FORGE_SYMTAB,
				FORGE_MODULE },
	[FORGE_BSS] = { ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, NULL, 1 << 20, 0, 0 },
	[FORGE_BUILD_ID] = { ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, build_note,
			     sizeof(build_note) - 1, 0, 0 },
	[FORGE_SPARE] = { ".spare", SHT_PROGBITS, 0, NULL, FORGE_MODULE_SIZE, 0, 0 },
	[FORGE_RELA_SPARE] = { ".rela.spare", SHT_RELA, SHF_INFO_LINK, module_relocations,
			       sizeof(module_relocations), FORGE_SYMTAB, FORGE_SPARE },
	[FORGE_SYMTAB] = { ".symtab", SHT_SYMTAB, 0, symbols, sizeof(symbols), FORGE_STRTAB, 1 },
	[FORGE_STRTAB] = { ".strtab", SHT_STRTAB, 0, strtab, sizeof(strtab), 0, 0 },
	[FORGE_SHSTRTAB] = { ".shstrtab", SHT_STRTAB, 0, NULL, 0, 0, 0 },
};

static Elf64_Ehdr *header(struct forge *forge)
{
	return (Elf64_Ehdr *)forge->bytes;
}

/* A mutation may move them to any address. */
typedef Elf64_Shdr unaligned_section __attribute__((aligned(1)));

static unaligned_section *section(struct forge *forge, enum forge_index index)
{
	return (unaligned_section *)(forge->bytes + header(forge)->e_shoff) + index;
}

void *forge_contents(struct forge *forge, enum forge_index index)
{
	return forge->bytes + section(forge, index)->sh_offset;
}

static size_t aligned(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

void forge_module(struct forge *forge)
{
	Elf64_Shdr sections[FORGE_SECTIONS] = { 0 };
	char names[256] = { 0 };
	size_t names_size = 1, at = 64;

	memset(forge, 0, sizeof(*forge));
	for (int i = 1; i < FORGE_SECTIONS; i++) {
		sections[i].sh_name = names_size;
		memcpy(names + names_size, plan[i].name, strlen(plan[i].name));
		names_size += strlen(plan[i].name) + 1;
	}
	for (int i = 1; i < FORGE_SECTIONS; i++) {
		const void *data = i == FORGE_SHSTRTAB ? names : plan[i].data;
		size_t size = i == FORGE_SHSTRTAB ? names_size : plan[i].size;

		sections[i].sh_type = plan[i].type;
		sections[i].sh_flags = plan[i].flags;
		sections[i].sh_offset = at;
		sections[i].sh_size = size;
		sections[i].sh_link = plan[i].link;
		sections[i].sh_info = plan[i].info;
		sections[i].sh_addralign = 64;
		if (data)
			memcpy(forge->bytes + at, data, size);
		if (plan[i].type != SHT_NOBITS)
			at = aligned(at + size);
	}
	memcpy(forge->bytes + at, sections, sizeof(sections));
	forge->size = at + sizeof(sections);
	*header(forge) = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, FORGE_DATA,
			     EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = FORGE_MACHINE,
		.e_version = EV_CURRENT,
		.e_shoff = at,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = FORGE_SECTIONS,
		.e_shstrndx = FORGE_SHSTRTAB,
	};
	strcpy((char *)forge_contents(forge, FORGE_MODULE) + FORGE_NAME_OFFSET, FORGE_NAME);
	strcpy((char *)forge_contents(forge, FORGE_SPARE) + FORGE_NAME_OFFSET, FORGE_NAME);
}

/* What the cases are made of. */

static char *name(struct forge *forge)
{
	return (char *)forge_contents(forge, FORGE_MODULE) + FORGE_NAME_OFFSET;
}

static void call_as(struct forge *forge, enum forge_index index, enum forge_index as)
{
	section(forge, index)->sh_name = section(forge, as)->sh_name;
}

/* Puts the strings, each with its NUL, in the place of .modinfo's. */
static void set_modinfo(struct forge *forge, const char *strings, size_t size)
{
	memcpy(forge_contents(forge, FORGE_MODINFO), strings, size);
	section(forge, FORGE_MODINFO)->sh_size = size;
}

#define SET_MODINFO(forge, strings) set_modinfo(forge, strings, sizeof(strings))

static void relocate(struct forge *forge, enum forge_index index, uint64_t offset)
{
	((Elf64_Rela *)forge_contents(forge, index))[1].r_offset = offset;
}

/* Appends a signature of 'size' bytes that says it has 'claimed'. */
static void sign(struct forge *forge, size_t size, uint32_t claimed)
{
	static const char marker[] = "~Module signature appended~\n";
	unsigned char *at = forge->bytes + forge->size + size;

	memset(at - size, 0xa5, size);
	memset(at, 0, 8);
	at[8] = claimed >> 24;
	at[9] = claimed >> 16;
	at[10] = claimed >> 8;
	at[11] = claimed;
	memcpy(at + 12, marker, sizeof(marker) - 1);
	forge->size += size + 12 + sizeof(marker) - 1;
}

#define CHANGE(claim) static void claim(struct forge *forge)

CHANGE(nothing)
{
	(void)forge;
}

/* The ELF header and the section headers. */

CHANGE(empty_image)
{
	forge->size = 0;
}

CHANGE(zeroes)
{
	memset(forge->bytes, 0, forge->size);
}

CHANGE(other_magic)
{
	header(forge)->e_ident[3] = 'f';
}

CHANGE(executable)
{
	header(forge)->e_type = ET_EXEC;
}

CHANGE(other_machine)
{
	header(forge)->e_machine = EM_386;
}

CHANGE(other_class)
{
	header(forge)->e_ident[EI_CLASS] = ELFCLASS32;
}

CHANGE(other_byte_order)
{
	header(forge)->e_ident[EI_DATA] = FORGE_OTHER;
}

CHANGE(other_section_header_size)
{
	header(forge)->e_shentsize = sizeof(Elf64_Shdr) + 1;
}

CHANGE(section_headers_at_the_end)
{
	header(forge)->e_shoff = forge->size;
}

CHANGE(section_headers_outside)
{
	header(forge)->e_shoff = forge->size - FORGE_SECTIONS * sizeof(Elf64_Shdr) + 1;
}

CHANGE(section_headers_wrap_around)
{
	header(forge)->e_shoff = -64ULL;
}

CHANGE(section_headers_in_the_elf_header)
{
	header(forge)->e_shoff = 0;
	memset(forge->bytes, 0, 4);
	memcpy(forge->bytes, ELFMAG, 4);
}

/* Section 0 would begin at e_ident[16]; the kernel reads zeroes there and goes on. */
CHANGE(section_headers_overlap_the_elf_header)
{
	Elf64_Shdr sections[FORGE_SECTIONS];
	size_t shift = 128;

	memcpy(sections, section(forge, FORGE_NULL), sizeof(sections));
	memmove(forge->bytes + shift + sizeof(sections), forge->bytes + 64, forge->size - 64);
	for (int i = 1; i < FORGE_SECTIONS; i++)
		sections[i].sh_offset += shift + sizeof(sections) - 64;
	memcpy(forge->bytes + 64, sections + 1, sizeof(sections) - sizeof(*sections));
	forge->size += shift + sizeof(sections) - 64;
	header(forge)->e_shoff = 0;
}

CHANGE(no_sections)
{
	header(forge)->e_shnum = 0;
}

CHANGE(extended_section_count)
{
	header(forge)->e_shnum = 0;
	section(forge, FORGE_NULL)->sh_size = FORGE_SECTIONS;
}

CHANGE(extended_names_index)
{
	header(forge)->e_shstrndx = SHN_XINDEX;
	section(forge, FORGE_NULL)->sh_link = FORGE_SHSTRTAB;
}

CHANGE(most_sections)
{
	header(forge)->e_shnum = 0xffff;
}

CHANGE(one_section_more)
{
	header(forge)->e_shnum++;
}

CHANGE(null_section_with_size)
{
	section(forge, FORGE_NULL)->sh_size = 1;
}

CHANGE(null_section_with_address)
{
	section(forge, FORGE_NULL)->sh_addr = 64;
}

CHANGE(null_section_allocated)
{
	section(forge, FORGE_NULL)->sh_flags = SHF_ALLOC;
	section(forge, FORGE_NULL)->sh_addralign = 3;
}

CHANGE(second_null_section)
{
	section(forge, FORGE_SPARE)->sh_type = SHT_NULL;
}

CHANGE(section_outside)
{
	section(forge, FORGE_SPARE)->sh_size = forge->size;
}

CHANGE(section_wraps_around)
{
	section(forge, FORGE_SPARE)->sh_offset = -1ULL;
	section(forge, FORGE_SPARE)->sh_size = 2;
}

CHANGE(section_lies_on_headers)
{
	section(forge, FORGE_SPARE)->sh_offset = header(forge)->e_shoff - 8;
}

CHANGE(memory_wraps_around)
{
	section(forge, FORGE_BSS)->sh_size = 1ULL << 32;
}

CHANGE(memory_wraps_around_twice)
{
	section(forge, FORGE_BSS)->sh_size = -1ULL;
}

CHANGE(memory_too_large)
{
	section(forge, FORGE_BSS)->sh_size = 1 << 30;
}

CHANGE(odd_alignment)
{
	section(forge, FORGE_TEXT)->sh_addralign = 3;
}

CHANGE(huge_alignment)
{
	section(forge, FORGE_TEXT)->sh_addralign = 1ULL << 63;
}

/* The table of section names and the symbols. */

CHANGE(names_of_no_section)
{
	header(forge)->e_shstrndx = SHN_UNDEF;
}

CHANGE(names_in_a_section_that_is_not)
{
	header(forge)->e_shstrndx = FORGE_SECTIONS;
}

CHANGE(names_in_the_module_section)
{
	header(forge)->e_shstrndx = FORGE_MODULE;
}

CHANGE(names_in_the_strings)
{
	header(forge)->e_shstrndx = FORGE_STRTAB;
}

CHANGE(names_empty)
{
	section(forge, FORGE_SHSTRTAB)->sh_size = 0;
}

CHANGE(names_outside)
{
	section(forge, FORGE_SHSTRTAB)->sh_size = forge->size;
}

CHANGE(names_without_end)
{
	section(forge, FORGE_SHSTRTAB)->sh_size--;
}

CHANGE(names_in_nobits)
{
	section(forge, FORGE_SHSTRTAB)->sh_type = SHT_NOBITS;
}

CHANGE(names_in_nobits_outside)
{
	section(forge, FORGE_SHSTRTAB)->sh_type = SHT_NOBITS;
	section(forge, FORGE_SHSTRTAB)->sh_offset = -8ULL;
}

CHANGE(allocated_section_named_outside)
{
	section(forge, FORGE_TEXT)->sh_name = section(forge, FORGE_SHSTRTAB)->sh_size;
}

CHANGE(other_section_named_outside)
{
	section(forge, FORGE_SPARE)->sh_name = -1U;
}

/* Nothing of the image is left behind the table: a longer name cannot even be read. */
CHANGE(names_end_with_the_image)
{
	static const char more[] = ".gnu.linkonce.this_modul";
	unaligned_section *names = section(forge, FORGE_SHSTRTAB);
	size_t size = names->sh_size;

	memcpy(forge->bytes + forge->size, forge_contents(forge, FORGE_SHSTRTAB), size);
	memcpy(forge->bytes + forge->size + size, more, sizeof(more));
	names->sh_offset = forge->size;
	names->sh_size += sizeof(more);
	forge->size += names->sh_size;
	section(forge, FORGE_SPARE)->sh_name = size;
	section(forge, FORGE_RELA_SPARE)->sh_name = names->sh_size - 4;
}

CHANGE(no_symbols)
{
	section(forge, FORGE_SYMTAB)->sh_type = SHT_PROGBITS;
}

CHANGE(two_symbol_tables)
{
	section(forge, FORGE_SPARE)->sh_type = SHT_SYMTAB;
	section(forge, FORGE_SPARE)->sh_link = FORGE_STRTAB;
}

CHANGE(symbols_without_strings)
{
	section(forge, FORGE_SYMTAB)->sh_link = 0;
}

CHANGE(symbols_with_strings_outside)
{
	section(forge, FORGE_SYMTAB)->sh_link = FORGE_SECTIONS;
}

CHANGE(symbols_with_the_module_as_strings)
{
	section(forge, FORGE_SYMTAB)->sh_link = FORGE_MODULE;
}

/* .gnu.linkonce.this_module */

CHANGE(no_module_section)
{
	call_as(forge, FORGE_MODULE, FORGE_SPARE);
}

CHANGE(module_section_with_longer_name)
{
	section(forge, FORGE_MODULE)->sh_name = section(forge, FORGE_RELA_MODULE)->sh_name;
}

CHANGE(module_name_as_suffix)
{
	section(forge, FORGE_MODULE)->sh_name = section(forge, FORGE_RELA_MODULE)->sh_name + 5;
}

CHANGE(two_module_sections)
{
	call_as(forge, FORGE_SPARE, FORGE_MODULE);
	section(forge, FORGE_SPARE)->sh_flags = SHF_ALLOC | SHF_WRITE;
}

CHANGE(two_module_sections_one_not_allocated)
{
	call_as(forge, FORGE_SPARE, FORGE_MODULE);
}

CHANGE(two_module_sections_one_nobits)
{
	call_as(forge, FORGE_BSS, FORGE_MODULE);
}

CHANGE(two_module_sections_one_null)
{
	call_as(forge, FORGE_TEXT, FORGE_MODULE);
	section(forge, FORGE_TEXT)->sh_type = SHT_NULL;
}

CHANGE(module_section_nobits)
{
	section(forge, FORGE_MODULE)->sh_type = SHT_NOBITS;
}

CHANGE(module_section_not_allocated)
{
	section(forge, FORGE_MODULE)->sh_flags &= ~(uint64_t)SHF_ALLOC;
}

CHANGE(module_section_is_symbols)
{
	section(forge, FORGE_SYMTAB)->sh_type = SHT_PROGBITS;
	section(forge, FORGE_MODULE)->sh_type = SHT_SYMTAB;
	section(forge, FORGE_MODULE)->sh_link = FORGE_STRTAB;
}

CHANGE(module_section_is_relocations)
{
	section(forge, FORGE_MODULE)->sh_type = SHT_RELA;
}

CHANGE(module_section_marked_compressed)
{
	section(forge, FORGE_MODULE)->sh_flags |= SHF_COMPRESSED;
}

CHANGE(module_section_of_other_size)
{
	section(forge, FORGE_MODULE)->sh_size -= 8;
}

CHANGE(module_section_outside)
{
	section(forge, FORGE_MODULE)->sh_offset = forge->size - FORGE_MODULE_SIZE + 1;
}

CHANGE(module_section_lies_on_another)
{
	section(forge, FORGE_SPARE)->sh_offset = section(forge, FORGE_MODULE)->sh_offset + 511;
	section(forge, FORGE_SPARE)->sh_size = 1;
}

CHANGE(module_section_lies_on_nothing)
{
	section(forge, FORGE_SPARE)->sh_offset = section(forge, FORGE_MODULE)->sh_offset + 24;
	section(forge, FORGE_SPARE)->sh_size = 0;
}

CHANGE(module_section_lies_on_headers)
{
	section(forge, FORGE_MODULE)->sh_offset = header(forge)->e_shoff - 40;
	strcpy(name(forge), FORGE_NAME);
}

CHANGE(module_section_lies_on_the_elf_header)
{
	section(forge, FORGE_MODULE)->sh_offset = 0;
	for (int i = FORGE_TEXT; i < FORGE_MODULE; i++)
		section(forge, i)->sh_size = 0;
}

/* The name itself. */

CHANGE(name_with_dash)
{
	name(forge)[6] = '-';
}

CHANGE(name_with_bytes_behind)
{
	memset(name(forge) + sizeof(FORGE_NAME), 'x', FORGE_NAME_SIZE - sizeof(FORGE_NAME));
}

CHANGE(name_as_long_as_can_be)
{
	memset(name(forge), 'n', FORGE_NAME_SIZE - 1);
	SET_MODINFO(forge, "name=nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
}

CHANGE(name_without_end)
{
	memset(name(forge), 'n', FORGE_NAME_SIZE);
	SET_MODINFO(forge, "license=GPL");
}

CHANGE(name_empty)
{
	name(forge)[0] = 0;
	SET_MODINFO(forge, "license=GPL");
}

/* sysfs would call it "a!b". */
CHANGE(name_with_slash)
{
	memcpy(name(forge), "a/b", sizeof("a/b"));
	SET_MODINFO(forge, "license=GPL");
}

/* .modinfo */

CHANGE(no_modinfo)
{
	call_as(forge, FORGE_MODINFO, FORGE_SPARE);
}

CHANGE(modinfo_not_allocated)
{
	section(forge, FORGE_MODINFO)->sh_flags = 0;
}

CHANGE(modinfo_without_name)
{
	SET_MODINFO(forge, "license=GPL\0xname=other\0name\0nam=e\0\0 name=other");
}

CHANGE(modinfo_with_other_name)
{
	SET_MODINFO(forge, "license=GPL\0name=other");
}

CHANGE(modinfo_with_other_name_first)
{
	SET_MODINFO(forge, "\0\0name=other\0name=" FORGE_NAME);
}

CHANGE(modinfo_with_other_name_last)
{
	SET_MODINFO(forge, "name=" FORGE_NAME "\0name=other");
}

CHANGE(modinfo_with_shorter_name)
{
	SET_MODINFO(forge, "name=forged_modul");
}

CHANGE(modinfo_with_longer_name)
{
	SET_MODINFO(forge, "name=" FORGE_NAME "s");
}

CHANGE(modinfo_with_empty_name)
{
	SET_MODINFO(forge, "name=");
}

CHANGE(modinfo_with_dash)
{
	SET_MODINFO(forge, "name=forged-module");
}

/* The name lies on the border of two chunks. */
CHANGE(modinfo_with_name_far_behind)
{
	SET_MODINFO(forge,
		    "alias=0123456789012345678901234567890123456789012345\0name=forged_mod-le");
}

CHANGE(modinfo_without_end)
{
	section(forge, FORGE_MODINFO)->sh_size--;
}

CHANGE(modinfo_ends_in_name)
{
	set_modinfo(forge, "name=" FORGE_NAME, strlen("name=" FORGE_NAME));
}

CHANGE(modinfo_empty)
{
	section(forge, FORGE_MODINFO)->sh_size = 0;
}

CHANGE(modinfo_nobits)
{
	section(forge, FORGE_MODINFO)->sh_type = SHT_NOBITS;
}

CHANGE(two_modinfo_sections)
{
	call_as(forge, FORGE_SPARE, FORGE_MODINFO);
}

/* Relocations. */

CHANGE(relocation_on_the_name)
{
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET + 4);
}

CHANGE(relocation_on_the_last_byte)
{
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET + FORGE_NAME_SIZE - 1);
}

CHANGE(relocation_into_the_name)
{
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET - 7);
}

CHANGE(relocation_before_the_name)
{
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET - 16);
}

CHANGE(relocation_behind_the_name)
{
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET + FORGE_NAME_SIZE);
}

CHANGE(relocation_by_another_section)
{
	section(forge, FORGE_RELA_TEXT)->sh_info = FORGE_MODULE;
	relocate(forge, FORGE_RELA_TEXT, FORGE_NAME_OFFSET);
}

CHANGE(relocation_leaves_its_section)
{
	relocate(forge, FORGE_RELA_TEXT, 64);
}

CHANGE(relocation_leaves_its_section_backwards)
{
	relocate(forge, FORGE_RELA_TEXT, -64ULL);
}

CHANGE(relocation_leaves_section_not_allocated)
{
	relocate(forge, FORGE_RELA_SPARE, 4096);
}

CHANGE(relocation_leaves_symbols)
{
	section(forge, FORGE_RELA_SPARE)->sh_info = FORGE_SYMTAB;
	relocate(forge, FORGE_RELA_SPARE, 4096);
}

CHANGE(relocation_leaves_strings)
{
	section(forge, FORGE_RELA_SPARE)->sh_info = FORGE_STRTAB;
	relocate(forge, FORGE_RELA_SPARE, 4096);
}

CHANGE(relocation_of_no_section)
{
	section(forge, FORGE_RELA_SPARE)->sh_info = FORGE_SECTIONS;
	relocate(forge, FORGE_RELA_SPARE, 4096);
}

CHANGE(relocation_of_allocated_null_section)
{
	section(forge, FORGE_RELA_SPARE)->sh_info = FORGE_NULL;
	section(forge, FORGE_NULL)->sh_flags = SHF_ALLOC;
}

CHANGE(relocation_without_addend)
{
	section(forge, FORGE_RELA_TEXT)->sh_type = SHT_REL;
}

CHANGE(relocation_by_livepatch)
{
	section(forge, FORGE_RELA_MODULE)->sh_flags |= LIVEPATCH;
}

CHANGE(relocation_by_livepatch_elsewhere)
{
	section(forge, FORGE_RELA_TEXT)->sh_flags |= LIVEPATCH;
}

CHANGE(relocation_by_livepatch_of_other_type)
{
	section(forge, FORGE_RELA_TEXT)->sh_flags |= LIVEPATCH;
	section(forge, FORGE_RELA_TEXT)->sh_type = SHT_PROGBITS;
}

CHANGE(relocation_not_whole)
{
	section(forge, FORGE_RELA_MODULE)->sh_size--;
	relocate(forge, FORGE_RELA_MODULE, FORGE_NAME_OFFSET);
}

/* The signature. */

CHANGE(signed_module)
{
	sign(forge, 300, 300);
}

CHANGE(signature_longer_than_the_image)
{
	sign(forge, 300, 0xffffff00);
}

CHANGE(signature_takes_all)
{
	sign(forge, 300, forge->size + 300);
}

CHANGE(signature_takes_the_headers)
{
	sign(forge, 300, 301);
}

CHANGE(signature_takes_a_section)
{
	section(forge, FORGE_SPARE)->sh_offset = forge->size;
	section(forge, FORGE_SPARE)->sh_size = 1;
	sign(forge, 300, 300);
}

CHANGE(signature_marker_alone)
{
	memcpy(forge->bytes, "x~Module signature appended~\n", 29);
	forge->size = 29;
}

#define RIGHT(change)                                                                              \
	{                                                                                          \
#change, change, 0, NULL                                                           \
	}
#define NAMED(change, name)                                                                        \
	{                                                                                          \
#change, change, 0, name                                                           \
	}
#define REFUSED(change)                                                                            \
	{                                                                                          \
#change, change, -ENOEXEC, NULL                                                    \
	}
#define UNTOLD(change)                                                                             \
	{                                                                                          \
#change, change, -ENODATA, NULL                                                    \
	}

const struct forge_case forge_cases[] = {
	RIGHT(nothing),
	REFUSED(empty_image),
	REFUSED(zeroes),
	REFUSED(other_magic),
	REFUSED(executable),
	REFUSED(other_machine),
	UNTOLD(other_class),
	UNTOLD(other_byte_order),
	REFUSED(other_section_header_size),
	REFUSED(section_headers_at_the_end),
	REFUSED(section_headers_outside),
	REFUSED(section_headers_wrap_around),
	UNTOLD(section_headers_in_the_elf_header),
	UNTOLD(section_headers_overlap_the_elf_header),
	REFUSED(no_sections),
	REFUSED(extended_section_count),
	REFUSED(extended_names_index),
	REFUSED(most_sections),
	REFUSED(one_section_more),
	REFUSED(null_section_with_size),
	REFUSED(null_section_with_address),
	UNTOLD(null_section_allocated),
	UNTOLD(second_null_section),
	REFUSED(section_outside),
	REFUSED(section_wraps_around),
	UNTOLD(section_lies_on_headers),
	UNTOLD(memory_wraps_around),
	UNTOLD(memory_wraps_around_twice),
	UNTOLD(memory_too_large),
	UNTOLD(odd_alignment),
	UNTOLD(huge_alignment),
	REFUSED(names_of_no_section),
	REFUSED(names_in_a_section_that_is_not),
	REFUSED(names_in_the_module_section),
	REFUSED(names_in_the_strings),
	REFUSED(names_empty),
	REFUSED(names_outside),
	REFUSED(names_without_end),
	UNTOLD(names_in_nobits),
	UNTOLD(names_in_nobits_outside),
	REFUSED(allocated_section_named_outside),
	UNTOLD(other_section_named_outside),
	RIGHT(names_end_with_the_image),
	REFUSED(no_symbols),
	UNTOLD(two_symbol_tables),
	REFUSED(symbols_without_strings),
	REFUSED(symbols_with_strings_outside),
	UNTOLD(symbols_with_the_module_as_strings),
	REFUSED(no_module_section),
	REFUSED(module_section_with_longer_name),
	RIGHT(module_name_as_suffix),
	UNTOLD(two_module_sections),
	UNTOLD(two_module_sections_one_not_allocated),
	UNTOLD(two_module_sections_one_nobits),
	UNTOLD(two_module_sections_one_null),
	UNTOLD(module_section_nobits),
	UNTOLD(module_section_not_allocated),
	UNTOLD(module_section_is_symbols),
	UNTOLD(module_section_is_relocations),
	RIGHT(module_section_marked_compressed),
	UNTOLD(module_section_of_other_size),
	REFUSED(module_section_outside),
	UNTOLD(module_section_lies_on_another),
	RIGHT(module_section_lies_on_nothing),
	UNTOLD(module_section_lies_on_headers),
	UNTOLD(module_section_lies_on_the_elf_header),
	NAMED(name_with_dash, "forged-module"),
	RIGHT(name_with_bytes_behind),
	NAMED(name_as_long_as_can_be, "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"),
	UNTOLD(name_without_end),
	UNTOLD(name_empty),
	UNTOLD(name_with_slash),
	RIGHT(no_modinfo),
	RIGHT(modinfo_not_allocated),
	RIGHT(modinfo_without_name),
	UNTOLD(modinfo_with_other_name),
	UNTOLD(modinfo_with_other_name_first),
	UNTOLD(modinfo_with_other_name_last),
	UNTOLD(modinfo_with_shorter_name),
	UNTOLD(modinfo_with_longer_name),
	UNTOLD(modinfo_with_empty_name),
	RIGHT(modinfo_with_dash),
	UNTOLD(modinfo_with_name_far_behind),
	UNTOLD(modinfo_without_end),
	UNTOLD(modinfo_ends_in_name),
	UNTOLD(modinfo_empty),
	UNTOLD(modinfo_nobits),
	UNTOLD(two_modinfo_sections),
	UNTOLD(relocation_on_the_name),
	UNTOLD(relocation_on_the_last_byte),
	UNTOLD(relocation_into_the_name),
	RIGHT(relocation_before_the_name),
	RIGHT(relocation_behind_the_name),
	UNTOLD(relocation_by_another_section),
	UNTOLD(relocation_leaves_its_section),
	UNTOLD(relocation_leaves_its_section_backwards),
	RIGHT(relocation_leaves_section_not_allocated),
	UNTOLD(relocation_leaves_symbols),
	UNTOLD(relocation_leaves_strings),
	RIGHT(relocation_of_no_section),
	UNTOLD(relocation_of_allocated_null_section),
	UNTOLD(relocation_without_addend),
	UNTOLD(relocation_by_livepatch),
	RIGHT(relocation_by_livepatch_elsewhere),
	UNTOLD(relocation_by_livepatch_of_other_type),
	RIGHT(relocation_not_whole),
	RIGHT(signed_module),
	UNTOLD(signature_longer_than_the_image),
	UNTOLD(signature_takes_all),
	UNTOLD(signature_takes_the_headers),
	UNTOLD(signature_takes_a_section),
	REFUSED(signature_marker_alone),
};

const size_t forge_case_count = sizeof(forge_cases) / sizeof(*forge_cases);

/* Mutations. */

uint64_t forge_random(uint64_t *seed) /* xorshift64 */
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t random_value(uint64_t *seed, const struct forge *forge)
{
	static const uint64_t borders[] = { 0,          1,          2,
					    8,          16,         24,
					    64,         80,         FORGE_MODULE_SIZE,
					    0xffff,     0x7fffffff, 0x80000000,
					    0xffffffff, 1ULL << 32, 1ULL << 63 };
	uint64_t value = forge_random(seed);

	switch (value % 4) {
	case 0:
		value = borders[(value >> 8) % (sizeof(borders) / sizeof(*borders))];
		break;
	case 1:
		value = (value >> 8) % (forge->size + 1);
		break;
	case 2:
		value = (value >> 8) % (FORGE_SECTIONS + 1);
		break;
	}
	value += forge_random(seed) % 3 - 1;
	return value;
}

static void mutate_section(struct forge *forge, uint64_t *seed)
{
	static const struct {
		size_t offset, size;
	} fields[] = {
		{ offsetof(Elf64_Shdr, sh_name), 4 },      { offsetof(Elf64_Shdr, sh_type), 4 },
		{ offsetof(Elf64_Shdr, sh_flags), 8 },     { offsetof(Elf64_Shdr, sh_addr), 8 },
		{ offsetof(Elf64_Shdr, sh_offset), 8 },    { offsetof(Elf64_Shdr, sh_size), 8 },
		{ offsetof(Elf64_Shdr, sh_link), 4 },      { offsetof(Elf64_Shdr, sh_info), 4 },
		{ offsetof(Elf64_Shdr, sh_addralign), 8 },
	};
	unsigned char *at = (unsigned char *)section(forge, forge_random(seed) % FORGE_SECTIONS);
	unsigned char *from = (unsigned char *)section(forge, forge_random(seed) % FORGE_SECTIONS);
	size_t field = forge_random(seed) % (sizeof(fields) / sizeof(*fields));
	uint64_t value = random_value(seed, forge);

	if (forge_random(seed) % 2) /* what another section has, or near it */
		memcpy(&value, from + fields[field].offset, fields[field].size);
	if (forge_random(seed) % 4 == 0)
		value ^= 1ULL << forge_random(seed) % 64;
	memcpy(at + fields[field].offset, &value, fields[field].size);
}

void forge_mutate(struct forge *forge, uint64_t *seed)
{
	unsigned char *at;
	uint64_t value;

	if (header(forge)->e_shoff > FORGE_CAPACITY - FORGE_SECTIONS * sizeof(Elf64_Shdr))
		return;
	switch (forge_random(seed) % 8) {
	case 0: /* any byte */
		forge->bytes[forge_random(seed) % forge->size] = forge_random(seed);
		return;
	case 1: /* the ELF header */
		value = random_value(seed, forge);
		memcpy(forge->bytes + forge_random(seed) % 32 * 2, &value, 2);
		return;
	case 2: /* a relocation */
		value = section(forge, forge_random(seed) % 2 ? FORGE_RELA_MODULE : FORGE_RELA_TEXT)
				->sh_offset;
		if (value > FORGE_CAPACITY - sizeof(Elf64_Rela))
			return;
		value += forge_random(seed) % 2 * sizeof(Elf64_Rela);
		if (value > FORGE_CAPACITY - sizeof(Elf64_Rela))
			return;
		at = forge->bytes + value + offsetof(Elf64_Rela, r_offset);
		value = random_value(seed, forge);
		memcpy(at, &value, sizeof(value));
		return;
	case 3:
		if (forge_random(seed) % 4 == 0)
			forge->size -= forge_random(seed) % 128;
		else if (forge_random(seed) % 4 == 0 && forge->size < FORGE_CAPACITY / 2)
			sign(forge, 200, 190 + forge_random(seed) % 20);
		return;
	default:
		mutate_section(forge, seed);
	}
}
