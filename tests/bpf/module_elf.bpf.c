/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mw_module_name() and mw_image_signature() as a BPF program that can be run at will, on an image
 * that the test has put into the map 'image'. The work memory is what it is in modwarden: part of a
 * ticket that a global function is handed, so memory to the verifier and no map value.
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
	volatile __u64 address; /* of the image; a number to the verifier once it is read back */
	struct mw_image image;
	struct mw_module_name_work work;
	char name[MW_NAME_SIZE];
	__s32 error;
	__u32 signature;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ticket);
} tickets SEC(".maps");

__attribute__((noinline)) int tell(struct ticket *ticket)
{
	struct mw_image image;

	if (!ticket)
		return 0;
	image = ticket->image;
	ticket->signature = mw_image_signature(&image);
	ticket->error = mw_module_name(&image, &ticket->work, ticket->name);
	return 0;
}

SEC("syscall")
int module_elf(struct module_elf_test *test)
{
	struct ticket *ticket;
	__u32 first = 0;
	void *bytes;

	bytes = bpf_map_lookup_elem(&image, &first);
	ticket = bpf_map_lookup_elem(&tickets, &first);
	if (!bytes || !ticket)
		return 1;
	ticket->address = (__u64)bytes;
	ticket->image.base = ticket->address + test->unmapped;
	ticket->image.size = test->size;
	ticket->image.name_offset = test->name_offset;
	ticket->image.name_size = test->name_size;
	ticket->image.module_size = test->module_size;
	__builtin_memset(ticket->name, 0, sizeof(ticket->name));
	tell(ticket);
	test->error = ticket->error;
	test->signature = ticket->signature;
	__builtin_memcpy(test->name, ticket->name, sizeof(test->name));
	return 0;
}
