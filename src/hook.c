// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook.h"

#include "log.h"

#include <stdio.h>
#include <string.h>

#define FUNCTION_SIZE 64

static const char *target(const struct bpf_program *program)
{
	return strchr(bpf_program__section_name(program), '/') + 1;
}

bool hook_is(const struct bpf_program *program, const char *prefix)
{
	return !strncmp(bpf_program__section_name(program), prefix, strlen(prefix));
}

bool hook_has_function(const struct btf *btf, const struct bpf_program *program)
{
	return btf__find_by_name_kind(btf, target(program), BTF_KIND_FUNC) >= 0;
}

bool hook_has_lsm(const struct btf *btf, const struct bpf_program *program)
{
	char function[FUNCTION_SIZE];

	snprintf(function, sizeof(function), "bpf_lsm_%s", target(program));
	return btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) >= 0;
}

/* The one hook whose function has another name: security_bpf_map_alloc(). */
static int name_length(const char *hook)
{
	const char *suffix = "_security";
	size_t length = strlen(hook);

	if (!strcmp(hook, "bpf_map_alloc_security"))
		length -= strlen(suffix);
	return (int)length;
}

int hook_use_fmod_ret(struct bpf_program *program)
{
	const char *hook = target(program);
	char function[FUNCTION_SIZE];
	int error;

	snprintf(function, sizeof(function), "security_%.*s", name_length(hook), hook);
	bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(program, BPF_MODIFY_RETURN);
	error = bpf_program__set_attach_target(program, 0, function);
	if (error)
		log_error("gates: cannot attach to '%s': %s", function, strerror(-error));
	return error;
}
