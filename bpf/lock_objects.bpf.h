/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps, programs and links of a locked modwarden. */
#ifndef MODWARDEN_LOCK_OBJECTS_BPF_H
#define MODWARDEN_LOCK_OBJECTS_BPF_H

#include "warden.bpf.h"

#define COMMAND_LINK_UPDATE    29
#define COMMAND_LINK_GET_BY_ID 30
#define COMMAND_LINK_DETACH    34

struct bpf_map;
struct bpf_prog;
union bpf_attr;

struct bpf_map___id {
	__u32 id;
} __attribute__((preserve_access_index));

struct bpf_prog_aux___id {
	__u32 id;
} __attribute__((preserve_access_index));

struct bpf_prog___id {
	struct bpf_prog_aux___id *aux;
} __attribute__((preserve_access_index));

struct bpf_link___id {
	__u32 id;
} __attribute__((preserve_access_index));

/*
 * Maps: every descriptor of one is made here, whether it is got by id, from a pin or is its first.
 * A descriptor for reading is enough to let a program write into the map, so that is refused, too.
 */
SEC("lsm/bpf_map")
int BPF_PROG(lock_map, struct bpf_map *map)
{
	if (!is_foreign() || !is_locked_object((__u64)map))
		return 0;
	REFUSE(MW_ATTEMPT_MAP, BPF_CORE_READ((struct bpf_map___id *)map, id));
}

/* What the warden makes is locked before it has an id by which somebody else could get at it. */
static __always_inline int map_is_made(struct bpf_map *map)
{
	__u64 key = (__u64)map;
	__u32 kind = MW_LOCKED_MAP;

	if (!lock.locked || is_foreign())
		return 0;
	if (bpf_map_update_elem(&locked_objects, &key, &kind, BPF_ANY))
		return -ENOMEM;
	return 0;
}

SEC("lsm/bpf_map_create")
int BPF_PROG(lock_map_create, struct bpf_map *map)
{
	return map_is_made(map);
}

/* The same, before "bpf: Add LSM hooks for BPF tokens" gave it that name (6.9). */
SEC("lsm/bpf_map_alloc_security")
int BPF_PROG(lock_map_alloc, struct bpf_map *map)
{
	return map_is_made(map);
}

SEC("fentry/security_bpf_map_free")
int BPF_PROG(lock_map_free, struct bpf_map *map)
{
	__u64 key = (__u64)map;

	bpf_map_delete_elem(&locked_objects, &key);
	return 0;
}

/* Programs: without a descriptor none can be replaced, traced, run or attached elsewhere. */
SEC("lsm/bpf_prog")
int BPF_PROG(lock_program, struct bpf_prog *program)
{
	if (!is_foreign() || !is_locked_object((__u64)program))
		return 0;
	REFUSE(MW_ATTEMPT_PROGRAM, BPF_CORE_READ((struct bpf_prog___id *)program, aux, id));
}

static __always_inline __u32 link_of_descriptor(__u32 fd)
{
	struct file *file = current_file(fd);
	struct bpf_link___id *link = file ? BPF_CORE_READ(file, private_data) : NULL;

	return link ? BPF_CORE_READ(link, id) : 0;
}

/*
 * Links have no hook of their own. The id is the kernel's copy and cannot be swapped; a descriptor
 * can, and one can be had from a pin. But of our links only that of the guard of
 * kernel.ftrace_enabled can be detached or updated at all, and that file is closed below.
 */
SEC("lsm/bpf")
int BPF_PROG(lock_command, int command, union bpf_attr *attr)
{
	__u32 first = 0;

	if (command != COMMAND_LINK_GET_BY_ID && command != COMMAND_LINK_UPDATE &&
	    command != COMMAND_LINK_DETACH)
		return 0;
	if (!is_foreign())
		return 0;
	bpf_probe_read_kernel(&first, sizeof(first), attr);
	if (command != COMMAND_LINK_GET_BY_ID)
		first = link_of_descriptor(first);
	if (!first || !is_locked_object(first))
		return 0;
	REFUSE(MW_ATTEMPT_LINK, first);
}

#endif
