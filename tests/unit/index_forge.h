/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as depmod(8) makes them for libkmod: modules.dep.bin and its like. */
#ifndef MODWARDEN_TEST_INDEX_FORGE_H
#define MODWARDEN_TEST_INDEX_FORGE_H

#include <stddef.h>

struct index_entry {
	const char *key;
	const char *value;
};

/* Entries are sorted by key, each key once. Writes the file; a failure ends the test. */
void index_forge(const char *path, const struct index_entry *entries, size_t count);

#endif
