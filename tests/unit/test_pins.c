/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the pinned maps hold is read by other builds: a change of it has to change PINS_LAYOUT too.
 * The types are compared as C declares them, by a digest of their text.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "pins.h"

#include "modwarden/policy_image.h"

#include "modwarden.skel.h"

/* Of the layout PINS_LAYOUT. Where the test fails: count that up, and put the digest seen here. */
#define LAYOUT_DIGEST "e33f986493a7b2947548b28490dc69eed65a424f1ae861ec34aa9a55a617f4fe"

/* What the maps hold, as the programs have it ... */
static const char *const types[] = {
	"mw_control", "mw_counters", "mw_requester", "ticket", "leader", "helper_key", "request", "audit_mark", "mw_fold_stamps",
};

/* ... and what they know only by pointers. */
#define SIZE(type)                                                                                 \
	{                                                                                          \
#type, sizeof(struct type)                                                         \
	}
static const struct {
	const char *name;
	size_t size;
} sizes[] = {
	SIZE(mw_decision_event), SIZE(mw_outcome), SIZE(mw_tamper_event), SIZE(mw_caller),
	SIZE(mw_fold_key),       SIZE(mw_fold),    SIZE(mw_policy),       SIZE(mw_ruleset),
	SIZE(mw_audit_event),    SIZE(operation),         SIZE(pins_about),
};

static void print(void *out, const char *format, va_list args)
{
	vfprintf(out, format, args);
}

static void dump_type(struct btf *btf, struct btf_dump *dump, const char *name, FILE *out)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	if (id < 0)
		fail_msg("the programs do not know struct %s any more", name);
	fprintf(out, "/* %s: %lld */\n", name, (long long)btf__resolve_size(btf, id));
	assert_int_equal(btf_dump__dump_type(dump, id), 0);
}

static void dump_maps(const struct bpf_object *object, FILE *out)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (!(bpf_map__map_flags(map) & BPF_F_RDONLY_PROG))
			fprintf(out, "%s %d %u %u %u\n", bpf_map__name(map), bpf_map__type(map),
				bpf_map__key_size(map), bpf_map__value_size(map),
				bpf_map__max_entries(map));
	}
}

static void test_a_change_of_layout_is_counted(void **state)
{
	struct modwarden_bpf *skeleton = modwarden_bpf__open();
	struct btf *btf = bpf_object__btf(skeleton->obj);
	__u8 digest[MW_DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	struct btf_dump *dump;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	dump = btf_dump__new(btf, print, out, NULL);
	assert_non_null(dump);
	dump_maps(skeleton->obj, out);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		dump_type(btf, dump, types[i], out);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		fprintf(out, "%s: %zu\n", sizes[i].name, sizes[i].size);
	fclose(out);
	assert_int_equal(digest_of(text, size, digest), 0);
	digest_format(digest, hex);
	if (strcmp(hex, LAYOUT_DIGEST))
		fail_msg("layout %d is not what it was (now %s):\n%s", PINS_LAYOUT, hex, text);
	free(text);
	btf_dump__free(dump);
	modwarden_bpf__destroy(skeleton);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_change_of_layout_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
