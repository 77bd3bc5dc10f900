// SPDX-License-Identifier: GPL-2.0-or-later
#include "gates_state.h"

#include "cgroup.h"
#include "cleanup.h"
#include "hook.h"
#include "log.h"

#include "modwarden/policy_image.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

static const __u32 window_before = 1; /* its place; that of the one in which is counted is 0 */

#define UNLOADS_TIMEOUT_MS  1000
#define VERIFIER_STATISTICS 4 /* BPF_LOG_STATS of the kernel's bpf_verifier.h */

/* libbpf's own words, whole: the verifier's log is one of them. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (!log_enabled(level == LIBBPF_WARN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG))
		return 0;
	return vfprintf(stderr, format, args);
}

/* Clones end so; those whose gate may not be skipped have nothing to do. */
static bool is_clone(const struct bpf_program *program)
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
	return !is_clone(program) || options->clones;
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

/* Lets the gates count in an empty window from now on. */
static int put_window(struct gates *gates)
{
	cleanup(fold_window_free) struct fold_window *window = NULL;
	int error = fold_window_new(&window);
	__u32 zero = 0;
	int fd;

	if (error)
		return error;
	fd = fold_window_fd(window);
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.folds), &zero, &fd, BPF_ANY);
}

int gates_open(struct gates **ret, const struct gates_options *options)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options,
		    .kernel_log_level = log_enabled(LOG_LEVEL_DEBUG) ? VERIFIER_STATISTICS : 0);
	struct gates *gates = calloc(1, sizeof(*gates));
	int error = 0;

	if (!gates)
		return -ENOMEM;
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
	if (error)
		return error;
	error = modwarden_bpf__load(gates->skeleton);
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
	error = put_window(gates);
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
	ring_buffer__free((*gates)->events);
	bpf_link__destroy((*gates)->guard);
	modwarden_bpf__destroy((*gates)->skeleton);
	free(*gates);
	*gates = NULL;
}

static int put_digests(struct gates *gates, const struct policy *policy, __u32 generation)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	__u32 n = policy->digests.count;
	auto_close int table = bpf_map_create(BPF_MAP_TYPE_HASH, "digest_table", MW_DIGEST_SIZE,
					      sizeof(struct mw_ruleset), n ? n : 1, &options);

	if (table < 0)
		return table;
	for (__u32 i = 0; i < n; i++) {
		const struct digest_entry *entry = &policy->digests.entries[i];
		int error = bpf_map_update_elem(table, entry->digest, &entry->rules, BPF_NOEXIST);

		if (error)
			return error;
	}
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.digests), &generation, &table,
				   BPF_ANY);
}

static int put_image(struct gates *gates, const struct mw_policy *image)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	auto_close int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_image", sizeof(__u32),
					    sizeof(*image), 1, &options);
	__u32 zero = 0;
	int error;

	if (map < 0)
		return map;
	error = bpf_map_update_elem(map, &zero, image, BPF_ANY);
	if (error)
		return error;
	/* Returns when no gate reads the policy before any more. */
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.policies), &zero, &map,
				   BPF_ANY);
}

/* Guards the switch that silences all trampolines; without it that write is noticed, not refused.
 */
static void attach_guard(struct gates *gates)
{
	bool is_root = false;
	auto_close int root = cgroup_open_root(&is_root);

	if (root < 0) {
		log_warning("gates: cannot guard kernel.ftrace_enabled: no cgroup v2: %s",
			    strerror(-root));
		return;
	}
	if (!is_root)
		log_warning("gates: kernel.ftrace_enabled is guarded in this cgroup namespace "
			    "only; give "
			    "modwarden the host's cgroup namespace or /sys/fs/cgroup");
	gates->guard = bpf_program__attach_cgroup(gates->skeleton->progs.guard_trampolines, root);
	if (!gates->guard)
		log_warning("gates: cannot guard kernel.ftrace_enabled: %s", strerror(errno));
}

const struct gates_options *gates_options(const struct gates *gates)
{
	return &gates->options;
}

static bool attached_elsewhere(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);

	return type == BPF_PROG_TYPE_CGROUP_SYSCTL || type == BPF_PROG_TYPE_SYSCALL ||
	       bpf_program__expected_attach_type(program) == BPF_TRACE_ITER;
}

static bool is_for_unloads(const struct bpf_program *program)
{
	return hook_is(program, "lsm/capable");
}

/* Attaches what is wanted of the gates for unloads or of all others: clones, or no clones. */
static int attach_all(struct gates *gates, bool unloads, bool clones)
{
	struct bpf_object_skeleton *list = gates->skeleton->skeleton;

	for (int i = 0; i < list->prog_cnt; i++) {
		struct bpf_program *program = *list->progs[i].prog;
		struct bpf_link *link;

		if (!bpf_program__autoload(program) || attached_elsewhere(program) ||
		    is_clone(program) != clones || is_for_unloads(program) != unloads)
			continue;
		link = bpf_program__attach(program);
		if (!link) {
			int error = -errno;

			log_error("gates: cannot attach %s: %s", bpf_program__name(program),
				  strerror(-error));
			return error;
		}
		*list->progs[i].link = link;
	}
	return 0;
}

static void set_judges_unloads(struct gates *gates, bool judges)
{
	gates->control.judges_unloads = judges;
	__atomic_store_n(&gates->skeleton->data_control->control.judges_unloads, judges,
			 __ATOMIC_SEQ_CST);
}

static void detach_unloads(struct gates *gates)
{
	struct bpf_object_skeleton *list = gates->skeleton->skeleton;

	set_judges_unloads(gates, false);
	if (gates->pins)
		gates_unpin_links(gates, gates->pins, is_for_unloads);
	for (int i = 0; i < list->prog_cnt; i++) {
		if (!is_for_unloads(*list->progs[i].prog))
			continue;
		bpf_link__destroy(*list->progs[i].link);
		*list->progs[i].link = NULL;
	}
}

/* What is attached to a trampoline last runs first. */
static int attach_in_order(struct gates *gates, bool unloads)
{
	int error = attach_all(gates, unloads, true);

	return error ?: attach_all(gates, unloads, false);
}

static int attach_unloads(struct gates *gates)
{
	int error;

	if (gates->options.mechanism == MECHANISM_TRACEPOINT)
		return 0;
	error = attach_in_order(gates, true);
	if (!error && gates->pins)
		error = gates_pin_links(gates, gates->pins, is_for_unloads);
	if (error)
		detach_unloads(gates);
	else
		set_judges_unloads(gates, true);
	return error;
}

int gates_attach(struct gates *gates)
{
	int error = attach_in_order(gates, false);

	if (!error && gates->wants_unloads)
		error = attach_unloads(gates);
	if (error) {
		modwarden_bpf__detach(gates->skeleton);
		/* Those that they should have taken over from go on. */
		set_judges_unloads(gates, gates->stays && gates->wants_unloads);
		return error;
	}
	if (gates->options.mechanism != MECHANISM_TRACEPOINT)
		attach_guard(gates);
	gates->is_attached = true;
	return 0;
}

bool gates_judge_unloads(const struct gates *gates)
{
	return gates->control.judges_unloads;
}

/*
 * Tasks that may be in an operation which has begun with the programs of an epoch; with 0, before
 * there were any. Or a negative errno.
 */
static int count_in_flight(struct gates *gates, __u32 of_epoch)
{
	struct bpf_link *link = bpf_program__attach(gates->skeleton->progs.count_in_flight);
	auto_close int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -errno;
	char nothing[64];
	ssize_t n;

	if (iterator < 0) {
		bpf_link__destroy(link);
		return iterator;
	}
	gates->skeleton->data_answers->answers = (struct mw_answers){ .of_epoch = of_epoch };
	do
		n = read(iterator, nothing, sizeof(nothing));
	while (n > 0 || (n < 0 && errno == EINTR));
	bpf_link__destroy(link);
	return n < 0 ? -errno : (int)gates->skeleton->data_answers->answers.in_flight;
}

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static void set_armed(struct gates *gates, __u32 armed)
{
	gates->control.armed = armed;
	__atomic_store_n(&gates->skeleton->data_control->control.armed, armed, __ATOMIC_SEQ_CST);
}

/* A reader between the writes must not see the new mode with the old end. */
static void put_override(struct gates *gates)
{
	struct mw_control *control = &gates->skeleton->data_control->control;

	/* The same one with another end has no moment without it. */
	if (control->override_mode != gates->control.override_mode)
		__atomic_store_n(&control->override_mode, MW_MODE_NONE, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->override_until, gates->control.override_until, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->override_mode, gates->control.override_mode, __ATOMIC_SEQ_CST);
}

int gates_wait(struct gates *gates, __u32 of_epoch, unsigned int timeout_ms)
{
	uint64_t end = milliseconds() + timeout_ms;
	int left;

	while ((left = count_in_flight(gates, of_epoch)) > 0 && milliseconds() < end)
		usleep(2000);
	return left;
}

int gates_arm(struct gates *gates, unsigned int timeout_ms)
{
	int left = gates_wait(gates, 0, timeout_ms);

	set_armed(gates, 1);
	return left;
}

static int put_parts(struct gates *gates, const struct policy *policy)
{
	int digests = bpf_map__fd(gates->skeleton->maps.digests);
	__u32 generation = policy->image->generation;
	int error = put_digests(gates, policy, generation);

	if (!error)
		error = put_image(gates, policy->image);
	if (error) {
		bpf_map_delete_elem(digests, &generation);
		return error;
	}
	if (gates->generation)
		bpf_map_delete_elem(digests, &gates->generation);
	gates->generation = generation;
	return 0;
}

int gates_put_policy(struct gates *gates, const struct policy *policy)
{
	bool comes = gates->is_attached && !gates->wants_unloads &&
		     policy_can_deny(policy, MW_OP_UNLOAD);
	int error = comes ? attach_unloads(gates) : 0;

	/* Unloads that began before the gate was there are none that got past it. */
	if (comes && !error)
		gates_wait(gates, 0, UNLOADS_TIMEOUT_MS);
	if (!error)
		error = put_parts(gates, policy);
	if (!error)
		gates->wants_unloads = policy_can_deny(policy, MW_OP_UNLOAD);
	if (gates->is_attached && !gates->wants_unloads)
		detach_unloads(gates);
	if (error)
		log_error("gates: cannot put the policy into the kernel: %s; the one before stays",
			  strerror(-error));
	return error;
}

void gates_disarm(struct gates *gates)
{
	set_armed(gates, 0);
}

void gates_override(struct gates *gates, enum mw_mode mode, uint64_t until)
{
	gates->control.override_mode = mode;
	gates->control.override_until = until;
	put_override(gates);
}

enum mw_mode gates_read_override(const struct gates *gates, uint64_t *until)
{
	*until = gates->control.override_until;
	return gates->control.override_mode;
}

int gates_except(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE], uint64_t until)
{
	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.exceptions), digest, &until,
				   BPF_ANY);
}

int gates_end_exception(struct gates *gates, const __u8 digest[MW_DIGEST_SIZE])
{
	return bpf_map_delete_elem(bpf_map__fd(gates->skeleton->maps.exceptions), digest);
}

size_t gates_exceptions(const struct gates *gates, __u8 digests[][MW_DIGEST_SIZE], uint64_t *until)
{
	int map = bpf_map__fd(gates->skeleton->maps.exceptions);
	size_t n = 0;

	while (n < MW_EXCEPTIONS_MAX &&
	       !bpf_map_get_next_key(map, n ? digests[n - 1] : NULL, digests[n])) {
		if (bpf_map_lookup_elem(map, digests[n], &until[n]))
			break;
		n++;
	}
	return n;
}

void gates_self_test_aim(struct gates *gates, enum mw_gate gate)
{
	struct mw_control *control = &gates->skeleton->data_control->control;

	__atomic_store_n(&control->self_test_gate, gate, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->self_test_epoch, gates->epoch, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->self_test_tgid, gate ? gates->tgid : 0, __ATOMIC_SEQ_CST);
}

static bool guard_is_attached(const struct gates *gates)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(bpf_link__fd(gates->guard), &info, &size) &&
	       info.cgroup.cgroup_id;
}

bool gates_mend(struct gates *gates)
{
	const struct mw_control *now = &gates->skeleton->data_control->control;
	const struct mw_control *meant = &gates->control;
	bool was_whole = now->armed == meant->armed && now->override_mode == meant->override_mode &&
			 now->override_until == meant->override_until &&
			 now->sysfs_module == meant->sysfs_module && now->epochs == meant->epochs &&
			 now->judges_unloads == meant->judges_unloads && !now->self_test_tgid;

	if (!was_whole) {
		gates->skeleton->data_control->control.sysfs_module = meant->sysfs_module;
		set_judges_unloads(gates, meant->judges_unloads);
		gates_self_test_aim(gates, MW_GATE_NONE);
		__atomic_store_n(&gates->skeleton->data_control->control.epochs, meant->epochs,
				 __ATOMIC_SEQ_CST);
		put_override(gates);
		set_armed(gates, meant->armed);
	}
	if (gates->guard && !guard_is_attached(gates)) {
		was_whole = false;
		bpf_link__destroy(gates->guard);
		gates->guard = NULL;
		attach_guard(gates);
	}
	return !was_whole;
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
	struct bpf_map *map;
	__u32 zero = 0;
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

const struct mw_counters *gates_counters(const struct gates *gates)
{
	return &gates->skeleton->data_counters->counters;
}

bool gates_guard_trampolines(const struct gates *gates)
{
	return gates->guard;
}

int gates_open_events(struct gates *gates, gates_event_fn *event, void *arg)
{
	gates->events =
		ring_buffer__new(bpf_map__fd(gates->skeleton->maps.events), event, arg, NULL);
	if (gates->events)
		return 0;
	log_error("gates: cannot read the ring buffer: %s", strerror(errno));
	return -errno;
}

int gates_events_fd(const struct gates *gates)
{
	return ring_buffer__epoll_fd(gates->events);
}

int gates_read_events(struct gates *gates)
{
	return ring_buffer__consume(gates->events);
}

/* Everything that may be counted in a window; see mw_fold_key. */
static uint64_t folds_possible(const struct gates *gates)
{
	const struct mw_counters *counters = gates_counters(gates);

	return counters->verdicts[MW_OP_LOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_UNLOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_AUTOLOAD][MW_VERDICT_DENY] +
	       counters->verdicts[MW_OP_AUTOLOAD][MW_VERDICT_ALLOW];
}

static int keep_window(struct gates *gates, const struct fold_window *window)
{
	int fd = fold_window_fd(window);

	return bpf_map_update_elem(bpf_map__fd(gates->skeleton->maps.folds), &window_before, &fd,
				   BPF_ANY);
}

int gates_window_before(struct gates *gates, struct fold_window **ret)
{
	int folds = bpf_map__fd(gates->skeleton->maps.folds);
	__u32 zero = 0, id, id_now;
	int error = bpf_map_lookup_elem(folds, &window_before, &id);

	*ret = NULL;
	if (error == -ENOENT)
		return 0;
	/* Who was about to end it died at that: it goes on, and will be ended. */
	if (!bpf_map_lookup_elem(folds, &zero, &id_now) && id == id_now)
		return 0;
	return error ?: fold_window_open(ret, id);
}

int gates_end_window(struct gates *gates, struct fold_window **ret)
{
	int folds = bpf_map__fd(gates->skeleton->maps.folds);
	cleanup(fold_window_free) struct fold_window *window = NULL;
	uint64_t seen = folds_possible(gates);
	__u32 zero = 0, id;
	int error;

	*ret = NULL;
	if (seen == gates->folds_seen)
		return 0;
	error = bpf_map_lookup_elem(folds, &zero, &id);
	if (!error)
		error = fold_window_open(&window, id);
	if (!error)
		error = keep_window(gates, window);
	/* Returns when no gate counts in the old window any more. */
	if (!error)
		error = put_window(gates);
	if (error)
		return error;
	gates->folds_seen = seen;
	*ret = take_pointer(window);
	return 0;
}
