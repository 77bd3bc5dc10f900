/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the path of a control group says of who is in it, as runtimes, the kubelet and systemd write
 * it. Only what stands above the container's own group, or in its name, is theirs: below it the
 * container's root makes groups of any name.
 */
#ifndef MODWARDEN_CGROUP_PATH_H
#define MODWARDEN_CGROUP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define POD_UID_SIZE        36 /* of a static pod 32 digits, as the kubelet hashes it */
#define STATIC_POD_UID_SIZE 32

/* Bytes of the path down to the group of the container with this id; 0: it is not there. */
size_t cgroup_path_container(const char *path, const char *id);

/* Which runtime names groups like that of this container; NULL: several do. */
const char *cgroup_path_runtime(const char *path, const char *id);

/* The Kubernetes pod that the container is part of; false: the path names none. */
bool cgroup_path_pod_uid(const char *path, const char *id, char uid[POD_UID_SIZE + 1]);

/* systemd's unit, "sshd.service": where it begins, and its size; NULL: none. */
const char *cgroup_path_unit(const char *path, size_t *size);

#endif
