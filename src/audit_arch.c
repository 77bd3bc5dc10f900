// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_arch.h"

#include <libaudit.h>
#include <string.h>
#include <sys/utsname.h>

#define NONE -1

static const struct audit_arch arches[] = {
	{ "x86_64", { MACH_86_64, MACH_X86 } }, { "aarch64", { MACH_AARCH64, MACH_ARM } },
	{ "ppc64le", { MACH_PPC64LE, NONE } },  { "s390x", { MACH_S390X, MACH_S390 } },
	{ "ppc64", { MACH_PPC64, MACH_PPC } },  { "i686", { NONE, MACH_X86 } },
	{ "armv7l", { NONE, MACH_ARM } },
};

static const char *const call_names[AUDIT_CALLS] = {
	[AUDIT_CALL_INIT] = "init_module",     [AUDIT_CALL_FINIT] = "finit_module",
	[AUDIT_CALL_DELETE] = "delete_module", [AUDIT_CALL_CREATE] = "create_module",
	[AUDIT_CALL_QUERY] = "query_module",
};

const struct audit_arch *audit_arch_find(const char *name)
{
	for (size_t i = 0; i < sizeof(arches) / sizeof(*arches); i++)
		if (!strcmp(arches[i].name, name))
			return &arches[i];
	return NULL;
}

const struct audit_arch *audit_arch_here(void)
{
	struct utsname name;

	return uname(&name) < 0 ? NULL : audit_arch_find(name.machine);
}

const char *audit_arch_names(void)
{
	return "x86_64, aarch64, ppc64le, s390x, ppc64, i686 or armv7l";
}

bool audit_arch_has(const struct audit_arch *arch, enum audit_bits bits)
{
	return arch->machine[bits] != NONE;
}

uint32_t audit_arch_elf(const struct audit_arch *arch, enum audit_bits bits)
{
	return audit_arch_has(arch, bits) ? audit_machine_to_elf(arch->machine[bits]) : 0;
}

int audit_arch_call(const struct audit_arch *arch, enum audit_bits bits, enum audit_call call)
{
	return audit_arch_has(arch, bits)
		       ? audit_name_to_syscall(call_names[call], arch->machine[bits])
		       : -1;
}

const char *audit_call_name(enum audit_call call)
{
	return call_names[call];
}

const char *audit_bits_name(enum audit_bits bits)
{
	return bits == AUDIT_BITS_64 ? "b64" : "b32";
}
