/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The format is described in kmod's libkmod/libkmod-index.h: a trie, each node behind its children.
 */
#include "index_forge.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC        0xb007f457
#define VERSION      0x00020001
#define HAS_PREFIX   0x80000000
#define HAS_VALUES   0x40000000
#define HAS_CHILDREN 0x20000000

static void put(FILE *out, uint32_t number)
{
	uint32_t big = htonl(number);

	fwrite(&big, sizeof(big), 1, out);
}

static size_t common_length(const struct index_entry *entries, size_t count, size_t depth)
{
	size_t length = 0;

	while (entries[0].key[depth + length] &&
	       entries[0].key[depth + length] == entries[count - 1].key[depth + length])
		length++;
	return length;
}

/* The node of all these, which have 'depth' characters in common. Returns where it is. */
static uint32_t put_node(FILE *out, const struct index_entry *entries, size_t count, size_t depth)
{
	size_t length = common_length(entries, count, depth), next = depth + length;
	bool has_value = !entries[0].key[next];
	uint32_t children[128] = {}, flags = has_value ? HAS_VALUES : 0, at;
	int first = 127, last = 0;

	for (size_t i = has_value, end; i < count; i = end) {
		int c = entries[i].key[next];

		for (end = i; end < count && entries[end].key[next] == c;)
			end++;
		children[c] = put_node(out, &entries[i], end - i, next + 1);
		first = c < first ? c : first;
		last = c;
	}
	at = (uint32_t)ftell(out);
	if (length) {
		flags |= HAS_PREFIX;
		fwrite(entries[0].key + depth, length, 1, out);
		fputc(0, out);
	}
	if (last) {
		flags |= HAS_CHILDREN;
		fputc(first, out);
		fputc(last, out);
		for (int c = first; c <= last; c++)
			put(out, children[c]);
	}
	if (has_value) {
		put(out, 1);
		put(out, 0);
		fwrite(entries[0].value, strlen(entries[0].value) + 1, 1, out);
	}
	return at | flags;
}

void index_forge(const char *path, const struct index_entry *entries, size_t count)
{
	FILE *out = fopen(path, "we");
	uint32_t root;

	if (!out)
		abort();
	put(out, MAGIC);
	put(out, VERSION);
	put(out, 0);
	root = count ? put_node(out, entries, count, 0) : 0;
	fseek(out, 2 * sizeof(uint32_t), SEEK_SET);
	put(out, root);
	if (fclose(out))
		abort();
}
