// SPDX-License-Identifier: GPL-2.0-or-later
#include "cgroup_path.h"

#include "modwarden/container_id.h"

#include <string.h>

#define HEX_DIGITS "0123456789abcdef"

static bool is_hex(char c)
{
	return c && strchr(HEX_DIGITS, c);
}

/* What users name there says nothing. */
static bool is_users(const char *path)
{
	return !strncmp(path, "/" MW_USER_SLICE "/", strlen("/" MW_USER_SLICE "/"));
}

/* Where the id stands by itself, and not as part of a longer number. */
static const char *find_id(const char *path, const char *id)
{
	size_t size = strlen(id);
	const char *at = path;

	while (size && !is_users(path) && (at = strstr(at, id))) {
		if ((at == path || !is_hex(at[-1])) && !is_hex(at[size]))
			return at;
		at++;
	}
	return NULL;
}

size_t cgroup_path_container(const char *path, const char *id)
{
	const char *at = find_id(path, id);

	return at ? (size_t)(at - path) + strcspn(at, "/") : 0;
}

static const struct {
	const char *before; /* the id */
	const char *runtime;
} runtimes[] = {
	{ "/docker-", "docker" },
	{ "/docker/", "docker" },
	{ ":docker:", "docker" }, /* runc takes SLICE:PREFIX:NAME for a path without systemd */
	{ "/libpod-", "podman" },
	{ "/libpod-payload-", "podman" },
	{ "/crio-", "cri-o" },
	{ ":crio:", "cri-o" },
	{ "/nerdctl-", "containerd" },
	{ "/cri-containerd-", "containerd" },
	{ ":cri-containerd:", "containerd" },
	{ "/k8s.io/", "containerd" },
};

const char *cgroup_path_runtime(const char *path, const char *id)
{
	const char *at = find_id(path, id);

	for (size_t i = 0; at && i < sizeof(runtimes) / sizeof(*runtimes); i++) {
		size_t length = strlen(runtimes[i].before);

		if ((size_t)(at - path) >= length &&
		    !memcmp(at - length, runtimes[i].before, length))
			return runtimes[i].runtime;
	}
	return NULL;
}

/* A pod's group: "podUID", or "kubepods-...-podUID.slice" with '_' for '-'. */
bool cgroup_path_pod_uid(const char *path, const char *id, char uid[POD_UID_SIZE + 1])
{
	const char *end = find_id(path, id);

	for (const char *at = path; end && (at = strstr(at, "pod")) && at < end; at += 3) {
		size_t length = strspn(at + 3, HEX_DIGITS "-_");

		if (at == path || !strchr("/-", at[-1]))
			continue;
		if (length != POD_UID_SIZE && length != STATIC_POD_UID_SIZE)
			continue;
		memcpy(uid, at + 3, length);
		uid[length] = '\0';
		for (char *c = uid; (c = strchr(c, '_'));)
			*c = '-';
		return true;
	}
	return false;
}

static bool ends_in(const char *name, size_t size, const char *suffix)
{
	size_t length = strlen(suffix);

	return size > length && !memcmp(name + size - length, suffix, length);
}

/* The first that is no slice; systemd puts '_' before names that the kernel could take for its own.
 */
const char *cgroup_path_unit(const char *path, size_t *size)
{
	static const char *const kinds[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
	const char *name = path;

	for (;; name += *size) {
		name += strspn(name, "/");
		*size = strcspn(name, "/");
		if (!ends_in(name, *size, ".slice"))
			break;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t prefix = *name == '_';

		if (!ends_in(name, *size, kinds[i]))
			continue;
		*size -= prefix;
		return name + prefix;
	}
	return NULL;
}
