// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths of control groups, which root in a container may name as it likes below its own: where an id
 * is, is where the most obvious search finds one, and what is told of it lies within the path.
 */
#include "fuzz.h"

#include "cgroup_path.h"
#include "modwarden/container_id.h"

#define HEX "0123456789abcdef"

static bool stands_before(const char *name, size_t at, const char *word)
{
	return at >= strlen(word) && !strncmp(name + at - strlen(word), word, strlen(word));
}

/* The first run of exactly 64 digits, if it is no monitor's and no pod's; -1: none. */
static int plainly(const char *name)
{
	for (size_t at = 0; name[at];) {
		size_t run = strspn(name + at, HEX);

		if (run == MW_CONTAINER_ID_DIGITS)
			return stands_before(name, at, "conmon-") ||
					       stands_before(name, at, "libpod_pod_")
				       ? -1
				       : (int)at;
		at += run ?: 1;
	}
	return -1;
}

static int find(struct mw_container_scan *scan, const char *name, size_t size)
{
	memset(scan->name, 0, sizeof(scan->name));
	memcpy(scan->name, name, size);
	require(mw_container_id_find(scan) == plainly(scan->name));
	return mw_container_id_below(scan);
}

static void require_told(const char *path, const char *id)
{
	size_t size = cgroup_path_container(path, id), unit_size = 0;
	char uid[POD_UID_SIZE + 1] = "";
	const char *unit = cgroup_path_unit(path, &unit_size);

	require(size >= MW_CONTAINER_ID_DIGITS && size <= strlen(path));
	require(!path[size] || path[size] == '/');
	cgroup_path_runtime(path, id);
	if (cgroup_path_pod_uid(path, id, uid))
		require(strlen(uid) == POD_UID_SIZE || strlen(uid) == STATIC_POD_UID_SIZE);
	require(!unit || (unit >= path && unit + unit_size <= path + strlen(path) &&
			  !memchr(unit, '/', unit_size)));
}

/* As the kernel writes one: each name behind one '/'. */
static char *path_of(const uint8_t *data, size_t size)
{
	char *path = malloc(size + 2), *end = path;

	require(path);
	*end++ = '/';
	for (size_t i = 0; i < size && data[i]; i++)
		if (data[i] != '/' || end[-1] != '/')
			*end++ = (char)data[i];
	*end = '\0';
	return path;
}

/* From the top down, as the gates walk; the first one counts, and none does below the users' slice. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = path_of(data, size);
	struct mw_container_scan scan = {};
	__u32 level = 1;

	for (const char *name = path + 1; *name; level++) {
		size_t length = strcspn(name, "/");
		char id[MW_CONTAINER_ID_DIGITS + 1] = "";
		int at = length < MW_CGROUP_NAME_SIZE ? find(&scan, name, length) : -1;

		if (mw_container_is_users(scan.name, level))
			break;
		if (at >= 0) {
			memcpy(id, name + at, MW_CONTAINER_ID_DIGITS);
			require(strspn(id, HEX) == MW_CONTAINER_ID_DIGITS);
			require_told(path, id);
			break;
		}
		name += length;
		name += *name == '/';
	}
	free(path);
	return 0;
}
