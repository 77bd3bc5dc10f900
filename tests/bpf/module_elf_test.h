/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the test of module_elf.h and its BPF program hand each other. */
#ifndef MODWARDEN_MODULE_ELF_TEST_H
#define MODWARDEN_MODULE_ELF_TEST_H

#include "modwarden/fact.h"

#define MODULE_ELF_IMAGE_SIZE (64U << 20) /* amdgpu has 30 MB */

struct module_elf_test {
	__u64 size;
	__u64 unmapped; /* added to the image's address, to make reads fail */
	__u32 name_offset;
	__u32 name_size;
	__u32 module_size;
	__s32 error;
	__u32 signature;
	char name[MW_NAME_SIZE];
	__u32 reserved;
};

#endif
