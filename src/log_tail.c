// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "record.h"

/* How every record of an operation begins, with the boot id in its place: see record.h. */
#define HEAD "{\"schema\":\"" RECORD_SCHEMA "\",\"id\":\"%.8s-"
#define TYPE "\",\"type\":\"operation\","
/* In a text within the record the quotes would be escaped. */
#define REPEATED "\"repeated\":{"

static int read_tail(const char *path, char **text)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	auto_free char *bytes = NULL;
	size_t size, filled = 0;
	struct stat st;
	off_t at;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	size = st.st_size < LOG_TAIL_MAX ? st.st_size : LOG_TAIL_MAX;
	at = st.st_size - size;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	while (filled < size) {
		ssize_t n = pread(fd, bytes + filled, size - filled, at + filled);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		filled += n;
	}
	bytes[filled] = '\0';
	*text = take_pointer(bytes);
	return 0;
}

/* Of a whole line, without its end. */
static int read_line(const char *line, const char *head, log_tail_fn *call, void *arg)
{
	unsigned long part = 0;
	uint64_t seq;
	char *end;

	if (strncmp(line, head, strlen(head)))
		return 0;
	line += strlen(head);
	seq = strtoull(line, &end, 10);
	if (end == line)
		return 0;
	if (*end == '.')
		part = strtoul(end + 1, &end, 10);
	if (strncmp(end, TYPE, strlen(TYPE)))
		return 0;
	return call(seq, part, strstr(end, REPEATED), arg);
}

int log_tail_each(const char *path, const char *boot_id, log_tail_fn *call, void *arg)
{
	auto_free char *text = NULL;
	char head[64];
	int result = read_tail(path, &text);

	if (result)
		return result;
	snprintf(head, sizeof(head), HEAD, boot_id);
	for (char *line = text, *end; !result && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		result = read_line(line, head, call, arg);
	}
	return result;
}
