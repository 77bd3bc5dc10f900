/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A task's control group: its path, and the container in it. Whoever is root in a container can
 * make groups of any name below its own, as deep as there is memory for, and none above: so the
 * topmost names are what counts, and paths are read from their beginning. Below user.slice, and
 * where root has let somebody else make groups (as by Delegate= and User= of a service), they are
 * of any name: no container is looked for there. A container may own the group that is its own.
 */
#ifndef MODWARDEN_CGROUP_BPF_H
#define MODWARDEN_CGROUP_BPF_H

#include "ticket.bpf.h"

#define CGROUP_LEVELS (1 << 17) /* each one costs those below it memory: nobody has as many */

/* Nothing in it is kept from one walk to the next. */
static long cgroup_up_step(__u32 index, void *arg)
{
	struct cgroup_walk *walk = *(struct cgroup_walk **)arg;
	struct kernfs_node *node = (struct kernfs_node *)walk->node;

	if (!node) {
		walk->whole = true;
		return 1;
	}
	walk->top[index & (CGROUP_TOP - 1)] = (__u64)node;
	walk->depth = index + 1;
	walk->node = (__u64)kernfs_parent(node);
	return 0;
}

/* From this node up to the root, of which the last CGROUP_TOP stay known; true: all the way. */
static __always_inline bool cgroup_ascend(struct cgroup_walk *walk, struct kernfs_node *node)
{
	walk->node = (__u64)node;
	walk->depth = 0;
	walk->whole = false;
	if (node)
		bpf_loop(CGROUP_LEVELS, cgroup_up_step, &walk, 0);
	return walk->whole;
}

/* The node at a level, the root's being 0; NULL: the task is not as deep, or much deeper. */
static __always_inline struct kernfs_node *cgroup_at(const struct cgroup_walk *walk, __u32 level)
{
	__u32 depth = walk->depth;

	if (level >= depth || level >= CGROUP_TOP)
		return NULL;
	return (struct kernfs_node *)walk->top[(depth - 1 - level) & (CGROUP_TOP - 1)];
}

static long container_step(__u32 index, void *arg)
{
	struct cgroup_walk *walk = *(struct cgroup_walk **)arg;
	struct kernfs_node *node = cgroup_at(walk, index);
	int at;

	if (!node)
		return 1;
	if (bpf_probe_read_kernel_str(walk->scan.name, sizeof(walk->scan.name),
				      BPF_CORE_READ(node, name)) < 0) {
		walk->whole = false;
		return 1;
	}
	walk->is_users = mw_container_is_users(walk->scan.name, index);
	if (walk->is_users)
		return 1;
	at = mw_container_id_below(&walk->scan);
	if (at < 0) {
		walk->is_users = !kernfs_is_roots(node);
		return walk->is_users;
	}
	if (bpf_probe_read_kernel(walk->id, MW_CONTAINER_ID_DIGITS,
				  &walk->scan.name[at & (MW_CGROUP_NAME_SIZE - 1)]))
		walk->whole = false;
	return 1;
}

/* Looks for the container of who is in this group; walk->whole: it is known whether there is one.
 */
static __always_inline bool cgroup_find_container(struct cgroup_walk *walk,
						  struct kernfs_node *node)
{
	walk->id[0] = '\0';
	walk->scan.below_pods = false;
	walk->is_users = false;
	if (!cgroup_ascend(walk, node))
		return false;
	bpf_loop(CGROUP_TOP, container_step, &walk, 0);
	if (!walk->id[0] && !walk->is_users && walk->depth > CGROUP_TOP)
		walk->whole = false;
	return walk->whole && walk->id[0];
}

static __always_inline struct kernfs_node *task_cgroup(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
}

/* Looks in version 2, then in version 1; where there is none, the walk is that of version 2. */
static __noinline int cgroup_walk_task(struct ticket *ticket)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct cgroup_walk *walk = &ticket->scratch.cgroup;
	struct kernfs_node *former = task_cgroup_of_version_1(task);

	if (cgroup_find_container(walk, task_cgroup(task)) || !former || !walk->whole)
		return 0;
	if (!cgroup_find_container(walk, former) && walk->whole)
		cgroup_ascend(walk, task_cgroup(task));
	return 0;
}

static long cgroup_path_step(__u32 index, void *arg)
{
	struct cgroup_walk *walk = *(struct cgroup_walk **)arg;
	struct kernfs_node *node = cgroup_at(walk, index + 1);
	__u32 at = walk->at;
	long length;

	if (!node || at >= MW_CGROUP_SIZE)
		return 1;
	walk->path[at] = '/';
	length = bpf_probe_read_kernel_str(&walk->path[at + 1], MW_CGROUP_NAME_SIZE,
					   BPF_CORE_READ(node, name));
	if (length <= 1 || at + length >= MW_CGROUP_SIZE) {
		walk->path[at] = '\0';
		return 1;
	}
	walk->at = at + length;
	walk->level = index + 1;
	return 0;
}

/* Builds the path of the walk in it, "/" for the root itself, or as much of its beginning as fits.
 */
static __always_inline void cgroup_build_path(struct cgroup_walk *walk)
{
	walk->path[0] = '\0';
	walk->at = 0;
	walk->level = 0;
	if (!walk->depth)
		return;
	bpf_loop(CGROUP_TOP, cgroup_path_step, &walk, 0);
	if (walk->depth == 1) {
		walk->path[0] = '/';
		walk->path[1] = '\0';
	}
}

static __always_inline bool cgroup_path_is_whole(const struct cgroup_walk *walk)
{
	return !walk->depth || walk->level + 1 == walk->depth;
}

#endif
