// SPDX-License-Identifier: GPL-2.0-or-later
/* From programs that are loaded to gates that are up. */
#include "gates_state.h"

#include "cgroup.h"
#include "cleanup.h"
#include "hook.h"
#include "log.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Guards the switch that silences all trampolines; without it that write is noticed, not refused.
 */
void gates_attach_guard(struct gates *gates)
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

bool gates_guard_is_attached(const struct gates *gates)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(bpf_link__fd(gates->guard), &info, &size) &&
	       info.cgroup.cgroup_id;
}

bool gates_guard_trampolines(const struct gates *gates)
{
	return gates->guard;
}

static bool attached_elsewhere(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);

	return type == BPF_PROG_TYPE_CGROUP_SYSCTL || type == BPF_PROG_TYPE_SYSCALL ||
	       bpf_program__expected_attach_type(program) == BPF_TRACE_ITER;
}

bool gates_is_for_unloads(const struct bpf_program *program)
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
		    gates_is_clone(program) != clones || gates_is_for_unloads(program) != unloads)
			continue;
		link = bpf_program__attach(program);
		if (!link && gates_is_for_audit(program)) {
			log_warning("gates: cannot attach %s: %s; records lack the audit event",
				    bpf_program__name(program), strerror(errno));
			continue;
		}
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

/* What is attached to a trampoline last runs first. */
static int attach_in_order(struct gates *gates, bool unloads)
{
	int error = attach_all(gates, unloads, true);

	return error ?: attach_all(gates, unloads, false);
}

void gates_detach_unloads(struct gates *gates)
{
	struct bpf_object_skeleton *list = gates->skeleton->skeleton;

	gates_set_judges_unloads(gates, false);
	if (gates->pins)
		gates_unpin_links(gates, gates->pins, gates_is_for_unloads);
	for (int i = 0; i < list->prog_cnt; i++) {
		if (!gates_is_for_unloads(*list->progs[i].prog))
			continue;
		bpf_link__destroy(*list->progs[i].link);
		*list->progs[i].link = NULL;
	}
}

int gates_attach_unloads(struct gates *gates)
{
	int error;

	if (gates->options.mechanism == MECHANISM_TRACEPOINT)
		return 0;
	error = attach_in_order(gates, true);
	if (!error && gates->pins)
		error = gates_pin_links(gates, gates->pins, gates_is_for_unloads);
	if (error)
		gates_detach_unloads(gates);
	else
		gates_set_judges_unloads(gates, true);
	return error;
}

int gates_attach(struct gates *gates)
{
	int error = attach_in_order(gates, false);

	if (!error && gates->wants_unloads)
		error = gates_attach_unloads(gates);
	if (error) {
		modwarden_bpf__detach(gates->skeleton);
		/* Those that they should have taken over from go on. */
		gates_set_judges_unloads(gates, gates->stays && gates->wants_unloads);
		return error;
	}
	if (gates->options.mechanism != MECHANISM_TRACEPOINT)
		gates_attach_guard(gates);
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

	gates_set_armed(gates, 1);
	return left;
}
