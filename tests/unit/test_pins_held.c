/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next daemon is given of what the former one had not told of, and in what order. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pins_state.h"

/* The map, in an order like that of a hash; what is called is the kernel's part of libbpf. */
static const uint64_t keys[] = { 7 << 1 | 1, 9 << 1, 7 << 1, 3 << 1 | 1, 5 << 1, 3 << 1 };

#define KEYS (sizeof(keys) / sizeof(*keys))

int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	size_t i = 0;

	(void)fd;
	while (key && keys[i++] != *(const uint64_t *)key)
		;
	if (i == KEYS)
		return -ENOENT;
	memcpy(next, &keys[i], sizeof(keys[i]));
	return 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	const uint64_t *found = key;
	struct operation operation = { .seq = *found >> 1, .part = *found & 1 };

	(void)fd;
	memcpy(value, &operation, sizeof(operation));
	return 0;
}

static int note(const struct operation *operation, void *arg)
{
	char *end = (char *)arg + strlen(arg);

	sprintf(end, "%d.%u ", (int)operation->seq, operation->part);
	return 0;
}

static void first_parts_come_before_the_rest(void **state)
{
	const struct pins pins = {};
	char seen[64] = "";

	(void)state;
	assert_int_equal(pins_each_waiting(&pins, note, seen), 0);
	assert_string_equal(seen, "3.0 5.0 7.0 9.0 3.1 7.1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_parts_come_before_the_rest),
	};

	return cmocka_run_group_tests_name("pins_held", tests, NULL, NULL);
}
