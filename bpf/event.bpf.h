/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ring buffer and the counters, which the objects of the gates and of the lock share. What does
 * not fit is counted.
 */
#ifndef MODWARDEN_EVENT_BPF_H
#define MODWARDEN_EVENT_BPF_H

#include "kernel.bpf.h"

#include "modwarden/event.h"

#define EVENTS_SIZE (4 << 20)

struct mw_counters counters SEC(".data.counters");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_SIZE);
} events SEC(".maps");

#define RINGBUF_AVAILABLE 0 /* BPF_RB_AVAIL_DATA */

/* What anybody may cause without end has no more room than that. */
static __always_inline bool events_are_half_full(void)
{
	return bpf_ringbuf_query(&events, RINGBUF_AVAILABLE) > EVENTS_SIZE / 2;
}

static __always_inline void count(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

static __always_inline __u64 next_sequence(void)
{
	return __sync_fetch_and_add(&counters.sequence, 1);
}

static __always_inline void *event_reserve(__u32 type, __u32 size)
{
	struct mw_event *event = bpf_ringbuf_reserve(&events, size, 0);

	if (!event) {
		count(&counters.lost[type]);
		return NULL;
	}
	event->type = type;
	event->size = size;
	return event;
}

static __always_inline struct mw_tamper_event *tamper_reserve(enum mw_tamper reason)
{
	struct mw_tamper_event *event =
		event_reserve(MW_EVENT_TAMPER, sizeof(struct mw_tamper_event));

	if (!event)
		return NULL;
	event->event.seq = next_sequence();
	event->event.time = bpf_ktime_get_boot_ns();
	event->reason = reason;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = (__u32)bpf_get_current_uid_gid();
	event->attempt = MW_ATTEMPT_NONE;
	event->object = 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	__builtin_memset(event->module, 0, sizeof(event->module));
	return event;
}

static __always_inline void emit_tamper(enum mw_tamper reason, const char *module)
{
	struct mw_tamper_event *event = tamper_reserve(reason);

	if (!event)
		return;
	if (module)
		bpf_probe_read_kernel_str(event->module, sizeof(event->module), module);
	bpf_ringbuf_submit(event, 0);
}

#endif
