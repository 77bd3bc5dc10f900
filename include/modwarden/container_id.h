/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The container id in a cgroup's name: the first run of exactly 64 hexadecimal digits, as CRI-O,
 * containerd, Docker and podman write it ("crio-ID.scope", "cri-containerd-ID.scope", "ID", ...).
 * "crio-conmon-ID.scope" is not the container but its monitor, a process of the host's;
 * "machine-libpod_pod_ID.slice" and "libpod_parent/ID" are podman's pods, with containers below.
 */
#ifndef MODWARDEN_CONTAINER_ID_H
#define MODWARDEN_CONTAINER_ID_H

#include "base.h"

#define MW_CONTAINER_ID_DIGITS 64
#define MW_CGROUP_NAME_SIZE    256 /* kernfs names are shorter; a power of two */

/* In a map's memory; see mw_loop(). */
struct mw_container_scan {
	char name[MW_CGROUP_NAME_SIZE]; /* ends in NUL */
	__u16 run;                      /* digits seen in a row */
	__u16 start;                    /* where the id begins, once found */
	__u32 found;
	__u32 below_pods; /* the name above is that of podman's pods */
};

mw_inline bool mw_is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static long mw_container_scan_step(__u32 index, void *arg)
{
	struct mw_container_scan *scan = *(struct mw_container_scan **)arg;
	__u32 at = index & (MW_CGROUP_NAME_SIZE - 1);
	char c = scan->name[at];

	if (mw_is_hex(c)) {
		scan->run++;
		return 0;
	}
	if (scan->run == MW_CONTAINER_ID_DIGITS) {
		scan->start = at - MW_CONTAINER_ID_DIGITS;
		scan->found = true;
		return 1;
	}
	scan->run = 0;
	return c == '\0';
}

/* Do these letters stand in front of the id? word has size - 1 of them. */
mw_inline bool mw_container_follows(const char *name, __u32 start, const char *word, __u32 size)
{
	if (start < size - 1)
		return false;
	start -= size - 1;
	for (__u32 i = 0; i < size - 1; i++)
		if (name[(start + i) & (MW_CGROUP_NAME_SIZE - 1)] != word[i])
			return false;
	return true;
}

/* Is the id that of a container, and not of its monitor or its pod? */
mw_inline bool mw_container_is_own(const char *name, __u32 start)
{
	const char monitor[] = "conmon-", pod[] = "libpod_pod_";

	return !mw_container_follows(name, start, monitor, sizeof(monitor)) &&
	       !mw_container_follows(name, start, pod, sizeof(pod));
}

/* Offset of the container id in scan->name, a cgroup's, or -1: the name has none. */
mw_inline int mw_container_id_find(struct mw_container_scan *scan)
{
	scan->run = 0;
	scan->found = false;
	mw_loop(MW_CGROUP_NAME_SIZE, mw_container_scan_step, &scan);
	if (!scan->found || !mw_container_is_own(scan->name, scan->start))
		return -1;
	return scan->start;
}

mw_inline bool mw_container_holds_pods(const char *name)
{
	const char pods[] = "libpod_parent";

	for (__u32 i = 0; i < sizeof(pods); i++)
		if (name[i] != pods[i])
			return false;
	return true;
}

/*
 * The same for each name of a path in turn, from the top down; scan->below_pods is false at first.
 */
mw_inline int mw_container_id_below(struct mw_container_scan *scan)
{
	bool is_pod = scan->below_pods;
	int at = mw_container_id_find(scan);

	scan->below_pods = mw_container_holds_pods(scan->name);
	return is_pod && !at ? -1 : at;
}

#define MW_USER_SLICE "user.slice"

/*
 * Does what stands below this name belong to a user who has logged in? systemd gives each a tree
 * below it, where groups can have any name. The level of the root is 0.
 */
mw_inline bool mw_container_is_users(const char *name, __u32 level)
{
	const char users[] = MW_USER_SLICE;

	if (level != 1)
		return false;
	for (__u32 i = 0; i < sizeof(users); i++)
		if (name[i] != users[i])
			return false;
	return true;
}

#endif
