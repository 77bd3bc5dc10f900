/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_module_name() natively: the table of forged images, images cut at every byte, random bytes,
 * mutations against a reference that does what the kernels do, and real modules.
 *
 * MODULES=DIR: also all modules below it (uncompressed .ko), NAME_OFFSET=N: where struct module has
 * its name there. MUTATIONS=N, SEED=N: how many and which.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../fuzz/elf_view.h"
#include "elf_forge.h"
#include "modwarden/module_elf.h"

#define LIVEPATCH 0x00100000 /* SHF_RELA_LIVEPATCH */

static uint64_t from_environment(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Runs it on a copy that ends where the image ends, for the sanitizers. */
static int name_of(const void *bytes, size_t size, char name[MW_NAME_SIZE])
{
	struct mw_module_name_work *work = malloc(sizeof(*work));
	char *copy = malloc(size);
	const struct mw_image image = {
		.base = (uintptr_t)copy,
		.size = size,
		.name_offset = FORGE_NAME_OFFSET,
		.name_size = FORGE_NAME_SIZE,
		.module_size = FORGE_MODULE_SIZE,
	};
	int error;

	assert_non_null(work);
	assert_true(copy || !size);
	if (size)
		memcpy(copy, bytes, size);
	memset(work, 0xa5, sizeof(*work));
	error = mw_module_name(&image, work, name);
	free(copy);
	free(work);
	return error;
}

static void tells_of_each_forged_image_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < forge_case_count; i++) {
		const struct forge_case *c = &forge_cases[i];
		char name[MW_NAME_SIZE] = "untouched";
		struct forge forge;
		int error;

		forge_module(&forge);
		c->change(&forge);
		error = name_of(forge.bytes, forge.size, name);
		if (error != c->error)
			fail_msg("%s: %d, expected %d", c->claim, error, c->error);
		assert_string_equal(name, error ? "untouched" : c->name ? c->name : FORGE_NAME);
	}
}

static void fills_the_name_up_with_nuls(void **state)
{
	static const char zeroes[MW_NAME_SIZE];
	char name[MW_NAME_SIZE];
	struct forge forge;

	(void)state;
	forge_module(&forge);
	for (size_t i = 0; i < forge_case_count; i++)
		if (!strcmp(forge_cases[i].claim, "name_with_bytes_behind"))
			forge_cases[i].change(&forge);
	memset(name, 'x', sizeof(name));
	assert_int_equal(name_of(forge.bytes, forge.size, name), 0);
	assert_memory_equal(name + strlen(FORGE_NAME), zeroes, MW_NAME_SIZE - strlen(FORGE_NAME));
}

static void tells_no_name_where_the_kernels_struct_is_not_as_expected(void **state)
{
	static const struct {
		uint32_t name_offset, name_size, module_size;
		int error;
	} rows[] = {
		{ FORGE_NAME_OFFSET, FORGE_NAME_SIZE, FORGE_MODULE_SIZE, 0 },
		{ FORGE_NAME_OFFSET, FORGE_NAME_SIZE, 0, 0 },
		{ FORGE_NAME_OFFSET, FORGE_NAME_SIZE, FORGE_MODULE_SIZE + 8, -ENODATA },
		{ FORGE_NAME_OFFSET, MW_NAME_SIZE, 0, 0 },
		{ FORGE_NAME_OFFSET, MW_NAME_SIZE + 1, 0, -ENODATA },
		{ FORGE_NAME_OFFSET, 0, 0, -ENODATA },
		{ FORGE_MODULE_SIZE - FORGE_NAME_SIZE + 1, FORGE_NAME_SIZE, 0, -ENODATA },
		{ UINT32_MAX, FORGE_NAME_SIZE, 0, -ENODATA },
		{ 8, FORGE_NAME_SIZE, 0, -ENODATA },
	};
	struct mw_module_name_work work;
	char name[MW_NAME_SIZE];
	struct forge forge;

	(void)state;
	forge_module(&forge);
	strcpy((char *)forge_contents(&forge, FORGE_MODULE) + 8, FORGE_NAME);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct mw_image image = {
			.base = (uintptr_t)forge.bytes,
			.size = forge.size,
			.name_offset = rows[i].name_offset,
			.name_size = rows[i].name_size,
			.module_size = rows[i].module_size,
		};

		assert_int_equal(mw_module_name(&image, &work, name), rows[i].error);
	}
}

static void refuses_an_image_cut_at_any_byte(void **state)
{
	char name[MW_NAME_SIZE];
	struct forge forge;

	(void)state;
	forge_module(&forge);
	for (size_t size = 0; size < forge.size; size++)
		assert_int_equal(name_of(forge.bytes, size, name), -ENOEXEC);
	assert_int_equal(name_of(forge.bytes, forge.size, name), 0);
}

static void sees_a_signature_by_its_marker(void **state)
{
	static const char marker[] = "..~Module signature appended~\n";
	const size_t size = sizeof(marker) - 1;
	struct mw_image image = { .base = (uintptr_t)marker, .size = size };

	(void)state;
	assert_int_equal(mw_image_signature(&image), MW_SIGNATURE_PRESENT);
	image.size = size - 1;
	assert_int_equal(mw_image_signature(&image), MW_SIGNATURE_ABSENT);
	image.size = 0;
	assert_int_equal(mw_image_signature(&image), MW_SIGNATURE_ABSENT);
	/* The kernel wants more than the marker. */
	image.base += 2;
	image.size = size - 2;
	assert_int_equal(mw_image_signature(&image), MW_SIGNATURE_ABSENT);
}

static void refuses_random_bytes(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	unsigned char bytes[1024];
	char name[MW_NAME_SIZE];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = forge_random(&seed) >> 32;
		if (i % 2)
			memcpy(bytes, ELFMAG, SELFMAG);
		assert_int_equal(name_of(bytes, sizeof(bytes), name), -ENOEXEC);
	}
}

/*
 * The reference: what the kernels do with an image, in their order and with elf(5)'s structures. A
 * kernel that refuses gives no name; one that would read or write out of bounds gives any name.
 */
enum outcome {
	OUTCOME_REFUSED,
	OUTCOME_ANY,
	OUTCOME_NAMED,
};

enum age {
	KERNEL_6_1,  /* find_sec() takes the first that is allocated */
	KERNEL_6_12, /* one among the sections with contents */
	KERNEL_6_13, /* one among all */
	KERNEL_AGES,
};

enum cut {
	CUT_NOTHING, /* no CONFIG_MODULE_SIG, or the force flags */
	CUT_MARKER,  /* a signature of a kind that it does not know */
	CUT_SIGNATURE,
	CUTS,
};

/* Nothing makes an image put them where the processor would like them. */
typedef Elf64_Shdr unaligned_section __attribute__((aligned(1)));

struct kernel {
	unsigned char *bytes;
	size_t size, length;
	enum age age;
	Elf64_Ehdr *header;
	unaligned_section *sections;
	const unaligned_section *names;
	unsigned int module, symbols;
};

static bool kernel_cuts(struct kernel *kernel, enum cut cut)
{
	static const char marker[] = "~Module signature appended~\n";
	const size_t marker_size = sizeof(marker) - 1;
	const unsigned char *length;
	size_t signature;

	kernel->length = kernel->size;
	if (cut == CUT_NOTHING || kernel->size <= marker_size ||
	    memcmp(kernel->bytes + kernel->size - marker_size, marker, marker_size))
		return true;
	kernel->length -= marker_size;
	if (kernel->length <= 12)
		return false;
	if (cut == CUT_MARKER)
		return true;
	length = kernel->bytes + kernel->length - 4;
	signature = (size_t)length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3];
	if (signature >= kernel->length - 12)
		return false;
	kernel->length -= 12 + signature;
	return true;
}

static bool kernel_section_inside(const struct kernel *kernel, const unaligned_section *section)
{
	uint64_t end = section->sh_offset + section->sh_size;

	return end >= section->sh_offset && end <= kernel->length;
}

static bool kernel_reads_header(struct kernel *kernel)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)kernel->bytes;

	kernel->header = header;
	if (kernel->length < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_type != ET_REL || header->e_machine != MW_ELF_MACHINE ||
	    header->e_shentsize != sizeof(Elf64_Shdr))
		return false;
	if (header->e_shoff >= kernel->length ||
	    header->e_shnum * sizeof(Elf64_Shdr) > kernel->length - header->e_shoff)
		return false;
	if (header->e_shstrndx == SHN_UNDEF || header->e_shstrndx >= header->e_shnum)
		return false;
	kernel->sections = (unaligned_section *)(kernel->bytes + header->e_shoff);
	kernel->names = &kernel->sections[header->e_shstrndx];
	return kernel->sections[0].sh_type == SHT_NULL && !kernel->sections[0].sh_size &&
	       !kernel->sections[0].sh_addr;
}

/* 1 if the section has the name, 0 if not, -1 if the kernel would read out of bounds to tell. */
static int kernel_section_is(const struct kernel *kernel, const unaligned_section *section,
			     const char *name)
{
	if (section->sh_name >= kernel->names->sh_size)
		return -1;
	return !strcmp((char *)kernel->bytes + kernel->names->sh_offset + section->sh_name, name);
}

static enum outcome kernel_checks_sections(struct kernel *kernel)
{
	unsigned int symbols = 0;

	bool unchecked = kernel->age == KERNEL_6_13 && (kernel->names->sh_type == SHT_NULL ||
							kernel->names->sh_type == SHT_NOBITS);

	if (!kernel->names->sh_size)
		return OUTCOME_REFUSED;
	if (!kernel_section_inside(kernel, kernel->names))
		return unchecked ? OUTCOME_ANY : OUTCOME_REFUSED;
	if (kernel->bytes[kernel->names->sh_offset + kernel->names->sh_size - 1])
		return OUTCOME_REFUSED;
	for (unsigned int i = 1; i < kernel->header->e_shnum; i++) {
		const unaligned_section *section = &kernel->sections[i];
		bool outside = section->sh_name >= kernel->names->sh_size;

		if (kernel->age == KERNEL_6_13 && outside && section->sh_type != SHT_NULL)
			return OUTCOME_REFUSED;
		if (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS)
			continue;
		if (section->sh_type == SHT_SYMTAB) {
			if (section->sh_link == SHN_UNDEF ||
			    section->sh_link >= kernel->header->e_shnum)
				return OUTCOME_REFUSED;
			if (!symbols++ || kernel->age > KERNEL_6_1)
				kernel->symbols = i;
		}
		if (!kernel_section_inside(kernel, section))
			return OUTCOME_REFUSED;
		if (outside && section->sh_flags & SHF_ALLOC)
			return OUTCOME_REFUSED;
		if (outside && kernel->age == KERNEL_6_12)
			return OUTCOME_ANY; /* strcmp() before the check */
	}
	return symbols == 1 || (symbols && kernel->age == KERNEL_6_1) ? OUTCOME_NAMED
								      : OUTCOME_REFUSED;
}

static enum outcome kernel_finds_module(struct kernel *kernel)
{
	unsigned int count = 0;
	const unaligned_section *module;

	for (unsigned int i = 1; i < kernel->header->e_shnum; i++) {
		const unaligned_section *section = &kernel->sections[i];
		int is;

		if (kernel->age == KERNEL_6_1 && !(section->sh_flags & SHF_ALLOC))
			continue;
		if (kernel->age == KERNEL_6_12 &&
		    (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS))
			continue;
		is = kernel_section_is(kernel, section, ".gnu.linkonce.this_module");
		if (is < 0)
			return OUTCOME_ANY;
		if (!is)
			continue;
		if (!count++ || kernel->age > KERNEL_6_1)
			kernel->module = i;
	}
	if (!count)
		return OUTCOME_REFUSED;
	module = &kernel->sections[kernel->module];
	if (kernel->age > KERNEL_6_1 &&
	    (count != 1 || module->sh_type == SHT_NOBITS || !(module->sh_flags & SHF_ALLOC) ||
	     module->sh_size != FORGE_MODULE_SIZE))
		return OUTCOME_REFUSED;
	if (module->sh_type == SHT_NOBITS || module->sh_size < FORGE_MODULE_SIZE ||
	    !kernel_section_inside(kernel, module))
		return OUTCOME_ANY; /* 6.1 reads what lies there, or behind */
	return OUTCOME_NAMED;
}

/* Lays the image out: may two sections lie on each other, for the sizes having wrapped around? */
static bool kernel_lays_out(struct kernel *kernel)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < kernel->header->e_shnum; i++) {
		unaligned_section *section = &kernel->sections[i];
		bool symbols =
			i == kernel->symbols || i == kernel->sections[kernel->symbols].sh_link;

		if (!symbols && !(section->sh_flags & SHF_ALLOC))
			continue;
		if (section->sh_addralign & (section->sh_addralign - 1) ||
		    section->sh_addralign > UINT32_MAX || section->sh_size > UINT32_MAX)
			return false;
		total += section->sh_size + section->sh_addralign;
	}
	return total <= UINT32_MAX;
}

static enum outcome kernel_relocates(const struct kernel *kernel, unsigned char *module,
				     const Elf64_Shdr *originals)
{
	for (unsigned int i = 1; i < kernel->header->e_shnum; i++) {
		const Elf64_Shdr *section = &originals[i], *target;
		uint32_t info = section->sh_info;
		bool livepatch = section->sh_flags & LIVEPATCH;

		if (info >= kernel->header->e_shnum)
			continue;
		target = &originals[info];
		if (!(target->sh_flags & SHF_ALLOC) && info != kernel->symbols &&
		    info != originals[kernel->symbols].sh_link)
			continue;
		if (section->sh_type == SHT_REL && !livepatch)
			return OUTCOME_REFUSED;
		if (section->sh_type != SHT_RELA && !livepatch)
			continue;
		if (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS)
			return OUTCOME_ANY;
		for (size_t n = 0; n < section->sh_size / sizeof(Elf64_Rela); n++) {
			Elf64_Rela relocation;

			/* From the copy, in which the section headers have been written to. */
			memcpy(&relocation,
			       kernel->bytes + section->sh_offset + n * sizeof(relocation),
			       sizeof(relocation));
			if (relocation.r_offset >= target->sh_size)
				return OUTCOME_ANY;
			if (info == kernel->module)
				for (uint64_t at = relocation.r_offset;
				     at < relocation.r_offset + 8 && at < FORGE_MODULE_SIZE; at++)
					module[at] = '?';
		}
	}
	return OUTCOME_NAMED;
}

/* From here on the image has been accepted: what name comes out in the end? */
static enum outcome kernel_loads(struct kernel *kernel, char name[FORGE_NAME_SIZE])
{
	size_t headers_size = kernel->header->e_shnum * sizeof(Elf64_Shdr);
	Elf64_Shdr *originals = malloc(headers_size);
	unsigned char module[FORGE_MODULE_SIZE];
	enum outcome outcome;

	assert_non_null(originals);
	memcpy(originals, kernel->sections, headers_size);
	if (!kernel_lays_out(kernel)) {
		free(originals);
		return OUTCOME_ANY;
	}
	/* rewrite_section_headers(), layout_sections(): addresses, and offsets into the layout */
	for (unsigned int i = 0; i < kernel->header->e_shnum; i++) {
		unaligned_section *section = &kernel->sections[i];

		memset(&section->sh_addr, '!', sizeof(section->sh_addr));
		memset(&section->sh_entsize, '!', sizeof(section->sh_entsize));
	}
	memcpy(module, kernel->bytes + originals[kernel->module].sh_offset, sizeof(module));
	/* simplify_symbols() writes to the symbols, layout_symtab() lets nothing else do so. */
	if (kernel->module == kernel->symbols)
		memset(module, '#', sizeof(module));
	outcome = kernel_relocates(kernel, module, originals);
	memcpy(name, module + FORGE_NAME_OFFSET, FORGE_NAME_SIZE);
	free(originals);
	return outcome;
}

static enum outcome kernel_names(const struct forge *forge, enum age age, enum cut cut,
				 char name[FORGE_NAME_SIZE])
{
	struct forge copy = *forge;
	struct kernel kernel = { .bytes = copy.bytes, .size = copy.size, .age = age };
	enum outcome outcome;

	if (!kernel_cuts(&kernel, cut) || !kernel_reads_header(&kernel))
		return OUTCOME_REFUSED;
	outcome = kernel_checks_sections(&kernel);
	if (outcome == OUTCOME_NAMED)
		outcome = kernel_finds_module(&kernel);
	if (outcome == OUTCOME_NAMED)
		outcome = kernel_loads(&kernel, name);
	return outcome;
}

/* libelf refuses images that kernels take, and takes others; of one name there may not be two. */
static size_t libelf_named;

static void agrees_with_libelf(const struct forge *forge, const char *name, const char *what,
			       uint64_t round)
{
	char theirs[FORGE_NAME_SIZE];

	if (!elf_view_name((const char *)forge->bytes, forge->size, FORGE_NAME_OFFSET,
			   FORGE_NAME_SIZE, theirs))
		return;
	if (strcmp(name, theirs))
		fail_msg("%s %lu: '%s', libelf '%s'", what, round, name, theirs);
	libelf_named++;
}

/* Returns 1 if a name was told, and it is what each kernel that takes the image would take. */
static int agrees_with_the_kernels(const struct forge *forge, const char *what, uint64_t round)
{
	char name[MW_NAME_SIZE], theirs[FORGE_NAME_SIZE];
	int error = name_of(forge->bytes, forge->size, name);

	for (enum age age = 0; age < KERNEL_AGES; age++) {
		for (enum cut cut = 0; cut < CUTS; cut++) {
			enum outcome outcome = kernel_names(forge, age, cut, theirs);

			if (error == -ENOEXEC && outcome != OUTCOME_REFUSED)
				fail_msg("%s %lu: refused, kernel %d, cut %d: outcome %d", what,
					 round, age, cut, outcome);
			if (error || outcome == OUTCOME_REFUSED)
				continue;
			if (outcome == OUTCOME_ANY || strncmp(name, theirs, FORGE_NAME_SIZE))
				fail_msg("%s %lu: '%s', kernel %d, cut %d: outcome %d '%.56s'",
					 what, round, name, age, cut, outcome, theirs);
		}
	}
	if (!error)
		agrees_with_libelf(forge, name, what, round);
	return !error;
}

static void tells_only_the_name_that_each_kernel_takes(void **state)
{
	uint64_t rounds = from_environment("MUTATIONS", 100000), named = 0;
	uint64_t seed = from_environment("SEED", 1);

	(void)state;
	for (size_t i = 0; i < forge_case_count; i++) {
		struct forge forge;

		forge_module(&forge);
		forge_cases[i].change(&forge);
		agrees_with_the_kernels(&forge, forge_cases[i].claim, i);
	}
	for (uint64_t round = 0; round < rounds; round++) {
		struct forge forge;

		forge_module(&forge);
		for (uint64_t n = forge_random(&seed) % 3 + 1; n; n--)
			forge_mutate(&forge, &seed);
		named += agrees_with_the_kernels(&forge, "mutation", round);
	}
	print_message("%lu mutations, %lu of them told a name, %zu of these by libelf, too\n",
		      rounds, named, libelf_named);
	assert_true(named > rounds / 100 && named < rounds && libelf_named > named / 2);
}

static size_t modules_seen, modules_wrong;

/* The build names a module's file after the module, with '-' for '_' at will. */
static void expect_name_of_file(const char *path, const char *name)
{
	const char *file = strrchr(path, '/') + 1;
	size_t length = strlen(file) - strlen(".ko");
	bool equal = strlen(name) == length;

	for (size_t i = 0; equal && i < length; i++)
		equal = (file[i] == '-' ? '_' : file[i]) == (name[i] == '-' ? '_' : name[i]);
	if (equal)
		return;
	print_error("%s: '%s'\n", path, name);
	modules_wrong++;
}

static int try_real_module(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct mw_module_name_work work;
	char name[MW_NAME_SIZE] = "";
	struct mw_image image = {
		.size = st->st_size,
		.name_offset = from_environment("NAME_OFFSET", FORGE_NAME_OFFSET),
		.name_size = FORGE_NAME_SIZE,
	};
	size_t length = strlen(path);
	void *bytes;
	int fd;

	(void)ftw;
	if (type != FTW_F || length < 3 || strcmp(path + length - 3, ".ko"))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	bytes = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	close(fd);
	image.base = (uintptr_t)bytes;
	if (mw_module_name(&image, &work, name))
		name[0] = 0;
	expect_name_of_file(path, name);
	munmap(bytes, image.size);
	modules_seen++;
	return 0;
}

static void tells_the_name_of_each_real_module(void **state)
{
	const char *modules = getenv("MODULES");

	(void)state;
	if (!modules) {
		print_message("MODULES is not set: no real modules\n");
		skip();
	}
	assert_int_equal(nftw(modules, try_real_module, 16, FTW_PHYS), 0);
	print_message("%zu modules, %zu wrong\n", modules_seen, modules_wrong);
	assert_true(modules_seen > 0);
	assert_int_equal(modules_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_each_forged_image_what_the_table_says),
		cmocka_unit_test(fills_the_name_up_with_nuls),
		cmocka_unit_test(tells_no_name_where_the_kernels_struct_is_not_as_expected),
		cmocka_unit_test(refuses_an_image_cut_at_any_byte),
		cmocka_unit_test(sees_a_signature_by_its_marker),
		cmocka_unit_test(refuses_random_bytes),
		cmocka_unit_test(tells_only_the_name_that_each_kernel_takes),
		cmocka_unit_test(tells_the_name_of_each_real_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
