// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_memory.h"

#include <errno.h>
#include <stdlib.h>

/* Of this thread: how often there was no memory. */
static _Thread_local unsigned long lacked;

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	lacked += !memory;
	return memory;
}

/* Before anything of jansson's has been allocated. */
__attribute__((constructor)) static void watch_allocations(void)
{
	json_set_alloc_funcs(allocate, free);
}

json_t *json_read(const char *bytes, size_t size, size_t flags, json_error_t *error)
{
	unsigned long before = lacked;
	json_error_t unasked;
	json_t *value = json_loadb(bytes, size, flags, error ?: &unasked);

	if (lacked == before) {
		errno = value ? errno : EBADMSG;
		return value;
	}
	json_decref(value);
	errno = ENOMEM;
	return NULL;
}

struct writing {
	FILE *out;
	bool has_failed;
};

/* jansson does not look at what this answers of a name. */
static int put(const char *bytes, size_t size, void *arg)
{
	struct writing *writing = arg;

	writing->has_failed |= fwrite(bytes, 1, size, writing->out) != size;
	return writing->has_failed ? -1 : 0;
}

int json_write(const json_t *value, FILE *out, size_t flags)
{
	unsigned long before = lacked;
	struct writing writing = { .out = out };

	if (json_dump_callback(value, put, &writing, flags) && !writing.has_failed)
		return -ENOMEM;
	return lacked != before ? -ENOMEM : writing.has_failed ? -EIO : 0;
}

char *json_text(const json_t *value, size_t flags)
{
	unsigned long before = lacked;
	char *text = json_dumps(value, flags);

	if (lacked == before)
		return text;
	free(text);
	return NULL;
}

bool json_is_whole(void)
{
	return !lacked;
}
