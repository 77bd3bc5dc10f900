/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a .ko on disk, compressed or not, tells of itself without being loaded. */
#ifndef MODWARDEN_MODULE_FILE_H
#define MODWARDEN_MODULE_FILE_H

#include "compressed.h"
#include "modwarden/fact.h"

#define MODULE_FILE_MAX (1U << 30) /* bytes, stored or unpacked */

struct module_file {
	char name[MW_NAME_SIZE]; /* as the kernel will call it; "" where that cannot be told */
	char *signer; /* as the signature has it, which proves nothing; NULL: none told */
	enum compression compression;
	enum mw_signature signature; /* absent or present; its worth only the kernel tells */
	__u64 stored_size;           /* bytes */
	__u64 elf_size;
	__u8 stored_sha256[MW_DIGEST_SIZE];
	__u8 elf_sha256[MW_DIGEST_SIZE]; /* the same where it is not compressed */
};

/*
 * Reads a module. Returns 0; -ENOEXEC: no module for this machine; -EBADMSG: broken compressed
 * data; -EFBIG: over MODULE_FILE_MAX; -ENOMEM; or what open(2) and read(2) say.
 */
int module_file_read(struct module_file **ret, const char *path);

void module_file_free(struct module_file *file);

#endif
