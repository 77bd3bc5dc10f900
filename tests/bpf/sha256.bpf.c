/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes the contents of a map by the driver that the gates use, for BPF_PROG_RUN; and puts that
 * driver into a gate of each mechanism, which is only loaded, to see what the verifier says.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sha256.bpf.h"
#include "sha256_args.h"

struct ticket {
	__u8 digest[MW_SHA256_SIZE];
	struct sha256_stream stream;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ticket);
} tickets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ticket);
} task_tickets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, SHA256_DATA_SIZE);
} data SEC(".maps");

SEC("syscall")
int hash(struct sha256_args *args)
{
	struct ticket *ticket;
	void *contents;
	__u32 zero = 0;
	__u64 address;

	ticket = bpf_map_lookup_elem(&tickets, &zero);
	contents = bpf_map_lookup_elem(&data, &zero);
	if (!ticket || !contents)
		return 1;
	/* A detour that makes a number of the pointer: the driver gets addresses of any memory. */
	if (bpf_probe_read_kernel(&address, sizeof(address), &contents))
		return 1;
	if (args->absolute)
		address = 0;
	address += args->offset;

	__builtin_memset(ticket->digest, SHA256_UNTOUCHED, sizeof(ticket->digest));
	args->error =
		sha256_kernel_buffer(&ticket->stream, (void *)address, args->size, ticket->digest);
	__builtin_memcpy(args->digest, ticket->digest, sizeof(ticket->digest));
	return 0;
}

static int hash_in_gate(const void *bytes, __u64 size)
{
	struct ticket *ticket;

	ticket = bpf_task_storage_get(&task_tickets, bpf_get_current_task_btf(), NULL,
				      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!ticket || sha256_kernel_buffer(&ticket->stream, bytes, size, ticket->digest))
		return -1;
	return 0;
}

SEC("?lsm/kernel_post_read_file")
int BPF_PROG(gate_lsm, struct file *file, char *bytes, long size, int id)
{
	return hash_in_gate(bytes, size) ? -1 : 0;
}

SEC("?fmod_ret/security_kernel_post_read_file")
int BPF_PROG(gate_fmod_ret, struct file *file, char *bytes, long size, int id, int ret)
{
	if (ret)
		return ret;
	return hash_in_gate(bytes, size) ? -1 : 0;
}

char LICENSE[] SEC("license") = "GPL";
