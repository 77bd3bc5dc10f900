/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzers share. Each is one function that takes bytes, has the program read them, and
 * requires what must hold of whatever came of it. libFuzzer calls it (`make fuzz`), or replay.c,
 * with the files of the corpus (`make check-fuzz`).
 */
#ifndef MODWARDEN_FUZZ_H
#define MODWARDEN_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* Bytes taken from the front of an input. */
struct input_bytes {
	const uint8_t *data;
	size_t size;
};

static inline uint8_t take_byte(struct input_bytes *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

/* What is missing stays as it is. */
static inline void take_bytes(struct input_bytes *input, void *to, size_t size)
{
	size_t taken = size < input->size ? size : input->size;

	if (taken)
		memcpy(to, input->data, taken);
	input->data += taken;
	input->size -= taken;
}

/* A copy that ends where the input ends, for the sanitizers, with a NUL where one is wanted. */
static inline char *copy_of(const void *data, size_t size, bool with_nul)
{
	char *copy = malloc(size + with_nul ?: 1);

	require(copy);
	if (size)
		memcpy(copy, data, size);
	if (with_nul)
		copy[size] = '\0';
	return copy;
}

/* No control character but the newline: a terminal takes no orders from it. */
static inline bool is_harmless(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f)
			return false;
	return true;
}

#endif
