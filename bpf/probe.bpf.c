// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the kernel what it can do, by doing it: each program is loaded alone, runs for the probing
 * process only, and always lets pass. Nothing here enforces anything.
 *
 * The hook is bpf(2)'s own, because the prober can make it fire at will and nobody else notices.
 */
#include "kernel.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define PROBE_STORAGE 4000 /* the ticket's order of size */

int prober SEC(".data.answers");     /* thread group that the programs answer to */
int fired SEC(".data.answers");      /* calls seen */
int loop_works SEC(".data.answers"); /* bpf_loop(), e6f2dd0f8067 ("bpf: Add bpf_loop helper") */
int storage_works SEC(".data.answers");
__u64 fault_at SEC(".data.answers"); /* user address to wait on, once */

struct probe_storage {
	char bytes[PROBE_STORAGE];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct probe_storage);
} storage SEC(".maps");

static long probe_step(__u32 index, void *arg)
{
	*(int *)arg += index;
	return 0;
}

static __always_inline bool is_prober(void)
{
	return prober == (int)(bpf_get_current_pid_tgid() >> 32);
}

static __always_inline int probe_firing(void)
{
	if (is_prober())
		fired++;
	return 0;
}

SEC("lsm/bpf")
int probe_lsm(void *ctx)
{
	return probe_firing();
}

SEC("fmod_ret/security_bpf")
int probe_fmod_ret(void *ctx)
{
	return probe_firing();
}

/* Needs no trampoline. */
SEC("tracepoint/syscalls/sys_enter_bpf")
int probe_tracepoint(void *ctx)
{
	return probe_firing();
}

static __always_inline int call_helpers(void)
{
	int sum = 0;

	if (!is_prober())
		return 0;
	bpf_loop(4, probe_step, &sum, 0);
	loop_works = sum == 6;
	storage_works = !!bpf_task_storage_get(&storage, bpf_get_current_task_btf(), NULL,
					       BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/* Attached by whichever of the two works ... */
SEC("lsm/bpf")
int probe_helpers(void *ctx)
{
	return call_helpers();
}

/* ... or so, where neither does. */
SEC("tracepoint/syscalls/sys_enter_bpf")
int probe_helpers_tracepoint(void *ctx)
{
	return call_helpers();
}

/*
 * Is an LSM program skipped while it runs already on this CPU? It was before 4b126d8c5c2c's family
 * of commits took the recursion check from LSM programs. The first call waits on a page that user
 * space holds back; a second one, from another thread on the same CPU, shows it.
 */
SEC("lsm.s/bpf")
int probe_recursion(void *ctx)
{
	__u64 address = fault_at;
	char byte;

	if (!is_prober())
		return 0;
	__sync_fetch_and_add(&fired, 1);
	if (address) {
		fault_at = 0;
		bpf_copy_from_user(&byte, sizeof(byte), (void *)address);
	}
	return 0;
}
