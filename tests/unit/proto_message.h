/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of protocol buffers, written field by field, by the numbers that the interface gives
 * them. */
#ifndef MODWARDEN_TEST_PROTO_MESSAGE_H
#define MODWARDEN_TEST_PROTO_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEXT(text) (text), strlen(text)

struct message {
	uint8_t bytes[8192];
	size_t size;
};

static inline void put(struct message *message, const void *bytes, size_t size)
{
	memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

static inline void put_varint(struct message *message, uint64_t number)
{
	do {
		uint8_t byte = (number & 0x7f) | (number > 0x7f) << 7;

		put(message, &byte, 1);
	} while (number >>= 7);
}

static inline void put_number(struct message *message, unsigned int field, uint64_t number)
{
	put_varint(message, field << 3);
	put_varint(message, number);
}

/* A field of bytes, a string or a message. */
static inline void put_field(struct message *message, unsigned int field, const void *bytes,
			     size_t size)
{
	put_varint(message, field << 3 | 2);
	put_varint(message, size);
	put(message, bytes, size);
}

static inline void put_message(struct message *message, unsigned int field,
			       const struct message *part)
{
	put_field(message, field, part->bytes, part->size);
}

#endif
