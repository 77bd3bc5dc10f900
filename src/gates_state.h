/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gates_*.c files share; nobody else includes this or the BPF skeleton. */
#ifndef MODWARDEN_GATES_STATE_H
#define MODWARDEN_GATES_STATE_H

#include "gates.h"
#include "modwarden.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct gates {
	struct gates_options options;
	struct modwarden_bpf *skeleton;
	struct event_reader *events;
	struct seq_set swept; /* see fold_stamps_sweep() */
	uint32_t generation;  /* of the policy in force; 0: none yet */
	bool is_attached;
	__u32 epoch;         /* of the programs: see struct mw_control */
	struct pins *pins;   /* that their links are in; NULL: none */
	bool stays;          /* what they obey is not this process's to take away */
	bool wants_unloads;  /* the policy in force could deny one */
	uint64_t folds_seen; /* what could be counted, at the last end of a window */
	struct bpf_link *guard;
	int tgid;                  /* of this process, in the initial pid namespace */
	uint64_t started;          /* when it was, CLOCK_BOOTTIME ns */
	struct mw_control control; /* what it was last set to from here */
};

/* Opens the skeleton, and sends libbpf's words to the log. */
int gates_open(struct gates **ret, const struct gates_options *options);

/* A program that comes after the one it is named for. */
bool gates_is_clone(const struct bpf_program *program);

/* One that is attached only where a policy could deny an unload. */
bool gates_is_for_unloads(const struct bpf_program *program);

/* One that only joins records to the audit trail: the gates can do without. */
bool gates_is_for_audit(const struct bpf_program *program);
int gates_attach_unloads(struct gates *gates);
void gates_detach_unloads(struct gates *gates);

/* Guards the switch that silences all trampolines; without it that write is noticed, not refused.
 */
void gates_attach_guard(struct gates *gates);
bool gates_guard_is_attached(const struct gates *gates);

void gates_set_armed(struct gates *gates, __u32 armed);
void gates_set_judges_unloads(struct gates *gates, bool judges);
void gates_set_excepted_until(struct gates *gates, uint64_t until);

/* Lets the gates count in an empty window from now on. */
int gates_put_window(struct gates *gates);

/* Lets go of the digests of all policies but the one in force. */
void gates_drop_digests(const struct gates *gates);

/* Says which programs are to be loaded, and how. */
int gates_configure(struct gates *gates);

/* Loads it, with its mappings. */
int gates_load(struct gates *gates);

/* Waits for the operations that have begun with an epoch; returns how many are left, or an error.
 */
int gates_wait(struct gates *gates, __u32 of_epoch, unsigned int timeout_ms);

/* Pins the links of these programs (NULL: of all), and takes the pins away. */
typedef bool gates_program_fn(const struct bpf_program *program);
int gates_pin_links(const struct gates *gates, const struct pins *pins, gates_program_fn *which);
int gates_unpin_links(const struct gates *gates, const struct pins *pins, gates_program_fn *which);

/* The guard's link in the place of whatever was pinned as that. */
int gates_pin_guard(const struct gates *gates, const struct pins *pins);

/* Lets the BPF side say who we are, and where the kernel keeps /sys/module. */
int gates_introduce(struct gates *gates);

#endif
