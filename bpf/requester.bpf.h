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

enum helper_stage {
	HELPER_ASKED = 1, /* object is the asking task */
	HELPER_PREPARED,  /* object is the struct subprocess_info */
	HELPER_RUNNING,   /* object is the helper, the leader of its thread group */
};

struct helper_key {
	__u64 object;
	__u64 started; /* of a running one, for the place of a task is used again */
	__u64 stage;   /* enum helper_stage */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HELPERS_MAX);
	__type(key, struct helper_key);
	__type(value, struct mw_requester);
} helpers SEC(".maps");

static __always_inline struct helper_key running_helper(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	return (struct helper_key){ .object = (__u64)leader,
				    .started = task_start_time(leader),
				    .stage = HELPER_RUNNING };
}

/* The autoload of this task was let pass: what it leads to is on its behalf. */
static __always_inline void requester_asked(struct ticket *ticket)
{
	struct helper_key key = { .object = (__u64)bpf_get_current_task_btf(),
				  .stage = HELPER_ASKED };
	struct mw_requester *requester = &ticket->scratch.requester;
	const struct mw_facts *facts = &ticket->facts;

	_Static_assert(sizeof(*requester) <= sizeof(zeros), "zeros must cover a requester");
	bpf_probe_read_kernel(requester, sizeof(*requester), zeros);
	requester->seq = ticket->seq;
	requester->pid = bpf_get_current_pid_tgid() >> 32;
	requester->uid = facts->uid;
	requester->auid = facts->auid;
	requester->kernel_thread = !!facts->unattributed;
	bpf_get_current_comm(requester->comm, sizeof(requester->comm));
	__builtin_memcpy(requester->alias, facts->alias, sizeof(requester->alias));
	bpf_probe_read_kernel(requester->container, sizeof(requester->container), facts->container);
	bpf_probe_read_kernel(requester->exe, sizeof(requester->exe), facts->loader);
	bpf_map_update_elem(&helpers, &key, requester, BPF_ANY);
}

static __always_inline void helper_advance(const struct helper_key *from,
					   const struct helper_key *to)
{
	struct mw_requester *requester = bpf_map_lookup_elem(&helpers, from);

	if (!requester)
		return;
	bpf_map_update_elem(&helpers, to, requester, BPF_ANY);
	bpf_map_delete_elem(&helpers, from);
}

/* The kernel calls many helpers: is it the one that was asked for? */
static __always_inline bool helper_is_for(struct subprocess_info *info, const char *alias)
{
	char **words = BPF_CORE_READ(info, argv);
	char word[MW_NAME_SIZE] = {};
	char *said = NULL;

	bpf_probe_read_kernel(&said, sizeof(said), &words[HELPER_ALIAS]);
	return bpf_probe_read_kernel_str(word, sizeof(word), said) > 0 && same_name(word, alias);
}

static __always_inline void helper_prepared(struct subprocess_info *info)
{
	struct helper_key asked = { .object = (__u64)bpf_get_current_task_btf(),
				    .stage = HELPER_ASKED };
	struct helper_key prepared = { .object = (__u64)info, .stage = HELPER_PREPARED };
	struct mw_requester *requester = bpf_map_lookup_elem(&helpers, &asked);

	if (requester && helper_is_for(info, requester->alias))
		helper_advance(&asked, &prepared);
}

static __always_inline void helper_begins(void *info)
{
	struct helper_key prepared = { .object = (__u64)info, .stage = HELPER_PREPARED };
	struct helper_key running = running_helper(bpf_get_current_task_btf());

	helper_advance(&prepared, &running);
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
