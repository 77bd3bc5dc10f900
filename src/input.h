/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a file or a pipe from front to back, unpacked where they are gzip, xz or zstd (told
 * by content), in constant memory.
 */
#ifndef MODWARDEN_INPUT_H
#define MODWARDEN_INPUT_H

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct input;

/*
 * "-" is standard input. A named pipe that nobody writes to is at its end. 0 or a negative errno:
 * what open(2) says; -EISDIR; -ENODEV: a device; -ENOMEM.
 */
int input_open(struct input **ret, const char *path);

/* NULL is fine. */
void input_close(struct input *input);

/*
 * Up to size bytes; 0: the end. -EBADMSG: it is compressed, and broken or incomplete here; -EFBIG:
 * it takes over 256 MiB to unpack; -ENOMEM; what read(2) says. What was read before is good.
 */
ssize_t input_read(struct input *input, void *bytes, size_t size);

/* A regular file that was found not to be compressed: the descriptor, else -1. */
int input_plain_fd(const struct input *input);

/* What it was when it was opened. */
const struct stat *input_stat(const struct input *input);

/* Goes on from there: from 0, or with a plain descriptor. 0 or a negative errno. */
int input_seek(struct input *input, off_t offset);

#endif
