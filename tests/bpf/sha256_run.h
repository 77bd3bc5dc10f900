/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs sha256.bpf.c in the kernel, for the test and for the benchmark. */
#ifndef SHA256_RUN_H
#define SHA256_RUN_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/types.h>
#include <sys/mman.h>

#include "sha256_args.h"

struct sha256_bpf {
	struct bpf_object *object;
	int hash; /* program fd */
	__u8 *data;
};

static inline void sha256_bpf_close(struct sha256_bpf *bpf)
{
	if (bpf->data)
		munmap(bpf->data, SHA256_DATA_SIZE);
	bpf_object__close(bpf->object);
	*bpf = (struct sha256_bpf){ 0 };
}

/* 0 or a negative errno. */
static inline int sha256_bpf_open(struct sha256_bpf *bpf, const char *path)
{
	int error, map;
	void *data;

	*bpf = (struct sha256_bpf){ .object = bpf_object__open(path) };
	if (!bpf->object)
		return -errno;
	error = bpf_object__load(bpf->object);
	if (error)
		goto fail;
	bpf->hash = bpf_program__fd(bpf_object__find_program_by_name(bpf->object, "hash"));
	map = bpf_object__find_map_fd_by_name(bpf->object, "data");
	data = mmap(NULL, SHA256_DATA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (data == MAP_FAILED) {
		error = -errno;
		goto fail;
	}
	bpf->data = data;
	return 0;

fail:
	sha256_bpf_close(bpf);
	return error;
}

/* 0 or a negative errno, which is that of the run: what the driver said is in args. */
static inline int sha256_bpf_hash(const struct sha256_bpf *bpf, struct sha256_args *args)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(*args));
	int error = bpf_prog_test_run_opts(bpf->hash, &opts);

	if (error)
		return error;
	return opts.retval ? -EINVAL : 0;
}

#endif
