/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of open_memstream(3). */
#ifndef MODWARDEN_MEMORY_STREAM_H
#define MODWARDEN_MEMORY_STREAM_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Closes the stream, after which *text is whole. -ENOMEM: it is not, or NULL, which fclose(3) alone
 * does not tell.
 */
static inline int memory_stream_close(FILE *stream, char *const *text)
{
	bool has_failed = ferror(stream);

	return fclose(stream) || has_failed || !*text ? -ENOMEM : 0;
}

#endif
