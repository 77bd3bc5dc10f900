/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a .ko on disk, compressed or not, tells of itself without being loaded. */
#ifndef MODWARDEN_MODULE_FILE_H
#define MODWARDEN_MODULE_FILE_H

#include "compressed.h"
#include "modwarden/event.h"

#define MODULE_FILE_MAX (1U << 30) /* bytes, stored or unpacked */
#define MODULE_LOOK_MAX (256U << 20)

#define MODULE_BUILD_ID_SIZE 64 /* its whole note; a longer one is not taken */

struct module_file {
	char name[MW_NAME_SIZE]; /* as the kernel will call it; "" where that cannot be told */
	char *signer; /* as the signature has it, which proves nothing; NULL: none told */
	enum compression compression;
	enum mw_signature signature; /* absent or present; its worth only the kernel tells */
	__u64 stored_size;           /* bytes */
	__u64 elf_size;
	__u8 stored_sha256[MW_DIGEST_SIZE];
	__u8 elf_sha256[MW_DIGEST_SIZE];     /* the same where it is not compressed */
	char srcversion[MW_SRCVERSION_SIZE]; /* "": it has none */
	__u8 build_id[MODULE_BUILD_ID_SIZE]; /* the section .note.gnu.build-id */
	size_t build_id_size;                /* 0: it has none */
};

/*
 * Reads a module. Returns 0; -ENOEXEC: no module for this machine; -EBADMSG: broken compressed
 * data; -EFBIG: over MODULE_FILE_MAX; -ENOMEM; or what open(2) and read(2) say.
 */
int module_file_read(struct module_file **ret, const char *path);

/* The same but for signer, srcversion and build id, of at most MODULE_LOOK_MAX: for many files. */
int module_file_look(struct module_file **ret, const char *path);

/*
 * The signer's name as the signature has it, or NULL: no signature, none that can be read, over max
 * bytes when unpacked, or no memory. Free it. *unpacked: bytes that had to be unpacked for it.
 */
char *module_signer(const void *stored, size_t size, size_t max, size_t *unpacked);

void module_file_free(struct module_file *file);

/* For cleanup(). */
static inline void cleanup_module_file(struct module_file **file)
{
	module_file_free(*file);
}

#endif
