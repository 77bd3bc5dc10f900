// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

static int line_take(struct record_walk *walk, const char *line, size_t size)
{
	json_t *record;
	int r;

	if (walk->holding && !memmem(line, size, walk->holding, strlen(walk->holding)))
		return 0;
	record = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(record)) {
		walk->damaged += size > 1;
		json_decref(record);
		return 0;
	}
	r = walk->each(record, walk->arg);
	json_decref(record);
	return r;
}

/* A regular file: it does not wait for one that writes to a FIFO. */
static FILE *log_open(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	return fdopen(take_fd(fd), "r");
}

int record_walk(struct record_walk *walk, const char *path)
{
	auto_fclose FILE *log = log_open(path);
	auto_free char *line = NULL;
	size_t room = 0;
	ssize_t size;
	int r = 0;

	if (!log)
		return -errno;
	while (!r && (size = getline(&line, &room, log)) > 0)
		r = line_take(walk, line, (size_t)size);
	return r ?: ferror(log) ? -errno : 0;
}
