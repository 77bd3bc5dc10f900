// SPDX-License-Identifier: GPL-2.0-or-later
#include "event_reader.h"

#include "cleanup.h"

#include <bpf/bpf.h>
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
	size_t size;  /* of what may be written at a time */
	size_t count; /* of what is being read */
	event_fn *event;
	void *arg;
};

static unsigned long position(const struct event_reader *reader, enum position which)
{
	return __atomic_load_n((const unsigned long *)(reader->pages + which * reader->page_size),
			       __ATOMIC_ACQUIRE);
}

static size_t mapped(const struct event_reader *reader)
{
	return POSITIONS * reader->page_size + reader->size;
}

/* Of the event at a position before the end; its length, and what has become of it. */
static uint32_t head(const struct event_reader *reader, unsigned long at)
{
	const char *events = reader->pages + POSITIONS * reader->page_size;

	return __atomic_load_n((const uint32_t *)(events + at % reader->size), __ATOMIC_ACQUIRE);
}

static size_t space(uint32_t head)
{
	size_t size = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

	return (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
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
	struct bpf_map_info info = {};
	__u32 info_size = sizeof(info);
	void *pages;
	int error;

	if (!reader)
		return -ENOMEM;
	reader->event = event;
	reader->arg = arg;
	reader->page_size = sysconf(_SC_PAGESIZE);
	error = bpf_obj_get_info_by_fd(map, &info, &info_size) ? -errno : 0;
	reader->size = info.max_entries;
	if (!error) {
		pages = mmap(NULL, mapped(reader), PROT_READ, MAP_SHARED, map, 0);
		if (pages == MAP_FAILED)
			error = -errno;
		else
			reader->pages = pages;
	}
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
		munmap((void *)reader->pages, mapped(reader));
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

bool event_reader_is_held_up(const struct event_reader *reader)
{
	unsigned long next = position(reader, POSITION_READ);

	return next != position(reader, POSITION_WRITTEN) &&
	       head(reader, next) & BPF_RINGBUF_BUSY_BIT;
}

size_t event_reader_left(const struct event_reader *reader)
{
	unsigned long at = position(reader, POSITION_READ);
	unsigned long end = position(reader, POSITION_WRITTEN);
	size_t count = 0;

	while ((long)(end - at) > 0) {
		uint32_t next = head(reader, at);

		count += !(next & BPF_RINGBUF_DISCARD_BIT);
		at += space(next);
	}
	return count;
}
