// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the gates' own code makes of modules, run inside BPF in this machine's kernel: for each file
 * named on standard input, "SHA256  PATH" of the bytes as stored, and, after "elf ", of the unpacked
 * ones; and "name NAME  PATH". For tests/differential, which compares.
 *
 * usage: modules sha256.bpf.o module_elf.bpf.o NAME_OFFSET NAME_SIZE < paths
 * Exit: 0 done, 1 failed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "compressed.h"
#include "digest.h"
#include "module_elf_test.h"
#include "sha256_run.h"
#include "trusted_file.h"

struct elf_bpf {
	struct bpf_object *object;
	int program;
	char *image;
};

static struct sha256_bpf hash;
static struct elf_bpf elf;
static __u32 name_offset, name_size;

_Noreturn static void die(const char *what, const char *object, int error)
{
	fprintf(stderr, "modules: cannot %s '%s': %s\n", what, object, strerror(error));
	exit(1);
}

static int elf_open(struct elf_bpf *bpf, const char *path)
{
	int error;

	bpf->object = bpf_object__open(path);
	if (!bpf->object)
		return -errno;
	error = bpf_object__load(bpf->object);
	if (error)
		return error;
	bpf->program =
		bpf_program__fd(bpf_object__find_program_by_name(bpf->object, "module_elf"));
	bpf->image = mmap(NULL, MODULE_ELF_IMAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_object__find_map_fd_by_name(bpf->object, "image"), 0);
	return bpf->image == MAP_FAILED ? -errno : 0;
}

static void print_digest(const char *what, const char *path, const void *bytes, size_t size)
{
	struct sha256_args args = { .size = size };
	char hex[DIGEST_HEX_SIZE];
	int error;

	if (size > SHA256_DATA_SIZE)
		die("hash", path, EFBIG);
	memcpy(hash.data, bytes, size);
	error = sha256_bpf_hash(&hash, &args);
	if (error || args.error)
		die("hash", path, -(error ?: (int)args.error));
	digest_format(args.digest, hex);
	printf("%s %s  %s\n", what, hex, path);
}

static void print_name(const char *path, const void *bytes, size_t size)
{
	struct module_elf_test test = {
		.size = size,
		.name_offset = name_offset,
		.name_size = name_size,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &test, .ctx_size_in = sizeof(test));
	int error;

	if (size > MODULE_ELF_IMAGE_SIZE)
		die("read", path, EFBIG);
	memcpy(elf.image, bytes, size);
	error = bpf_prog_test_run_opts(elf.program, &opts);
	if (error || opts.retval)
		die("read", path, error ? -error : EINVAL);
	printf("name %.*s  %s\n", MW_NAME_SIZE, test.error ? "" : test.name, path);
}

static void print_module(const char *path)
{
	auto_free char *stored = NULL;
	auto_free void *image = NULL;
	size_t stored_size, size;
	int error = file_read(path, SHA256_DATA_SIZE, &stored, &stored_size);

	if (!error)
		error = decompress(stored, stored_size, SHA256_DATA_SIZE, &image, &size, NULL);
	if (error)
		die("read", path, -error);
	print_digest("stored", path, stored, stored_size);
	print_digest("elf", path, image, size);
	print_name(path, image, size);
}

int main(int argc, char **argv)
{
	auto_free char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int error;

	if (argc != 5)
		return 1;
	name_offset = strtoul(argv[3], NULL, 0);
	name_size = strtoul(argv[4], NULL, 0);
	error = sha256_bpf_open(&hash, argv[1]);
	if (!error)
		error = elf_open(&elf, argv[2]);
	if (error)
		die("load", argv[1], -error);
	while ((length = getline(&line, &room, stdin)) > 0) {
		line[length - 1] = '\0';
		print_module(line);
	}
	return fflush(stdout) ? 1 : 0;
}
