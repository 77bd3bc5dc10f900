// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads how this kernel preempts itself: a variable of kernel/sched/core.c, of kernels with
 * CONFIG_PREEMPT_DYNAMIC. It is in no type information, and so is found by its symbol, which a
 * kernel may not have or may hide (kernel.kptr_restrict=2): then its address here is 0.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern const void preempt_dynamic_mode __ksym __weak;

/*
 * Never made. libbpf (1.1) goes on without the memory for an object's line tables, and crashes in
 * it later, unless the object has a map.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} unused SEC(".maps");

/* Returns the mode, or less than 0: not known. */
SEC("syscall")
int read_mode(void *ctx)
{
	int mode;

	if (!&preempt_dynamic_mode ||
	    bpf_probe_read_kernel(&mode, sizeof(mode), &preempt_dynamic_mode))
		return -1;
	return mode;
}
