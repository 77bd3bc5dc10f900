/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that depends on the processor: system call numbers and names, where the kernel saves the
 * registers of a system call, and what its modules are. A port adds its block here and a vmlinux.h,
 * nothing else.
 */
#ifndef MODWARDEN_ARCH_H
#define MODWARDEN_ARCH_H

#include "event.h"

#if defined(__x86_64__) || defined(__TARGET_ARCH_x86)

#define MW_ELF_MACHINE 62 /* EM_X86_64: what elf_check_arch() wants of a module */

#define MW_ABI_NATIVE_NAME "x86_64"
#define MW_ABI_COMPAT_NAME "i386"

/* Functions in which the module system calls end, one of each kind and ABI, for fexit. */
#define MW_ENTRY_INIT_MODULE          "__x64_sys_init_module"
#define MW_ENTRY_FINIT_MODULE         "__x64_sys_finit_module"
#define MW_ENTRY_INIT_MODULE_COMPAT   "__ia32_sys_init_module"
#define MW_ENTRY_FINIT_MODULE_COMPAT  "__ia32_sys_finit_module"
#define MW_ENTRY_DELETE_MODULE        "__x64_sys_delete_module"
#define MW_ENTRY_DELETE_MODULE_COMPAT "__ia32_sys_delete_module"

mw_inline enum mw_syscall mw_syscall_of(enum mw_abi abi, __u32 number)
{
	if (abi == MW_ABI_COMPAT) { /* arch/x86/entry/syscalls/syscall_32.tbl */
		switch (number) {
		case 128:
			return MW_SYSCALL_INIT_MODULE;
		case 350:
			return MW_SYSCALL_FINIT_MODULE;
		case 129:
			return MW_SYSCALL_DELETE_MODULE;
		default:
			return MW_SYSCALL_NONE;
		}
	}
	if (abi != MW_ABI_NATIVE)
		return MW_SYSCALL_NONE;
	switch (number & ~0x40000000U) { /* syscall_64.tbl; the bit marks x32 */
	case 175:
		return MW_SYSCALL_INIT_MODULE;
	case 313:
		return MW_SYSCALL_FINIT_MODULE;
	case 176:
		return MW_SYSCALL_DELETE_MODULE;
	default:
		return MW_SYSCALL_NONE;
	}
}

/* Which argument is the advice: of madvise(2) or process_madvise(2); -1: it is another call. */
mw_inline int mw_advice_argument(enum mw_abi abi, __u32 number)
{
	__u32 call = abi == MW_ABI_COMPAT ? number : number & ~0x40000000U;

	if (call == 440)
		return 3;
	return call == (abi == MW_ABI_COMPAT ? 219 : 28) ? 2 : -1;
}

#ifdef __VMLINUX_H__ /* the BPF side, where it knows the kernel's types */

#define MW_TS_COMPAT 0x0002 /* arch/x86/include/asm/thread_info.h: in a 32-bit system call */

mw_inline enum mw_abi mw_task_abi(struct task_struct *task)
{
	__u32 status = BPF_CORE_READ(task, thread_info.status);

	return status & MW_TS_COMPAT ? MW_ABI_COMPAT : MW_ABI_NATIVE;
}

/* The number that the task came into the kernel with; -1 where it did not come by a system call. */
mw_inline __u32 mw_saved_syscall(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, orig_ax);
}

/* Argument 0 to 3 of the system call, as the caller passed it. */
mw_inline __u64 mw_saved_argument(struct pt_regs *regs, enum mw_abi abi, int n)
{
	if (abi == MW_ABI_COMPAT) {
		if (n == 0)
			return (__u32)BPF_CORE_READ(regs, bx);
		if (n == 1)
			return (__u32)BPF_CORE_READ(regs, cx);
		return n == 2 ? (__u32)BPF_CORE_READ(regs, dx) : (__u32)BPF_CORE_READ(regs, si);
	}
	if (n == 0)
		return BPF_CORE_READ(regs, di);
	if (n == 1)
		return BPF_CORE_READ(regs, si);
	return n == 2 ? BPF_CORE_READ(regs, dx) : BPF_CORE_READ(regs, r10);
}

#endif

#else
#error "no port to this processor yet: include/modwarden/arch.h says what one needs"
#endif

#endif
