// SPDX-License-Identifier: GPL-2.0-or-later
#include "event_reader.h"

#include "cleanup.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>

/* The first two pages of a ring buffer's map: how far it was read, and how far it is written. */
enum position {
	POSITION_READ,
	POSITION_WRITTEN,
	POSITIONS,
};

struct event_reader {
	struct ring_buffer *ring;
	const char *pages;
	size_t page_size;
	size_t count; /* of what is being read */
	event_fn *event;
	void *arg;
};

static unsigned long position(const struct event_reader *reader, enum position which)
{
	return __atomic_load_n((const unsigned long *)(reader->pages + which * reader->page_size),
			       __ATOMIC_ACQUIRE);
}

/* After a negative answer libbpf goes on to the next position, and stops. */
static int take(void *arg, void *data, size_t size)
{
	struct event_reader *reader = arg;

	reader->event(reader->arg, data, size);
	return ++reader->count < EVENT_READER_PART ? 0 : -ECANCELED;
}

int event_reader_new(struct event_reader **ret, int map, event_fn *event, void *arg)
{
	struct event_reader *reader = calloc(1, sizeof(*reader));
	void *pages;
	int error = 0;

	if (!reader)
		return -ENOMEM;
	reader->event = event;
	reader->arg = arg;
	reader->page_size = sysconf(_SC_PAGESIZE);
	pages = mmap(NULL, POSITIONS * reader->page_size, PROT_READ, MAP_SHARED, map, 0);
	if (pages == MAP_FAILED)
		error = -errno;
	else
		reader->pages = pages;
	if (!error) {
		reader->ring = ring_buffer__new(map, take, reader, NULL);
		error = reader->ring ? 0 : -errno;
	}
	if (error)
		event_reader_free(reader);
	else
		*ret = reader;
	return error;
}

void event_reader_free(struct event_reader *reader)
{
	if (!reader)
		return;
	ring_buffer__free(reader->ring);
	if (reader->pages)
		munmap((void *)reader->pages, POSITIONS * reader->page_size);
	free(reader);
}

int event_reader_fd(const struct event_reader *reader)
{
	return ring_buffer__epoll_fd(reader->ring);
}

size_t event_reader_read(struct event_reader *reader)
{
	reader->count = 0;
	ring_buffer__consume(reader->ring);
	return reader->count;
}

unsigned long event_reader_end(const struct event_reader *reader)
{
	return position(reader, POSITION_WRITTEN);
}

bool event_reader_has_read(const struct event_reader *reader, unsigned long end)
{
	/* They count up, and over. */
	return (long)(position(reader, POSITION_READ) - end) >= 0;
}
