// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules that are known to be loaded, for the next daemon. */
#include "pins_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

/* Of its name all bytes, the rest zeros. */
static void make_key(const char *name, char key[MW_NAME_SIZE])
{
	memset(key, 0, MW_NAME_SIZE);
	strncpy(key, name, MW_NAME_SIZE - 1);
}

int pins_know_module(struct pins *pins, const char *name)
{
	char key[MW_NAME_SIZE];
	__u32 value = 1;

	make_key(name, key);
	return bpf_map_update_elem(pins->maps[PINS_MAP_MODULES], key, &value, BPF_ANY);
}

void pins_forget_module(struct pins *pins, const char *name)
{
	char key[MW_NAME_SIZE];

	make_key(name, key);
	bpf_map_delete_elem(pins->maps[PINS_MAP_MODULES], key);
}

int pins_each_module(const struct pins *pins, pins_module_fn *call, void *arg)
{
	char(*keys)[MW_NAME_SIZE] = calloc(PINS_MODULES_MAX, sizeof(*keys));
	int map = pins->maps[PINS_MAP_MODULES], result = keys ? 0 : -ENOMEM;
	const void *before = NULL;
	size_t n = 0;

	while (!result && n < PINS_MODULES_MAX && !bpf_map_get_next_key(map, before, keys[n]))
		before = keys[n++];
	for (size_t i = 0; i < n && !result; i++) {
		keys[i][MW_NAME_SIZE - 1] = '\0';
		result = call(keys[i], arg);
	}
	free(keys);
	return result;
}
