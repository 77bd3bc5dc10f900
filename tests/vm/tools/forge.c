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
 *     overlap   another section lies over that of struct module
 *     names     the table of section names begins behind the end of the file
 *     index     ... is not one of the sections
 *     unended   ... has no NUL at its end
 *     extended  how many there are, and which of them has the names, stands in section 0
 *   forge sign KIND IN OUT       an appended signature that is none of this module by a known key:
 *     bytes     a bit of the signature itself differs
 *     signer    it names a key that nobody has
 *     cut       the second half of it is missing
 *     length    it says that it is longer than the file
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

/* What is appended: the signature, struct module_signature with its length, the magic. */
static struct {
	uint8_t *bytes, *info;
	size_t length;
} signature;

static void find_signature(void)
{
	size_t magic = strlen(SIGNATURE_MAGIC);
	const uint8_t *info;

	if (size < magic + SIGNATURE_INFO || memcmp(image + size - magic, SIGNATURE_MAGIC, magic) != 0)
		die("no signature is appended");
	info = signature.info = image + size - magic - SIGNATURE_INFO;
	signature.length = (size_t)info[8] << 24 | info[9] << 16 | info[10] << 8 | info[11];
	if (signature.length > size - magic - SIGNATURE_INFO)
		die("the signature is longer than the file");
	signature.bytes = signature.info - signature.length;
}

static void strip_signature(void)
{
	find_signature();
	size = signature.bytes - image;
}

static void set_signature_length(size_t length)
{
	for (int i = 0; i < 4; i++)
		signature.info[8 + i] = length >> (24 - 8 * i);
}

/* One value of DER: *at is where it begins, and moves to its contents. Returns their end. */
static uint8_t *der_enter(uint8_t **at, const uint8_t *end)
{
	size_t length = 0;
	int bytes;

	if (end - *at < 2)
		die("the signature is no DER");
	bytes = (*at)[1];
	*at += 2;
	if (bytes < 0x80)
		return *at + bytes;
	for (bytes &= 0x7f; bytes && *at < end; bytes--)
		length = length << 8 | *(*at)++;
	if (bytes || length > (size_t)(end - *at))
		die("the signature is no DER");
	return *at + length;
}

/* The same, passed over. */
static void der_skip(uint8_t **at, const uint8_t *end)
{
	*at = der_enter(at, end);
}

/* RFC 5652: the end of SignerIdentifier, in which a serial number or a key's digest comes last. */
static uint8_t *signer(void)
{
	uint8_t *at = signature.bytes, *end = at + signature.length;

	end = der_enter(&at, end); /* ContentInfo */
	der_skip(&at, end);        /* contentType */
	end = der_enter(&at, end); /* content */
	end = der_enter(&at, end); /* SignedData */
	while (at < end) {
		uint8_t *value = at, *value_end = der_enter(&value, end);

		if (value_end == end) {               /* signerInfos */
			end = der_enter(&value, end); /* SignerInfo */
			der_skip(&value, end);        /* version */
			return der_enter(&value, end);
		}
		at = value_end;
	}
	die("the signature has no signer");
	return NULL;
}

static void cut_signature(void)
{
	size_t cut = signature.length / 2;

	memmove(signature.info - cut, signature.info, image + size - signature.info);
	size -= cut;
	signature.info -= cut;
	set_signature_length(signature.length - cut);
}

static void missign(const char *kind)
{
	find_signature();
	if (!strcmp(kind, "bytes"))
		signature.info[-1] ^= 1;
	else if (!strcmp(kind, "signer"))
		signer()[-1] ^= 1;
	else if (!strcmp(kind, "cut"))
		cut_signature();
	else if (!strcmp(kind, "length"))
		set_signature_length(size);
	else
		die("unknown kind of signature");
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

/* As the ELF specification wants it of more than 65,279 sections. */
static void extend_index(void)
{
	section(0)->sh_size = header()->e_shnum;
	section(0)->sh_link = header()->e_shstrndx;
	header()->e_shnum = 0;
	header()->e_shstrndx = SHN_XINDEX;
}

static void lie(const char *kind)
{
	Elf64_Shdr *module = section_named(MODULE_SECTION), *names = section(header()->e_shstrndx);

	if (!strcmp(kind, "shoff"))
		header()->e_shoff = size + 4096;
	else if (!strcmp(kind, "offset"))
		module->sh_offset = size + 4096;
	else if (!strcmp(kind, "shnum"))
		header()->e_shnum = SHN_LORESERVE - 1;
	else if (!strcmp(kind, "twice"))
		section_named(".comment")->sh_name = module->sh_name;
	else if (!strcmp(kind, "overlap"))
		section_named(".comment")->sh_offset = module->sh_offset;
	else if (!strcmp(kind, "names"))
		names->sh_offset = size + 4096;
	else if (!strcmp(kind, "index"))
		header()->e_shstrndx = header()->e_shnum;
	else if (!strcmp(kind, "unended"))
		names->sh_size--;
	else if (!strcmp(kind, "extended"))
		extend_index();
	else
		die("unknown lie");
}

static void usage(void)
{
	fputs("usage: forge strip IN OUT | rename IN OUT NAME | lie KIND IN OUT | sign KIND IN "
	      "OUT\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	bool is_lie = argc == 5 && !strcmp(verb, "lie");
	bool is_sign = argc == 5 && !strcmp(verb, "sign");
	bool is_rename = argc == 5 && !strcmp(verb, "rename");
	bool has_kind = is_lie || is_sign;

	if (!has_kind && !is_rename && !(argc == 4 && !strcmp(verb, "strip")))
		usage();
	read_image(argv[has_kind ? 3 : 2]);
	if (is_lie)
		lie(argv[2]);
	else if (is_sign)
		missign(argv[2]);
	else if (is_rename)
		rename_module(argv[4]);
	else
		strip_signature();
	write_image(argv[has_kind ? 4 : 3]);
	return 0;
}
