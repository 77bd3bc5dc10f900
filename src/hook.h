/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hook that a BPF program is for, by its section: "lsm/X" is the LSM hook X, and the function
 * that calls it, security_X, where the program is attached to that instead.
 */
#ifndef MODWARDEN_HOOK_H
#define MODWARDEN_HOOK_H

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>

bool hook_is(const struct bpf_program *program, const char *prefix);

/* Is the function of a program's section, fexit/X or fentry/X, in the kernel? */
bool hook_has_function(const struct btf *btf, const struct bpf_program *program);

/* Is the LSM hook of a program's section in the kernel? */
bool hook_has_lsm(const struct btf *btf, const struct bpf_program *program);

/* An LSM program becomes a fmod_ret program. Negative errno; logged. */
int hook_use_fmod_ret(struct bpf_program *program);

#endif
