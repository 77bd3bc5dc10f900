// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a module of the running kernel out of module/template.c's object, without headers: what
 * differs between kernels is taken from one of the kernel's own modules (as ELF, not compressed).
 *
 *   graft [-w] TEMPLATE REFERENCE NAME OUT
 *
 *   -w   with a relocation far outside of its section: linking this module crashes the kernel
 *
 * Exit: 0, 1 it could not be made (and says why), 2 usage.
 */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_SECTION ".gnu.linkonce.this_module"
#define NAME_OFFSET    24 /* in struct module; the template counts on it */
#define NAME_SIZE      56
#define WILD_OFFSET    (1ULL << 40)

struct image {
	const char *path;
	uint8_t *bytes;
	size_t size;
};

static void die(const struct image *image, const char *why)
{
	fprintf(stderr, "graft: %s: %s\n", image->path, why);
	exit(1);
}

static struct image read_image(const char *path)
{
	struct image image = { .path = path };
	FILE *file = fopen(path, "rb");

	if (!file || fseek(file, 0, SEEK_END))
		die(&image, "cannot be read");
	image.size = ftell(file);
	image.bytes = malloc(image.size);
	rewind(file);
	if (!image.bytes || fread(image.bytes, 1, image.size, file) != image.size)
		die(&image, "cannot be read");
	fclose(file);
	if (image.size < sizeof(Elf64_Ehdr) || memcmp(image.bytes, ELFMAG, SELFMAG) != 0)
		die(&image, "is not ELF");
	return image;
}

static void write_image(const struct image *image, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(image->bytes, 1, image->size, file) != image->size || fclose(file))
		die(image, "cannot be written");
}

static const Elf64_Ehdr *header(const struct image *image)
{
	return (const Elf64_Ehdr *)image->bytes;
}

static Elf64_Shdr *section(const struct image *image, unsigned int index)
{
	return (Elf64_Shdr *)(image->bytes + header(image)->e_shoff) + index;
}

static uint8_t *contents(const struct image *image, const Elf64_Shdr *section)
{
	return image->bytes + section->sh_offset;
}

static Elf64_Shdr *section_named(const struct image *image, const char *name)
{
	const Elf64_Shdr *names = section(image, header(image)->e_shstrndx);

	for (unsigned int i = 1; i < header(image)->e_shnum; i++)
		if (!strcmp((char *)contents(image, names) + section(image, i)->sh_name, name))
			return section(image, i);
	die(image, "a section is missing");
	return NULL;
}

static Elf64_Rela *first_relocation(const struct image *image, const char *section)
{
	return (Elf64_Rela *)contents(image, section_named(image, section));
}

/* The relocation that puts this function's address into struct module. */
static Elf64_Rela *pointer_to(const struct image *image, const char *function)
{
	const Elf64_Shdr *table = section_named(image, ".rela" MODULE_SECTION);
	const Elf64_Shdr *symbols = section(image, table->sh_link);
	const char *names = (char *)contents(image, section(image, symbols->sh_link));
	Elf64_Rela *entry = (Elf64_Rela *)contents(image, table);

	for (size_t i = 0; i < table->sh_size / sizeof(*entry); i++, entry++) {
		const Elf64_Sym *symbol =
			(Elf64_Sym *)contents(image, symbols) + ELF64_R_SYM(entry->r_info);

		if (!strcmp(names + symbol->st_name, function))
			return entry;
	}
	die(image, "no init or no exit function");
	return NULL;
}

/* The text behind "TAG=" in .modinfo; room is what is left of the section from there. */
static char *tagged(const struct image *image, const char *tag, size_t *room)
{
	const Elf64_Shdr *info = section_named(image, ".modinfo");
	uint8_t *begin = contents(image, info), *end = begin + info->sh_size;
	size_t length = strlen(tag);

	for (uint8_t *at = begin; at + length < end; at++) {
		if ((at != begin && at[-1]) || memcmp(at, tag, length) != 0)
			continue;
		*room = end - at - length;
		return (char *)at + length;
	}
	die(image, "a tag is missing in .modinfo");
	return NULL;
}

/* The template's tags have room behind them, as many NULs as it says there. */
static void put_tag(const struct image *template, const char *tag, const char *text)
{
	size_t room;
	char *at = tagged(template, tag, &room);

	for (size_t i = 0; i <= strlen(text); i++)
		if (i >= room || at[i])
			die(template, "has too little room in .modinfo");
	strcpy(at, text);
}

static const char *name_in_module(const struct image *image)
{
	return (char *)contents(image, section_named(image, MODULE_SECTION)) + NAME_OFFSET;
}

static void graft(const struct image *template, const struct image *reference, const char *name)
{
	Elf64_Shdr *module = section_named(template, MODULE_SECTION);
	size_t size = section_named(reference, MODULE_SECTION)->sh_size, room;

	if (strncmp(name_in_module(reference), tagged(reference, "name=", &room), NAME_SIZE) != 0)
		die(reference, "struct module does not begin as in the template");
	if (size > module->sh_size)
		die(reference, "struct module is larger than the template's");
	module->sh_size = size;
	strcpy((char *)name_in_module(template), name);
	put_tag(template, "name=", name);
	put_tag(template, "vermagic=", tagged(reference, "vermagic=", &room));
	pointer_to(template, "init_module")->r_offset =
		pointer_to(reference, "init_module")->r_offset;
	pointer_to(template, "cleanup_module")->r_offset =
		pointer_to(reference, "cleanup_module")->r_offset;
}

static void usage(void)
{
	fputs("usage: graft [-w] TEMPLATE REFERENCE NAME OUT\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	bool wild = argc > 1 && !strcmp(argv[1], "-w");
	struct image template, reference;
	char **args = argv + 1 + wild;

	if (argc != 5 + wild || !*args[2] || strlen(args[2]) >= NAME_SIZE)
		usage();
	template = read_image(args[0]);
	reference = read_image(args[1]);
	graft(&template, &reference, args[2]);
	if (wild)
		first_relocation(&template, ".rela__param")->r_offset = WILD_OFFSET;
	write_image(&template, args[3]);
	return 0;
}
