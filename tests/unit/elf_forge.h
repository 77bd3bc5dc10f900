/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Module images made in memory: one that is right, and a table of what can be wrong with it and
 * what mw_module_name() must say of each. The table is run natively and inside BPF.
 */
#ifndef MODWARDEN_TEST_ELF_FORGE_H
#define MODWARDEN_TEST_ELF_FORGE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define FORGE_NAME        "forged_module"
#define FORGE_SRCVERSION  "0123456789ABCDEF0123456"
#define FORGE_BUILD_NOTE  "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\xde\xad\xbe\xef" /* and a NUL */
#define FORGE_NAME_OFFSET 24
#define FORGE_NAME_SIZE   56
#define FORGE_MODULE_SIZE 512
#define FORGE_CAPACITY    8192

enum forge_index {
	FORGE_NULL,
	FORGE_TEXT,
	FORGE_RELA_TEXT,
	FORGE_MODINFO,
	FORGE_MODULE,
	FORGE_RELA_MODULE,
	FORGE_BSS,
	FORGE_BUILD_ID,
	FORGE_SPARE, /* not allocated, for a case to make something of */
	FORGE_RELA_SPARE,
	FORGE_SYMTAB,
	FORGE_STRTAB,
	FORGE_SHSTRTAB,
	FORGE_SECTIONS,
};

struct forge {
	_Alignas(64) unsigned char bytes[FORGE_CAPACITY];
	size_t size;
};

struct forge_case {
	const char *claim;
	void (*change)(struct forge *forge);
	int error;        /* what mw_module_name() returns */
	const char *name; /* FORGE_NAME where it is NULL */
};

extern const struct forge_case forge_cases[];
extern const size_t forge_case_count;

/* A right image. */
void forge_module(struct forge *forge);

/* Where the contents of a section lie. */
void *forge_contents(struct forge *forge, enum forge_index index);

/* One change at random, of the kinds that a parser may stumble over. */
void forge_mutate(struct forge *forge, uint64_t *seed);

uint64_t forge_random(uint64_t *seed);

#endif
