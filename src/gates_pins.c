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

#define SUCCEED_TIMEOUT_MS 10000

/* The constants are of these programs alone; all else is shared with those that come after them. */
static bool is_shared(const struct bpf_map *map)
{
	return !(bpf_map__map_flags(map) & BPF_F_RDONLY_PROG);
}

static int pin_maps(const struct gates *gates, struct pins *pins)
{
	struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_map(map, gates->skeleton->obj) if (!error && is_shared(map)) error =
		pins_put_map(pins, bpf_map__name(map), bpf_map__fd(map));
	return error;
}

int gates_pin_links(const struct gates *gates, const struct pins *pins, gates_program_fn *which)
{
	const struct bpf_object_skeleton *list = gates->skeleton->skeleton;
	int error = 0;

	for (int i = 0; i < list->prog_cnt && !error; i++) {
		const struct bpf_program *program = *list->progs[i].prog;
		struct bpf_link *link = *list->progs[i].link;

		if (link && (!which || which(program)))
			error = pins_put_link(pins, gates->epoch, bpf_program__name(program),
					      bpf_link__fd(link));
	}
	if (!error && !which && gates->guard)
		error = gates_pin_guard(gates, pins);
	return error;
}

int gates_pin_guard(const struct gates *gates, const struct pins *pins)
{
	int error = pins_drop_link(pins, gates->epoch, GUARD);

	if (!error && gates->guard)
		error = pins_put_link(pins, gates->epoch, GUARD, bpf_link__fd(gates->guard));
	return error;
}

int gates_unpin_links(const struct gates *gates, const struct pins *pins, gates_program_fn *which)
{
	const struct bpf_object_skeleton *list = gates->skeleton->skeleton;
	int error = 0;

	for (int i = 0; i < list->prog_cnt && !error; i++)
		if (which(*list->progs[i].prog))
			error = pins_drop_link(pins, gates->epoch,
					       bpf_program__name(*list->progs[i].prog));
	return error;
}

int gates_pin(struct gates *gates, struct pins *pins)
{
	struct pins_about *about = pins_about(pins);
	int error = pin_maps(gates, pins);

	about->mechanism = gates->options.mechanism;
	if (!error)
		error = gates_pin_links(gates, pins, NULL);
	if (error) {
		log_error("gates: cannot pin them in " PINS_ROOT ": %s", strerror(-error));
		return error;
	}
	__atomic_store_n(&about->is_whole, true, __ATOMIC_SEQ_CST);
	gates->pins = pins;
	return 0;
}

/* How many were put back by now; a negative errno ends it. */
static void count_mended(int *count, int mended)
{
	*count = mended < 0 ? mended : *count + mended;
}

static void mend_maps(const struct gates *gates, int *count)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, gates->skeleton->obj) if (*count >= 0 && is_shared(map))
		count_mended(count,
			     pins_mend_map(gates->pins, bpf_map__name(map), bpf_map__fd(map)));
}

static void mend_links(const struct gates *gates, int *count)
{
	const struct bpf_object_skeleton *list = gates->skeleton->skeleton;

	for (int i = 0; i < list->prog_cnt && *count >= 0; i++) {
		const struct bpf_link *link = *list->progs[i].link;

		if (link)
			count_mended(count, pins_mend_link(gates->pins, gates->epoch,
							   bpf_program__name(*list->progs[i].prog),
							   bpf_link__fd(link)));
	}
	if (gates->guard && *count >= 0)
		count_mended(count, pins_mend_link(gates->pins, gates->epoch, GUARD,
						   bpf_link__fd(gates->guard)));
}

int gates_mend_pins(const struct gates *gates)
{
	int count = gates->pins ? pins_mend_directories(gates->pins, gates->epoch) : 0;

	if (!gates->pins || count)
		return count;
	mend_maps(gates, &count);
	mend_links(gates, &count);
	if (count >= 0)
		count_mended(&count, pins_mend_own(gates->pins));
	return count;
}

void gates_unpinned(struct gates *gates)
{
	gates->pins = NULL;
	gates->stays = false;
}

static bool has_shape(int fd, const struct bpf_map *map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map);
}

static int reuse_map(struct bpf_map *map, const struct pins *pins)
{
	auto_close int fd = pins_map(pins, bpf_map__name(map));

	if (fd < 0)
		return fd;
	return has_shape(fd, map) ? bpf_map__reuse_fd(map, fd) : -ESTALE;
}

static int reuse_maps(struct gates *gates, const struct pins *pins)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, gates->skeleton->obj)
	{
		int error = is_shared(map) ? reuse_map(map, pins) : 0;

		if (error) {
			log_error("gates: cannot take over the map '%s': %s", bpf_map__name(map),
				  strerror(-error));
			return error;
		}
	}
	return 0;
}

/* The settings, before anything is loaded: they say which epoch it is. */
static int read_settings(const struct gates *gates, const struct pins *pins,
			 struct mw_control *control)
{
	const struct bpf_map *map = gates->skeleton->maps.data_control;
	auto_close int fd = pins_map(pins, PINS_SETTINGS);
	__u32 zero = 0;

	if (fd < 0)
		return fd;
	if (!has_shape(fd, map) || bpf_map__value_size(map) != sizeof(*control))
		return -ESTALE;
	return bpf_map_lookup_elem(fd, &zero, control);
}

/* Only what this process runs itself: the gates are there. */
static void load_none_but_answers(struct gates *gates)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, gates->skeleton->obj)
		bpf_program__set_autoload(
			program, program == gates->skeleton->progs.introduce ||
					 program == gates->skeleton->progs.count_in_flight ||
					 program == gates->skeleton->progs.calls_inside);
}

/* Loads successors into the maps that are there, or no gate at all. */
static int load_beside(struct gates *gates, const struct pins *pins, bool successors)
{
	int error = successors ? gates_configure(gates) : 0;

	if (!successors)
		load_none_but_answers(gates);
	if (!error)
		error = reuse_maps(gates, pins);
	return error ?: gates_load(gates);
}

static int know_policy(struct gates *gates)
{
	struct policy *policy = NULL;
	int error = gates_read_policy(gates, &policy);

	if (error)
		return error;
	gates->generation = policy->image->generation;
	gates->wants_unloads = policy_can_deny(policy, MW_OP_UNLOAD);
	policy_free(policy);
	gates_drop_digests(gates);
	return 0;
}

int gates_adopt(struct gates **ret, const struct gates_options *options, struct pins *pins)
{
	cleanup(gates_free) struct gates *gates = NULL;
	const struct pins_about *about = pins_about(pins);
	const struct gates_options theirs = { .mechanism = about->mechanism };
	struct mw_control control;
	int error;

	if (about->layout != PINS_LAYOUT)
		return -ESTALE;
	error = gates_open(&gates, options ?: &theirs);
	if (!error)
		error = read_settings(gates, pins, &control);
	if (error)
		return error;
	gates->stays = true;
	gates->epoch = mw_epochs_current(control.epochs) + !!options;
	gates->skeleton->rodata->epoch = gates->epoch;
	error = load_beside(gates, pins, options);
	if (error)
		return error;
	gates->control = gates->skeleton->data_control->control;
	gates_self_test_aim(gates, MW_GATE_NONE); /* the one before died in the middle of one */
	error = gates_introduce(gates);
	if (!error)
		error = know_policy(gates);
	if (!error && options)
		error = gates_attach(gates);
	if (error)
		return error;
	*ret = take_pointer(gates);
	return 0;
}

static void set_epochs(struct gates *gates, __u64 epochs)
{
	gates->control.epochs = epochs;
	__atomic_store_n(&gates->skeleton->data_control->control.epochs, epochs, __ATOMIC_SEQ_CST);
}

/*
 * They end what they have begun with before they go; what takes longer is ended by those in charge.
 * No operation may be left to programs that are not there.
 */
static void wait_for_former(struct gates *gates)
{
	__u64 epochs = gates->control.epochs;
	__u32 former = mw_epochs_former(epochs);
	int left;

	if (!former || mw_epochs_former_is_gone(epochs))
		return;
	left = gates_wait(gates, former, 0);
	if (left > 0) {
		log_info("gates: waiting for %d operation(s) of the former programs", left);
		left = gates_wait(gates, former, SUCCEED_TIMEOUT_MS);
	}
	if (left < 0)
		log_warning(
			"gates: cannot tell what the former programs are at: %s; the new end it",
			strerror(-left));
	else if (left)
		log_warning("gates: %d operation(s) of the former programs are ended by the new",
			    left);
	set_epochs(gates, mw_epochs_make(mw_epochs_current(epochs), former, true));
}

/* No programs are left but those in charge. */
static int drop_others(struct gates *gates, const struct pins *pins)
{
	wait_for_former(gates);
	return pins_keep_links(pins, mw_epochs_current(gates->control.epochs));
}

int gates_succeed(struct gates *gates, struct pins *pins)
{
	__u32 current = mw_epochs_current(gates->control.epochs);
	int error = drop_others(gates, pins); /* of a daemon that died at this very point */

	if (!error)
		error = gates_pin_links(gates, pins, NULL);
	if (error) {
		log_error("gates: cannot pin the new programs in " PINS_ROOT ": %s",
			  strerror(-error));
		pins_keep_links(pins, current);
		return error;
	}
	set_epochs(gates, mw_epochs_make(gates->epoch, current, false));
	gates->pins = pins;
	pins_about(pins)->mechanism = gates->options.mechanism;
	/* Where that fails, they do nothing any more, and the next one tries again. */
	if (drop_others(gates, pins))
		log_warning("gates: the former programs stay in " PINS_ROOT);
	return 0;
}
