/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a daemon does about pins of its gates that somebody has removed: in a BPF file system of
 * this process's own, with the gates' maps, and in the place of their links one of another kind.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon_state.h"
#include "gates_state.h"
#include "own_directory.h"

#define GONE "/sys/fs/bpf/gone"

struct world {
	struct daemon daemon;
	struct daemon_options options;
	char directory[OWN_DIRECTORY_SIZE];
	char records[OWN_DIRECTORY_SIZE + 16];
	int pinned; /* of all */
};

static bool has_own_bpffs(void)
{
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL);
}

/* One that any kernel can attach. */
static struct bpf_link *make_link(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_SK_LOOKUP);
	int program = bpf_prog_load(BPF_PROG_TYPE_SK_LOOKUP, "pass", "GPL", pass, 2, &options);
	int net = open("/proc/self/ns/net", O_RDONLY);
	int fd = bpf_link_create(program, net, BPF_SK_LOOKUP, NULL);
	struct bpf_link *link = NULL;

	close(program);
	close(net);
	if (fd >= 0 && !bpf_obj_pin(fd, "/sys/fs/bpf/link")) {
		link = bpf_link__open("/sys/fs/bpf/link");
		bpf_link__unpin(link);
	}
	close(fd);
	return link;
}

static void make_gates(struct gates **ret)
{
	const struct gates_options options = { .mechanism = MECHANISM_LSM };
	struct bpf_program *program;
	struct gates *gates = NULL;

	assert_int_equal(gates_open(&gates, &options), 0);
	gates->epoch = 1;
	bpf_object__for_each_program (program, gates->skeleton->obj)
		bpf_program__set_autoload(program, false);
	assert_int_equal(gates_load(gates), 0);
	*gates->skeleton->skeleton->progs[0].link = make_link();
	assert_non_null(*gates->skeleton->skeleton->progs[0].link);
	*ret = gates;
}

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct daemon *daemon = &world->daemon;
	struct bpf_map *map;
	struct sink *sink;

	*state = world;
	assert_int_equal(own_directory_begin(world->directory), 0);
	snprintf(world->records, sizeof(world->records), "%s/records", world->directory);
	world->options = (struct daemon_options){ .socket = "none", .output = world->records };
	daemon->options = &world->options;
	daemon->claim = -1;
	assert_int_equal(sink_open(&sink, world->records, SINK_JSON), 0);
	assert_int_equal(recorder_new(&daemon->recorder, sink, "node"), 0);
	assert_int_equal(daemon_claim_pins(daemon), 0);
	make_gates(&daemon->gates);
	assert_int_equal(pins_new(&daemon->pins), 0);
	assert_int_equal(gates_pin(daemon->gates, daemon->pins), 0);
	world->pinned = 7 + 1;
	bpf_object__for_each_map(map, daemon->gates->skeleton->obj) world->pinned +=
		!(bpf_map__map_flags(map) & BPF_F_RDONLY_PROG);
	return 0;
}

static int world_remove(void **state)
{
	struct world *world = *state;
	struct daemon *daemon = &world->daemon;

	pins_remove(daemon->pins);
	gates_unpinned(daemon->gates);
	daemon_end_claim(daemon);
	gates_free(&daemon->gates);
	pins_free(daemon->pins);
	recorder_free(&daemon->recorder);
	own_directory_end(world->directory);
	free(world);
	return 0;
}

/* What was recorded since the last time: "DETAIL\n" of each, of findings about pins alone. */
static void assert_told(const struct world *world, const char *expected)
{
	char line[4096], told[4096] = "";
	FILE *in = fopen(world->records, "r");

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		json_t *record = json_loads(line, 0, NULL);
		const char *type, *reason, *detail;

		assert_int_equal(json_unpack(record, "{s:s, s:s, s:s}", "type", &type, "reason",
					     &reason, "detail", &detail),
				 0);
		assert_string_equal(type, "tamper");
		assert_string_equal(reason, "pins");
		strcat(strcat(told, detail), "\n");
		json_decref(record);
	}
	fclose(in);
	assert_string_equal(told, expected);
	assert_int_equal(truncate(world->records, 0), 0);
}

/* Once told, nothing is left to do; and another daemon would take it over, but cannot claim it. */
static void assert_mends(struct world *world, int missing)
{
	char expected[128];
	struct pins *found;

	daemon_mend_pins(&world->daemon);
	snprintf(expected, sizeof(expected), "%d pin(s) were missing; they are pinned again\n",
		 missing);
	assert_told(world, expected);
	daemon_mend_pins(&world->daemon);
	assert_told(world, "");
	assert_int_equal(pins_find(&found), 0);
	pins_free(found);
	assert_int_equal(pins_claim(), -EBUSY);
}

static void says_nothing_of_pins_that_are_there(void **state)
{
	struct world *world = *state;

	daemon_mend_pins(&world->daemon);
	assert_told(world, "");
}

static void pins_again_what_somebody_removed(void **state)
{
	struct world *world = *state;

	assert_int_equal(remove_tree(PINS_ROOT "/1/links"), 0);
	assert_mends(world, 1);
	assert_int_equal(remove_tree(PINS_ROOT "/1"), 0);
	assert_mends(world, world->pinned);
	assert_int_equal(remove_tree(PINS_ROOT), 0);
	assert_mends(world, world->pinned);
}

static void claims_the_directory_that_is_in_place(void **state)
{
	struct world *world = *state;

	assert_int_equal(rename(PINS_ROOT, GONE), 0);
	assert_mends(world, world->pinned);
	assert_int_equal(remove_tree(GONE), 0);
	assert_int_equal(rename(PINS_ROOT, GONE), 0);
	assert_int_equal(symlink(GONE, PINS_ROOT), 0);
	assert_mends(world, world->pinned);
	assert_int_equal(remove_tree(GONE), 0);
	assert_int_equal(chown(PINS_ROOT, 1000, 1000), 0);
	assert_mends(world, world->pinned);
}

/* Another daemon has begun in it. */
static void says_once_that_it_cannot_pin_them_again(void **state)
{
	struct world *world = *state;
	int other;

	assert_int_equal(remove_tree(PINS_ROOT), 0);
	other = pins_claim();
	assert_true(other >= 0);
	daemon_mend_pins(&world->daemon);
	assert_told(world,
		    "not all pins are in place, which is tried again: Device or resource busy\n");
	daemon_mend_pins(&world->daemon);
	assert_told(world, "");
	close(other);
	assert_mends(world, world->pinned);
}

static void leaves_alone_what_it_has_unpinned_itself(void **state)
{
	struct world *world = *state;

	assert_int_equal(gates_unpin_links(world->daemon.gates, world->daemon.pins, gates_is_clone),
			 0);
	daemon_mend_pins(&world->daemon);
	assert_told(world, "");
	assert_int_equal(daemon_unpin_gates(&world->daemon), 0);
	world->daemon.has_ended = true;
	daemon_mend_pins(&world->daemon);
	assert_told(world, "");
	assert_int_equal(access(PINS_ROOT "/1", F_OK), -1);
}

#define unit_test_world(f) cmocka_unit_test_setup_teardown(f, world_make, world_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		unit_test_world(says_nothing_of_pins_that_are_there),
		unit_test_world(pins_again_what_somebody_removed),
		unit_test_world(claims_the_directory_that_is_in_place),
		unit_test_world(says_once_that_it_cannot_pin_them_again),
		unit_test_world(leaves_alone_what_it_has_unpinned_itself),
	};

	if (!has_own_bpffs() || !make_link()) {
		printf("daemon_pins: skipped: no BPF links and file system here for us\n");
		return 0;
	}
	return cmocka_run_group_tests_name("daemon_pins", tests, NULL, NULL);
}
