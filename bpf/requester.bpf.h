/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On whose behalf a module comes: who asked for it is a task, and who loads it another one, which
 * the kernel starts as its helper. The two are joined by what the kernel itself hands from one to
 * the other, never by names: the asking task prepares a struct subprocess_info, and the helper
 * begins its life with that very pointer. Its children are told by their parents.
 */
#ifndef MODWARDEN_REQUESTER_BPF_H
#define MODWARDEN_REQUESTER_BPF_H

#include "caller.bpf.h"

/* More than the kernel lets run at a time (MAX_KMOD_CONCURRENT is 50), with what they leave. */
#define HELPERS_MAX 512

#define HELPER_ALIAS 3 /* its place in call_modprobe()'s words: modprobe -q -- ALIAS */

/*
 * Autoloads that were let pass, from their gate until the kernel prepares the helper. Anybody can
 * ask, and not each request comes to a helper: so these do not share a map with what runs.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* struct task_struct */
	__type(value, struct mw_requester);
} asking SEC(".maps");

struct helper_key {
	__u64 object;  /* struct subprocess_info, or the leader of its thread group once it runs */
	__u64 started; /* CLOCK_BOOTTIME ns, for the place of a task is used again; 0: prepared */
};

/* Only what the kernel really starts gets here. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HELPERS_MAX);
	__type(key, struct helper_key);
	__type(value, struct mw_requester);
} helpers SEC(".maps");

static __always_inline struct helper_key running_helper(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	return (struct helper_key){
		.object = (__u64)leader,
		.started = task_start_time(leader),
	};
}

/* The autoload of this task was let pass: what it leads to is on its behalf. */
static __noinline int requester_asked(struct ticket *ticket)
{
	__u64 task = (__u64)bpf_get_current_task_btf();
	const struct mw_facts *facts = &ticket->facts;
	struct mw_requester requester = {
		.seq = ticket->seq,
		.pid = bpf_get_current_pid_tgid() >> 32,
		.uid = facts->uid,
		.auid = facts->auid,
		.kernel_thread = !!facts->unattributed,
	};

	bpf_get_current_comm(requester.comm, sizeof(requester.comm));
	bpf_probe_read_kernel(requester.alias, sizeof(requester.alias), facts->alias);
	bpf_probe_read_kernel(requester.container, sizeof(requester.container), facts->container);
	bpf_map_update_elem(&asking, &task, &requester, BPF_ANY);
	return 0;
}

/* The word that this task has left for a helper of this alias. */
static __noinline struct mw_requester *find_asking(const char *alias)
{
	__u64 task = (__u64)bpf_get_current_task_btf();
	struct mw_requester *requester = bpf_map_lookup_elem(&asking, &task);
	char said[MW_NAME_SIZE] = {};

	if (!requester || bpf_probe_read_kernel_str(said, sizeof(said), alias) <= 0 ||
	    !same_name(said, requester->alias))
		return NULL;
	return requester;
}

/* The kernel calls many helpers: this may be the one that was asked for. */
static __always_inline void helper_prepared(struct subprocess_info *info)
{
	struct helper_key prepared = { .object = (__u64)info };
	__u64 task = (__u64)bpf_get_current_task_btf();
	char **words = BPF_CORE_READ(info, argv);
	struct mw_requester *requester;
	char *alias = NULL;

	bpf_probe_read_kernel(&alias, sizeof(alias), &words[HELPER_ALIAS]);
	requester = find_asking(alias);
	if (!requester)
		return;
	bpf_map_update_elem(&helpers, &prepared, requester, BPF_ANY);
	bpf_map_delete_elem(&asking, &task);
}

static __always_inline void helper_begins(void *info)
{
	struct helper_key prepared = { .object = (__u64)info };
	struct helper_key running = running_helper(bpf_get_current_task_btf());
	struct mw_requester *requester = bpf_map_lookup_elem(&helpers, &prepared);

	if (!requester)
		return;
	bpf_map_update_elem(&helpers, &running, requester, BPF_ANY);
	bpf_map_delete_elem(&helpers, &prepared);
}

/* Fills the requester of an event, which is zero, if the task is a helper or a child of one. */
static __always_inline void read_requester(struct mw_requester *requester)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < MW_ANCESTORS && task; i++) {
		struct helper_key key = running_helper(task);
		struct mw_requester *known = bpf_map_lookup_elem(&helpers, &key);

		if (known) {
			bpf_probe_read_kernel(requester, sizeof(*requester), known);
			return;
		}
		task = BPF_CORE_READ(task, real_parent);
	}
}

#endif
