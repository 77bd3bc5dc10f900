// SPDX-License-Identifier: GPL-2.0-or-later
/* The gates beyond the life of a process: pinned, and taken over by the next one. */
#include "gates_state.h"

#include "cleanup.h"
#include "digest.h"
#include "log.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define GUARD "guard_trampolines"

/* The programs, byte for byte: what was made by these may go on under this daemon. */
static int build_digest(__u8 digest[MW_DIGEST_SIZE])
{
	size_t size;
	const void *object = modwarden_bpf__elf_bytes(&size);

	return digest_of(object, size, digest);
}

static int pin_maps(const struct gates *gates, struct pins *pins)
{
	struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_map(map, gates->skeleton->obj) if (!error && bpf_map__fd(map) >= 0)
		error = pins_put(pins, PINS_MAPS, bpf_map__name(map), bpf_map__fd(map));
	return error;
}

static int pin_links(const struct gates *gates, struct pins *pins)
{
	const struct bpf_object_skeleton *list = gates->skeleton->skeleton;
	int error = 0;

	for (int i = 0; i < list->prog_cnt && !error; i++) {
		struct bpf_link *link = *list->progs[i].link;

		if (link)
			error = pins_put(pins, PINS_LINKS, bpf_program__name(*list->progs[i].prog),
					 bpf_link__fd(link));
	}
	if (!error && gates->guard)
		error = pins_put(pins, PINS_LINKS, GUARD, bpf_link__fd(gates->guard));
	return error;
}

int gates_pin(struct gates *gates, struct pins *pins)
{
	struct pins_about *about = pins_about(pins);
	int error = build_digest(about->build);

	about->mechanism = gates->options.mechanism;
	about->clones = gates->options.clones;
	if (!error)
		error = pin_maps(gates, pins);
	if (!error)
		error = pin_links(gates, pins);
	if (error) {
		log_error("gates: cannot pin them in " PINS_ROOT ": %s", strerror(-error));
		return error;
	}
	__atomic_store_n(&about->is_whole, true, __ATOMIC_SEQ_CST);
	gates->is_pinned = true;
	return 0;
}

void gates_unpinned(struct gates *gates)
{
	gates->is_pinned = false;
}

static bool is_ours(const struct pins_about *about, const struct gates_options *options)
{
	__u8 build[MW_DIGEST_SIZE];

	return about->layout == PINS_LAYOUT && about->mechanism == options->mechanism &&
	       about->clones == options->clones && !build_digest(build) &&
	       !memcmp(build, about->build, sizeof(build));
}

static int reuse_maps(struct gates *gates, const struct pins *pins)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, gates->skeleton->obj)
	{
		auto_close int fd = pins_map(pins, bpf_map__name(map));
		int error = fd < 0 ? fd : bpf_map__reuse_fd(map, fd);

		if (error) {
			log_error("gates: cannot take over the map '%s': %s", bpf_map__name(map),
				  strerror(-error));
			return error;
		}
	}
	return 0;
}

/* Only what this process runs itself: the gates are there. */
static void load_none_but_answers(struct gates *gates)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, gates->skeleton->obj)
		bpf_program__set_autoload(
			program, program == gates->skeleton->progs.introduce ||
					 program == gates->skeleton->progs.count_in_flight);
}

static struct bpf_link *open_link(const struct pins *pins, const char *name)
{
	char path[PATH_MAX];

	pins_path(pins, PINS_LINKS, name, path, sizeof(path));
	return bpf_link__open(path);
}

static void take_links(struct gates *gates, const struct pins *pins)
{
	const struct bpf_object_skeleton *list = gates->skeleton->skeleton;

	for (int i = 0; i < list->prog_cnt; i++)
		if (*list->progs[i].prog != gates->skeleton->progs.guard_trampolines)
			*list->progs[i].link =
				open_link(pins, bpf_program__name(*list->progs[i].prog));
	gates->guard = open_link(pins, GUARD);
}

int gates_adopt(struct gates **ret, const struct gates_options *options, struct pins *pins)
{
	cleanup(gates_free) struct gates *gates = NULL;
	struct policy *policy = NULL;
	int error;

	if (!is_ours(pins_about(pins), options))
		return -ESTALE;
	error = gates_open(&gates, options);
	if (error)
		return error;
	gates->is_pinned = true;
	load_none_but_answers(gates);
	error = reuse_maps(gates, pins);
	if (!error)
		error = modwarden_bpf__load(gates->skeleton);
	if (error)
		return error;
	take_links(gates, pins);
	gates->control = gates->skeleton->data_control->control;
	gates_self_test_aim(gates, MW_GATE_NONE); /* the one before died in the middle of one */
	error = gates_introduce(gates);
	if (!error)
		error = gates_read_policy(gates, &policy);
	if (error)
		return error;
	gates->generation = policy->image->generation;
	gates->wants_unloads = policy_can_deny(policy, MW_OP_UNLOAD);
	gates->is_attached = true;
	policy_free(policy);
	*ret = take_pointer(gates);
	return 0;
}

/* The map that is in an outer one under a key. */
static int inner_map(int outer, const void *key)
{
	__u32 id;
	int error = bpf_map_lookup_elem(outer, key, &id);

	return error ?: bpf_map_get_fd_by_id(id);
}

static int read_digests(const struct gates *gates, __u32 generation, struct digest_table *table)
{
	auto_close int map = inner_map(bpf_map__fd(gates->skeleton->maps.digests), &generation);
	__u8 digest[MW_DIGEST_SIZE], *before = NULL;
	struct mw_ruleset rules;
	int error = 0;

	if (map < 0)
		return map;
	while (!error && !bpf_map_get_next_key(map, before, digest)) {
		if (!bpf_map_lookup_elem(map, digest, &rules))
			for (__u32 rule = 0; rule < MW_RULES_MAX && !error; rule++)
				if (mw_ruleset_test(&rules, rule))
					error = digest_table_add(table, digest, rule);
		before = digest;
	}
	return error ?: digest_table_seal(table);
}

int gates_read_policy(const struct gates *gates, struct policy **ret)
{
	__u32 zero = 0;
	auto_close int map = inner_map(bpf_map__fd(gates->skeleton->maps.policies), &zero);
	struct policy *policy = calloc(1, sizeof(*policy));
	int error = map < 0 ? map : 0;

	if (!policy)
		return -ENOMEM;
	policy->image = malloc(sizeof(*policy->image));
	if (!policy->image)
		error = -ENOMEM;
	if (!error)
		error = bpf_map_lookup_elem(map, &zero, policy->image);
	if (!error)
		error = read_digests(gates, policy->image->generation, &policy->digests);
	if (error)
		policy_free(policy);
	else
		*ret = policy;
	return error;
}
