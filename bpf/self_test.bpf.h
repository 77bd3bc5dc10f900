/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The self-test, as the gates see it: operations of the warden's own process that ask to be refused
 * at one gate, and could not succeed at any other.
 */
#ifndef MODWARDEN_SELF_TEST_BPF_H
#define MODWARDEN_SELF_TEST_BPF_H

#include "emit.bpf.h"

/* sizeof(Elf64_Ehdr): no section fits in behind it, and less is not even read. */
#define SELF_TEST_SIZE 64

static __always_inline bool is_self_test_task(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!control.self_test_tgid || control.self_test_tgid != (__u32)task->tgid)
		return false;
	return task_start_time(BPF_CORE_READ(task, group_leader)) == control.self_test_started;
}

static __always_inline bool self_test_ends_here(enum mw_gate gate)
{
	count(&counters.self_tested[gate]);
	return control.self_test_gate == gate;
}

#endif
