// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes modules that no honest build makes, out of honest ones (64-bit, this machine's byte order).
 *
 *   forge strip IN OUT           without the signature that is appended
 *   forge rename IN OUT NAME     another name in struct module and in .modinfo; not a longer one
 *   forge lie KIND IN OUT        section headers that lie:
 *     shoff     they begin behind the end of the file
 *     offset    the section of struct module does
 *     shnum     there are 65,279 of them
 *     twice     there are two sections of struct module
 *
 * Exit: 0, 1 it could not be made (and says why), 2 usage.
 */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_MAGIC "~Module signature appended~\n"
#define SIGNATURE_INFO	12 /* struct module_signature; its last four bytes are the length */
#define MODULE_SECTION	".gnu.linkonce.this_module"

static uint8_t *image;
static size_t size;

static void die(const char *why)
{
	fprintf(stderr, "forge: %s\n", why);
	exit(1);
}

static void read_image(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file || fseek(file, 0, SEEK_END) || (long)(size = ftell(file)) < (long)sizeof(Elf64_Ehdr))
		die("cannot read the module");
	rewind(file);
	image = malloc(size);
	if (!image || fread(image, 1, size, file) != size)
		die("cannot read the module");
	fclose(file);
}

static void write_image(const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(image, 1, size, file) != size || fclose(file))
		die("cannot write the module");
}

static void strip_signature(void)
{
	size_t magic = strlen(SIGNATURE_MAGIC);
	const uint8_t *info;
	size_t length;

	if (size < magic + SIGNATURE_INFO || memcmp(image + size - magic, SIGNATURE_MAGIC, magic) != 0)
		die("no signature is appended");
	info = image + size - magic - SIGNATURE_INFO;
	length = (size_t)info[8] << 24 | info[9] << 16 | info[10] << 8 | info[11];
	if (length > size - magic - SIGNATURE_INFO)
		die("the signature is longer than the file");
	size -= magic + SIGNATURE_INFO + length;
}

static Elf64_Ehdr *header(void)
{
	return (Elf64_Ehdr *)image;
}

static Elf64_Shdr *section(unsigned int index)
{
	return (Elf64_Shdr *)(image + header()->e_shoff) + index;
}

static Elf64_Shdr *section_named(const char *name)
{
	const char *names = (const char *)image + section(header()->e_shstrndx)->sh_offset;

	for (unsigned int i = 1; i < header()->e_shnum; i++)
		if (!strcmp(names + section(i)->sh_name, name))
			return section(i);
	die("a section is missing");
	return NULL;
}

/* Overwrites the text at 'at' and what is left of it with NULs. */
static void put_name(uint8_t *at, size_t room, const char *name)
{
	if (strlen(name) > room)
		die("the new name is longer");
	memset(at, 0, room);
	memcpy(at, name, strlen(name));
}

/* In struct module the old name stands somewhere: its offset differs between kernels. */
static void rename_module(const char *name)
{
	const Elf64_Shdr *info = section_named(".modinfo"), *module = section_named(MODULE_SECTION);
	uint8_t *tag = memmem(image + info->sh_offset, info->sh_size, "\0name=", 6);
	uint8_t *old, *at;

	if (!tag)
		die("no name in .modinfo");
	old = tag + 6;
	at = memmem(image + module->sh_offset, module->sh_size, old, strlen((char *)old) + 1);
	if (!at)
		die("no name in struct module");
	put_name(at, strlen((char *)old), name);
	put_name(old, strlen((char *)old), name);
}

static void lie(const char *kind)
{
	Elf64_Shdr *module = section_named(MODULE_SECTION);

	if (!strcmp(kind, "shoff"))
		header()->e_shoff = size + 4096;
	else if (!strcmp(kind, "offset"))
		module->sh_offset = size + 4096;
	else if (!strcmp(kind, "shnum"))
		header()->e_shnum = SHN_LORESERVE - 1;
	else if (!strcmp(kind, "twice"))
		section_named(".comment")->sh_name = module->sh_name;
	else
		die("unknown lie");
}

static void usage(void)
{
	fputs("usage: forge strip IN OUT | rename IN OUT NAME | lie KIND IN OUT\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	bool is_lie = argc == 5 && !strcmp(argv[1], "lie");
	bool is_rename = argc == 5 && !strcmp(argv[1], "rename");

	if (!is_lie && !is_rename && !(argc == 4 && !strcmp(argv[1], "strip")))
		usage();
	read_image(argv[is_lie ? 3 : 2]);
	if (is_lie)
		lie(argv[2]);
	else if (is_rename)
		rename_module(argv[4]);
	else
		strip_signature();
	write_image(argv[is_lie ? 4 : 3]);
	return 0;
}
