// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_read.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* Of this thread, since json_read() began. */
static _Thread_local bool has_lacked;

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	has_lacked |= !memory;
	return memory;
}

/* Before anything of jansson's has been allocated. */
__attribute__((constructor)) static void watch_allocations(void)
{
	json_set_alloc_funcs(allocate, free);
}

json_t *json_read(const char *bytes, size_t size, size_t flags, json_error_t *error)
{
	json_error_t unasked;
	json_t *value;

	has_lacked = false;
	value = json_loadb(bytes, size, flags, error ?: &unasked);
	if (!has_lacked) {
		errno = value ? errno : EBADMSG;
		return value;
	}
	json_decref(value);
	errno = ENOMEM;
	return NULL;
}
