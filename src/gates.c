// SPDX-License-Identifier: GPL-2.0-or-later
#include "gates_state.h"

#include "cleanup.h"
#include "hook.h"
#include "log.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define VERIFIER_STATISTICS 4 /* BPF_LOG_STATS of the kernel's bpf_verifier.h */

/* libbpf's own words, whole: the verifier's log is one of them. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (!log_enabled(level == LIBBPF_WARN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG))
		return 0;
	return vfprintf(stderr, format, args);
}

/* Clones end so; those whose gate may not be skipped have nothing to do. */
bool gates_is_clone(const struct bpf_program *program)
{
	const char *suffix = "_clone", *name = bpf_program__name(program);

	return strlen(name) > strlen(suffix) &&
	       !strcmp(name + strlen(name) - strlen(suffix), suffix);
}

/*
 * Not every kernel has 32-bit system calls; one that has not needs nothing on their functions. And
 * where the helpers' functions cannot be had, records lack the requester.
 */
static bool is_wanted(const struct gates *gates, const struct bpf_program *program,
		      const struct btf *btf)
{
	const struct gates_options *options = &gates->options;
	bool observe = options->mechanism == MECHANISM_TRACEPOINT;

	if (hook_is(program, "kprobe/") || hook_is(program, "kretprobe/"))
		return observe && hook_has_function(btf, program);
	if (hook_is(program, "tracepoint/") || hook_is(program, "tp_btf/module_request"))
		return observe;
	if (observe)
		return !hook_is(program, "lsm/") && !hook_is(program, "f") &&
		       program != gates->skeleton->progs.guard_trampolines;
	if (hook_is(program, "f"))
		return hook_has_function(btf, program);
	return !gates_is_clone(program) || options->clones;
}

int gates_configure(struct gates *gates)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *program;
	int error = 0;

	if (libbpf_get_error(btf))
		return libbpf_get_error(btf);
	bpf_object__for_each_program (program, gates->skeleton->obj) {
		if (!is_wanted(gates, program, btf))
			bpf_program__set_autoload(program, false);
		else if (hook_is(program, "lsm/") && !error &&
			 gates->options.mechanism == MECHANISM_FMOD_RET)
			error = hook_use_fmod_ret(program);
	}
	btf__free(btf);
	gates->skeleton->rodata->has_stamps =
		bpf_program__autoload(gates->skeleton->progs.audit_stamp);
	gates->skeleton->rodata->has_clones = gates->options.clones;
	gates->skeleton->rodata->observe_only = gates->options.mechanism == MECHANISM_TRACEPOINT;
	return error;
}

int gates_introduce(struct gates *gates)
{
	auto_close int fd = open("/sys/module", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct {
		__u32 fd;
		__u32 tgid;
		__u64 started;
		__u64 node;
	} args = { .fd = fd };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &args, .ctx_size_in = sizeof(args));
	int error;

	if (fd < 0)
		return -errno;
	error = bpf_prog_test_run_opts(bpf_program__fd(gates->skeleton->progs.introduce), &run);
	if (error)
		return error;
	gates->tgid = args.tgid;
	gates->started = args.started;
	gates->control.sysfs_module = args.node;
	gates->skeleton->data_control->control.sysfs_module = args.node;
	return (int)run.retval;
}

/* Sequence numbers go on from the clock, so that a restart within a boot gives no number twice. */
static uint64_t first_sequence(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

int gates_open(struct gates **ret, const struct gates_options *options)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options,
		    .kernel_log_level = log_enabled(LOG_LEVEL_DEBUG) ? VERIFIER_STATISTICS : 0);
	struct gates *gates = calloc(1, sizeof(*gates));
	int error = 0;

	if (!gates) {
		log_error("gates: cannot open the BPF object: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	gates->options = *options;
	libbpf_set_print(print_libbpf);
	gates->skeleton = modwarden_bpf__open_opts(&open_options);
	if (!gates->skeleton) {
		error = -errno;
		log_error("gates: cannot open the BPF object: %s", strerror(-error));
		gates_free(&gates);
		return error;
	}
	*ret = gates;
	return 0;
}

int gates_load(struct gates *gates)
{
	int error = modwarden_bpf__load(gates->skeleton);

	/* libbpf goes on without mappings where it found that there could be none. */
	return error ?: gates->skeleton->data_control ? 0 : -ENOMEM;
}

int gates_new(struct gates **ret, const struct gates_options *options)
{
	cleanup(gates_free) struct gates *gates = NULL;
	int error = gates_open(&gates, options);

	if (error)
		return error;
	gates->epoch = 1;
	gates->skeleton->rodata->epoch = gates->epoch;
	gates->control.epochs = mw_epochs_make(gates->epoch, 0, true);
	gates->skeleton->data_control->control.epochs = gates->control.epochs;
	error = gates_configure(gates);
	if (error) {
		log_error("gates: cannot read the kernel's types: %s", strerror(-error));
		return error;
	}
	error = gates_load(gates);
	if (error) {
		log_error(
			"gates: cannot load the BPF programs: %s; `modwarden doctor` tells what is "
			"missing",
			strerror(-error));
		return error;
	}
	gates->skeleton->data_counters->counters.sequence = first_sequence();
	error = gates_introduce(gates);
	if (error) {
		log_error("gates: cannot find the kernel's node of /sys/module: %s; is sysfs "
			  "mounted on "
			  "/sys?",
			  strerror(-error));
		return error;
	}
	error = gates_put_window(gates);
	if (error) {
		log_error("gates: cannot make the map for repeated denials: %s", strerror(-error));
		return error;
	}
	*ret = take_pointer(gates);
	return 0;
}

void gates_free(struct gates **gates)
{
	if (!*gates)
		return;
	if ((*gates)->skeleton && (*gates)->skeleton->data_control && !(*gates)->stays &&
	    !(*gates)->pins)
		gates_disarm(*gates);
	event_reader_free((*gates)->events);
	seq_set_clear(&(*gates)->swept);
	bpf_link__destroy((*gates)->guard);
	modwarden_bpf__destroy((*gates)->skeleton);
	free(*gates);
	*gates = NULL;
}

const struct gates_options *gates_options(const struct gates *gates)
{
	return &gates->options;
}

/* The maps that others of ours refer to have no descriptor here. */
static int each_inner(int outer, const __u32 *key, gates_object_fn *each, void *arg)
{
	auto_close int inner = -1;
	__u32 id;

	if (bpf_map_lookup_elem(outer, key, &id))
		return -errno;
	inner = bpf_map_get_fd_by_id(id);
	return inner < 0 ? inner : each(arg, inner, GATES_MAP);
}

static int each_program(const struct gates *gates, gates_object_fn *each, void *arg)
{
	struct bpf_object_skeleton *list = gates->skeleton->skeleton;
	int error = 0;

	for (int i = 0; i < list->prog_cnt && !error; i++) {
		struct bpf_link *link = *list->progs[i].link;

		if (bpf_program__fd(*list->progs[i].prog) >= 0)
			error = each(arg, bpf_program__fd(*list->progs[i].prog), GATES_PROGRAM);
		if (!error && link)
			error = each(arg, bpf_link__fd(link), GATES_LINK);
	}
	if (!error && gates->guard)
		error = each(arg, bpf_link__fd(gates->guard), GATES_LINK);
	return error;
}

int gates_each_object(const struct gates *gates, gates_object_fn *each, void *arg)
{
	const __u32 zero = 0, one = 1;
	struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_map(map, gates->skeleton->obj) if (!error && bpf_map__fd(map) >= 0)
		error = each(arg, bpf_map__fd(map), GATES_MAP);
	if (!error)
		error = each_inner(bpf_map__fd(gates->skeleton->maps.digests), &gates->generation,
				   each, arg);
	if (!error)
		error = each_inner(bpf_map__fd(gates->skeleton->maps.policies), &zero, each, arg);
	if (!error)
		error = each_inner(bpf_map__fd(gates->skeleton->maps.folds), &zero, each, arg);
	if (!error)
		error = each_inner(bpf_map__fd(gates->skeleton->maps.folds), &one, each, arg);
	error = error == -ENOENT ? 0 : error; /* there has been no window before */
	return error ?: each_program(gates, each, arg);
}

int gates_events_map(const struct gates *gates)
{
	return bpf_map__fd(gates->skeleton->maps.events);
}

int gates_counters_map(const struct gates *gates)
{
	return bpf_map__fd(gates->skeleton->maps.data_counters);
}
