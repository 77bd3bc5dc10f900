/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_module_name() inside BPF gives what it gives natively: the table of forged images, images cut
 * at every byte, mutations, random bytes, real modules; and a read that fails is an error.
 *
 * usage: test_module_elf [module_elf.bpf.o]; needs root.
 * MODULES=DIR: also all modules below it (uncompressed .ko), NAME_OFFSET=N: where struct module has
 * its name there. MUTATIONS=N, SEED=N: how many and which.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/elf_forge.h"
#include "modwarden/module_elf.h"
#include "module_elf_test.h"

static const char *object_path = "module_elf.bpf.o";

struct fixture {
	struct bpf_object *object;
	int program;
	char *image; /* the kernel's own memory, mapped */
	struct module_elf_test test;
};

static uint64_t from_environment(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int load(void **state)
{
	static struct fixture fixture;
	struct bpf_program *program;
	struct bpf_map *map;

	fixture.object = bpf_object__open_file(object_path, NULL);
	if (!fixture.object || bpf_object__load(fixture.object))
		return -1;
	program = bpf_object__find_program_by_name(fixture.object, "module_elf");
	map = bpf_object__find_map_by_name(fixture.object, "image");
	fixture.program = bpf_program__fd(program);
	fixture.image = mmap(NULL, MODULE_ELF_IMAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			     bpf_map__fd(map), 0);
	*state = &fixture;
	return fixture.program < 0 || fixture.image == MAP_FAILED ? -1 : 0;
}

static int unload(void **state)
{
	struct fixture *fixture = *state;

	if (!fixture) /* load() failed */
		return 0;
	munmap(fixture->image, MODULE_ELF_IMAGE_SIZE);
	bpf_object__close(fixture->object);
	return 0;
}

static void run(struct fixture *fixture, uint64_t unmapped)
{
	struct module_elf_test *test = &fixture->test;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = test, .ctx_size_in = sizeof(*test));

	test->unmapped = unmapped;
	test->error = 1;
	assert_int_equal(bpf_prog_test_run_opts(fixture->program, &opts), 0);
	assert_int_equal(opts.retval, 0);
}

/* Runs both on an image that lies in the map, and returns what they say. */
static int both(struct fixture *fixture, size_t size, uint32_t module_size, const char *what)
{
	struct mw_image image = {
		.base = (uintptr_t)fixture->image,
		.size = size,
		.name_offset = from_environment("NAME_OFFSET", FORGE_NAME_OFFSET),
		.name_size = FORGE_NAME_SIZE,
		.module_size = module_size,
	};
	struct mw_module_name_work work;
	char name[MW_NAME_SIZE] = "";
	int error = mw_module_name(&image, &work, name);

	fixture->test = (struct module_elf_test){
		.size = size,
		.name_offset = image.name_offset,
		.name_size = image.name_size,
		.module_size = module_size,
	};
	run(fixture, 0);
	if (fixture->test.error != error || memcmp(fixture->test.name, name, sizeof(name)))
		fail_msg("%s: BPF says %d '%.64s', natively %d '%s'", what, fixture->test.error,
			 fixture->test.name, error, name);
	assert_int_equal(fixture->test.signature, mw_image_signature(&image));
	return error;
}

static int both_forged(struct fixture *fixture, const struct forge *forge, size_t size,
		       const char *what)
{
	memcpy(fixture->image, forge->bytes, size);
	return both(fixture, size, FORGE_MODULE_SIZE, what);
}

static void tells_of_each_forged_image_what_the_table_says(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < forge_case_count; i++) {
		const struct forge_case *c = &forge_cases[i];
		struct forge forge;

		forge_module(&forge);
		c->change(&forge);
		assert_int_equal(both_forged(fixture, &forge, forge.size, c->claim), c->error);
		assert_string_equal(fixture->test.name, c->error  ? ""
							: c->name ? c->name
								  : FORGE_NAME);
	}
}

static void refuses_an_image_cut_at_any_byte(void **state)
{
	struct forge forge;

	forge_module(&forge);
	for (size_t size = 0; size < forge.size; size++)
		assert_int_equal(both_forged(*state, &forge, size, "cut"), -ENOEXEC);
}

static void agrees_on_mutations(void **state)
{
	uint64_t rounds = from_environment("MUTATIONS", 20000), named = 0;
	uint64_t seed = from_environment("SEED", 1);

	for (uint64_t round = 0; round < rounds; round++) {
		struct forge forge;

		forge_module(&forge);
		for (uint64_t n = forge_random(&seed) % 3 + 1; n; n--)
			forge_mutate(&forge, &seed);
		named += !both_forged(*state, &forge, forge.size, "mutation");
	}
	print_message("%lu mutations, %lu of them told a name\n", rounds, named);
	assert_true(named > 0 && named < rounds);
}

static void agrees_on_random_bytes(void **state)
{
	uint64_t seed = from_environment("SEED", 1);

	for (int i = 0; i < 1000; i++) {
		struct forge forge;

		forge_module(&forge);
		for (size_t at = i % 2 ? sizeof(Elf64_Ehdr) : 0; at < forge.size; at++)
			forge.bytes[at] = forge_random(&seed) >> 32;
		assert_int_not_equal(both_forged(*state, &forge, forge.size, "random"), 0);
	}
}

/* As many sections as an image can have, each with the longest walk through the name table. */
static void walks_65535_sections(void **state)
{
	struct fixture *fixture = *state;
	const size_t count = 0xffff, at = 8192, end = at + count * sizeof(Elf64_Shdr);
	Elf64_Shdr *sections = (Elf64_Shdr *)(fixture->image + at);
	struct forge forge;
	Elf64_Ehdr *header;

	forge_module(&forge);
	memcpy(fixture->image, forge.bytes, forge.size);
	header = (Elf64_Ehdr *)fixture->image;
	memcpy(sections, fixture->image + header->e_shoff, FORGE_SECTIONS * sizeof(*sections));
	for (size_t i = FORGE_SECTIONS; i < count; i++) {
		sections[i] = sections[FORGE_SPARE];
		sections[i].sh_size = 0;
	}
	header->e_shoff = at;
	header->e_shnum = count;
	assert_int_equal(both(fixture, end, FORGE_MODULE_SIZE, "sections"), 0);
	assert_string_equal(fixture->test.name, FORGE_NAME);

	sections[count - 1].sh_name = sections[FORGE_MODULE].sh_name;
	assert_int_equal(both(fixture, end, FORGE_MODULE_SIZE, "sections"), -ENODATA);
}

static void says_that_a_read_failed(void **state)
{
	struct fixture *fixture = *state;
	struct forge forge;

	forge_module(&forge);
	assert_int_equal(both_forged(fixture, &forge, forge.size, "readable"), 0);
	memset(fixture->test.name, 0, sizeof(fixture->test.name));
	run(fixture, 1ULL << 62); /* no canonical address */
	assert_int_equal(fixture->test.error, -EFAULT);
	assert_int_equal(fixture->test.signature, MW_SIGNATURE_NONE);
	assert_string_equal(fixture->test.name, "");
}

static struct fixture *modules_fixture;
static size_t modules_seen, modules_untold, modules_too_large;

static int try_real_module(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t length = strlen(path), size = st->st_size;
	int fd;

	(void)ftw;
	if (type != FTW_F || length < 3 || strcmp(path + length - 3, ".ko"))
		return 0;
	if (size > MODULE_ELF_IMAGE_SIZE) {
		modules_too_large++;
		return 0;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t at = 0; at < size;) {
		ssize_t got = read(fd, modules_fixture->image + at, size - at);

		assert_true(got > 0);
		at += got;
	}
	close(fd);
	if (both(modules_fixture, size, 0, path)) {
		print_error("%s: no name\n", path);
		modules_untold++;
	}
	modules_seen++;
	return 0;
}

static void tells_the_name_of_each_real_module(void **state)
{
	const char *modules = getenv("MODULES");

	modules_fixture = *state;
	if (!modules) {
		print_message("MODULES is not set: no real modules\n");
		skip();
	}
	assert_int_equal(nftw(modules, try_real_module, 16, FTW_PHYS), 0);
	print_message("%zu modules, %zu without a name, %zu too large for the map\n", modules_seen,
		      modules_untold, modules_too_large);
	assert_true(modules_seen > 0);
	assert_int_equal(modules_untold, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_each_forged_image_what_the_table_says),
		cmocka_unit_test(refuses_an_image_cut_at_any_byte),
		cmocka_unit_test(agrees_on_mutations),
		cmocka_unit_test(agrees_on_random_bytes),
		cmocka_unit_test(walks_65535_sections),
		cmocka_unit_test(says_that_a_read_failed),
		cmocka_unit_test(tells_the_name_of_each_real_module),
	};

	if (argc > 1)
		object_path = argv[1];
	return cmocka_run_group_tests(tests, load, unload);
}
