// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gates are told to do: struct mw_control. */
#include "gates_state.h"

#include "log.h"

#include <string.h>

void gates_set_armed(struct gates *gates, __u32 armed)
{
	gates->control.armed = armed;
	__atomic_store_n(&gates->skeleton->data_control->control.armed, armed, __ATOMIC_SEQ_CST);
}

void gates_disarm(struct gates *gates)
{
	gates_set_armed(gates, 0);
}

void gates_set_judges_unloads(struct gates *gates, bool judges)
{
	gates->control.judges_unloads = judges;
	__atomic_store_n(&gates->skeleton->data_control->control.judges_unloads, judges,
			 __ATOMIC_SEQ_CST);
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

void gates_self_test_aim(struct gates *gates, enum mw_gate gate)
{
	struct mw_control *control = &gates->skeleton->data_control->control;

	__atomic_store_n(&control->self_test_gate, gate, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->self_test_started, gates->started, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->self_test_epoch, gates->epoch, __ATOMIC_SEQ_CST);
	__atomic_store_n(&control->self_test_tgid, gate ? gates->tgid : 0, __ATOMIC_SEQ_CST);
}

void gates_set_excepted_until(struct gates *gates, uint64_t until)
{
	gates->control.excepted_until = until;
	__atomic_store_n(&gates->skeleton->data_control->control.excepted_until, until,
			 __ATOMIC_SEQ_CST);
}

/* The former one keeps a link that is attached nowhere. */
static void repin_guard(const struct gates *gates)
{
	int error = gates->pins ? gates_pin_guard(gates, gates->pins) : 0;

	if (error)
		log_warning("gates: cannot pin the guard of kernel.ftrace_enabled: %s",
			    strerror(-error));
}

bool gates_mend(struct gates *gates)
{
	const struct mw_control *now = &gates->skeleton->data_control->control;
	const struct mw_control *meant = &gates->control;
	bool was_whole = now->armed == meant->armed && now->override_mode == meant->override_mode &&
			 now->override_until == meant->override_until &&
			 now->sysfs_module == meant->sysfs_module && now->epochs == meant->epochs &&
			 now->excepted_until == meant->excepted_until &&
			 now->judges_unloads == meant->judges_unloads && !now->self_test_tgid;

	if (!was_whole) {
		gates->skeleton->data_control->control.sysfs_module = meant->sysfs_module;
		gates_set_judges_unloads(gates, meant->judges_unloads);
		gates_set_excepted_until(gates, meant->excepted_until);
		gates_self_test_aim(gates, MW_GATE_NONE);
		__atomic_store_n(&gates->skeleton->data_control->control.epochs, meant->epochs,
				 __ATOMIC_SEQ_CST);
		put_override(gates);
		gates_set_armed(gates, meant->armed);
	}
	if (gates->guard && !gates_guard_is_attached(gates)) {
		was_whole = false;
		bpf_link__destroy(gates->guard);
		gates->guard = NULL;
		gates_attach_guard(gates);
		repin_guard(gates);
	}
	return !was_whole;
}
