// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gates know of the kernel's audit trail. */
#include "gates_state.h"

#include "cleanup.h"
#include "fold_stamps.h"
#include "hook.h"

#include <errno.h>
#include <unistd.h>

/* Without them records lack what they would say of the audit trail, and the gates guard as well. */
bool gates_is_for_audit(const struct bpf_program *program)
{
	return hook_is(program, "fexit/auditsc_get_stamp") ||
	       hook_is(program, "fentry/audit_log_lost");
}

bool gates_have_stamps(const struct gates *gates)
{
	return gates->skeleton->links.audit_stamp;
}

bool gates_hear_of_audit_losses(const struct gates *gates)
{
	return gates->skeleton->links.audit_lost;
}

static int take_calls(const char *bytes, size_t size, struct seq_set *inside)
{
	uint64_t call;

	for (size_t at = 0; at + sizeof(call) <= size; at += sizeof(call)) {
		memcpy(&call, bytes + at, sizeof(call));
		if (call)
			seq_set_add(inside, call);
	}
	return size % sizeof(call) ? -EBADMSG : 0;
}

static int read_calls(int iterator, struct seq_set *inside)
{
	char bytes[4096]; /* whole numbers: the kernel hands on whole tasks */
	ssize_t n;
	int error = 0;

	do {
		n = read(iterator, bytes, sizeof(bytes));
		if (n > 0)
			error = take_calls(bytes, n, inside);
	} while (!error && (n > 0 || (n < 0 && errno == EINTR)));
	return n < 0 ? -errno : error;
}

int gates_calls_inside(struct gates *gates, struct seq_set *inside)
{
	struct bpf_link *link = bpf_program__attach(gates->skeleton->progs.calls_inside);
	auto_close int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -errno;
	struct mw_answers *answers = &gates->skeleton->data_answers->answers;
	int error = iterator < 0 ? iterator : 0;

	answers->sees_all = false;
	if (!error)
		error = read_calls(iterator, inside);
	bpf_link__destroy(link);
	/* In a pid namespace of its own it goes through that one only. */
	return error ?: answers->sees_all ? 0 : -ENOENT;
}

bool gates_fold_stamps(const struct gates *gates, uint64_t seq, struct mw_fold_stamps *ret)
{
	return fold_stamps_find(bpf_map__fd(gates->skeleton->maps.fold_stamps), seq, ret);
}

void gates_forget_fold(const struct gates *gates, uint64_t seq)
{
	fold_stamps_forget(bpf_map__fd(gates->skeleton->maps.fold_stamps), seq);
}

void gates_sweep_folds(struct gates *gates)
{
	fold_stamps_sweep(bpf_map__fd(gates->skeleton->maps.fold_stamps), &gates->swept);
}

/* How often the kernel has skipped a program because it was running on the CPU already. */
static uint64_t skipped(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_program__fd(program);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return 0;
	return info.recursion_misses;
}

uint64_t gates_skipped_ends(const struct gates *gates)
{
	struct bpf_program *program;
	uint64_t sum = 0;

	bpf_object__for_each_program (program, gates->skeleton->obj)
		if (hook_is(program, "fexit/") && !gates_is_for_audit(program))
			sum += skipped(program);
	return sum;
}

uint64_t gates_skipped_audit_events(const struct gates *gates)
{
	return skipped(gates->skeleton->progs.audit_stamp) +
	       skipped(gates->skeleton->progs.audit_lost);
}
