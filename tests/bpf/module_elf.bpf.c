/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_module_name() and mw_image_signature() as a BPF program that can be run at will, on an image
 * that the test has put into the map 'image'. The work memory lies where modwarden's lies: in a map
 * value.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

#include "modwarden/module_elf.h"
#include "module_elf_test.h"

char LICENSE[] SEC("license") = "GPL";

/* One stretch of memory: the values of an array lie behind each other. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, MODULE_ELF_IMAGE_SIZE / 4096);
	__type(key, __u32);
	__type(value, char[4096]);
} image SEC(".maps");

struct ticket {
	volatile __u64
		image; /* address of the image: a number to the verifier once it is read back */
	struct mw_module_name_work work;
	char name[MW_NAME_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ticket);
} tickets SEC(".maps");

SEC("syscall")
int module_elf(struct module_elf_test *test)
{
	struct mw_image described = {};
	struct ticket *ticket;
	__u32 first = 0;
	void *bytes;

	bytes = bpf_map_lookup_elem(&image, &first);
	ticket = bpf_map_lookup_elem(&tickets, &first);
	if (!bytes || !ticket)
		return 1;
	ticket->image = (__u64)bytes;
	described.base = ticket->image + test->unmapped;
	described.size = test->size;
	described.name_offset = test->name_offset;
	described.name_size = test->name_size;
	described.module_size = test->module_size;
	test->signature = mw_image_signature(&described);
	__builtin_memset(ticket->name, 0, sizeof(ticket->name));
	test->error = mw_module_name(&described, &ticket->work, ticket->name);
	__builtin_memcpy(test->name, ticket->name, sizeof(test->name));
	return 0;
}
