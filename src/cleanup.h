/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleanup attributes: what a scope owns goes with the scope. */
#ifndef MODWARDEN_CLEANUP_H
#define MODWARDEN_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(function) __attribute__((cleanup(function)))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define auto_free   cleanup(cleanup_free)
#define auto_close  cleanup(cleanup_close)
#define auto_fclose cleanup(cleanup_fclose)

/* Gives up ownership: returns the value and leaves nothing for the cleanup to do. */
#define take_pointer(pointer)                                                                      \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

#define take_fd(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

#endif
