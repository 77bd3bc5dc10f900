/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a ring buffer is read. libbpf is the real one; the ring buffer is a file, laid out as the
 * kernel's, and so what asks the kernel about it is made up here.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event_reader.h"

#define RING_SIZE  8192
#define EVENT_SIZE 16 /* with its head */
#define STORM_MAX  1000

static struct {
	int fd;
	char *pages; /* positions, and the events twice */
	size_t page;
	struct event_reader *reader;
	uint64_t seen[STORM_MAX + 16];
	size_t count;
	size_t storm; /* events that are written for each that is read */
} ring;

/* The only one that libbpf makes here is bpf(2), to be told what the map is like. */
long syscall(long number, ...)
{
	union bpf_attr *attr;
	va_list args;

	va_start(args, number);
	va_arg(args, int);
	attr = va_arg(args, union bpf_attr *);
	va_end(args);
	if (number != SYS_bpf) {
		errno = ENOSYS;
		return -1;
	}
	*(struct bpf_map_info *)(uintptr_t)attr->info.info = (struct bpf_map_info){
		.type = BPF_MAP_TYPE_RINGBUF,
		.max_entries = RING_SIZE,
	};
	return 0;
}

/* Files are always ready. */
int epoll_ctl(int epoll, int how, int fd, struct epoll_event *event)
{
	(void)epoll, (void)how, (void)fd, (void)event;
	return 0;
}

static unsigned long *position(size_t page)
{
	return (unsigned long *)(ring.pages + page * ring.page);
}

static uint32_t *head_at(unsigned long at)
{
	return (uint32_t *)(ring.pages + 2 * ring.page + at % RING_SIZE);
}

/* Returns where it is. */
static unsigned long write_event(uint64_t value, uint32_t bits)
{
	unsigned long at = *position(1);

	assert_true(at + EVENT_SIZE - *position(0) <= RING_SIZE);
	head_at(at)[0] = sizeof(value) | bits;
	memcpy(head_at(at) + 2, &value, sizeof(value));
	*position(1) = at + EVENT_SIZE;
	return at;
}

static int take(void *arg, void *data, size_t size)
{
	assert_ptr_equal(arg, &ring);
	assert_int_equal(size, sizeof(uint64_t));
	assert_true(ring.count < sizeof(ring.seen) / sizeof(*ring.seen));
	memcpy(&ring.seen[ring.count++], data, size);
	for (size_t i = 0; i < ring.storm && ring.count < STORM_MAX; i++)
		write_event(1000 + ring.count, 0);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	ring.page = sysconf(_SC_PAGESIZE);
	ring.fd = memfd_create("ring", MFD_CLOEXEC);
	if (ring.fd < 0 || ftruncate(ring.fd, 2 * ring.page + 2 * RING_SIZE))
		return -1;
	ring.pages = mmap(NULL, 2 * ring.page + RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  ring.fd, 0);
	if (ring.pages == MAP_FAILED)
		return -1;
	return event_reader_new(&ring.reader, ring.fd, take, &ring);
}

static int end(void **state)
{
	(void)state;
	event_reader_free(ring.reader);
	munmap(ring.pages, 2 * ring.page + RING_SIZE);
	close(ring.fd);
	return 0;
}

/* All that there is by now. */
static bool read_all(void)
{
	unsigned long end = event_reader_end(ring.reader);

	event_reader_read(ring.reader);
	return event_reader_has_read(ring.reader, end);
}

static void reads_what_was_written(void **state)
{
	(void)state;
	assert_true(read_all());
	assert_int_equal(ring.count, 0);
	for (uint64_t round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < 100; i++)
			write_event(round * 100 + i, 0);
		assert_true(read_all());
		assert_int_equal(ring.count, 100 * (round + 1));
	}
	for (uint64_t i = 0; i < 300; i++)
		assert_int_equal(ring.seen[i], i);
}

/* Each that is read brings another one. */
static void storm_does_not_keep_it_reading(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		write_event(i, 0);
	ring.storm = 1;
	assert_true(read_all());
	assert_int_equal(ring.count, EVENT_READER_PART);
	assert_int_equal(event_reader_read(ring.reader), EVENT_READER_PART);
	assert_int_equal(ring.count, 2 * EVENT_READER_PART);
	assert_int_equal(ring.seen[EVENT_READER_PART], 1000 + EVENT_READER_PART - 2);
}

static void what_is_more_than_a_part_is_not_read_yet(void **state)
{
	(void)state;
	for (uint64_t i = 0; i <= EVENT_READER_PART; i++)
		write_event(i, 0);
	assert_false(read_all());
	assert_int_equal(ring.count, EVENT_READER_PART);
	assert_true(read_all());
	assert_int_equal(ring.seen[EVENT_READER_PART], EVENT_READER_PART);
}

/* What is behind it is not there either: who asked for all has not got it. */
static void event_that_is_being_written_is_not_passed_over(void **state)
{
	unsigned long busy;

	(void)state;
	write_event(1, 0);
	busy = write_event(2, BPF_RINGBUF_BUSY_BIT);
	write_event(3, 0);
	assert_false(read_all());
	assert_int_equal(ring.count, 1);
	assert_true(event_reader_is_held_up(ring.reader));
	assert_int_equal(event_reader_left(ring.reader), 2);
	assert_false(read_all());
	assert_int_equal(ring.count, 1);
	*head_at(busy) &= ~BPF_RINGBUF_BUSY_BIT;
	assert_true(read_all());
	assert_int_equal(ring.count, 3);
	assert_int_equal(ring.seen[2], 3);
	assert_false(event_reader_is_held_up(ring.reader));
	assert_int_equal(event_reader_left(ring.reader), 0);
}

static void event_that_was_given_up_counts_as_read(void **state)
{
	(void)state;
	write_event(1, 0);
	write_event(2, BPF_RINGBUF_DISCARD_BIT);
	assert_true(read_all());
	assert_int_equal(ring.count, 1);
}

/* Also over the end, from where it begins anew. */
static void what_is_left_is_counted_without_what_was_given_up(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < RING_SIZE / EVENT_SIZE - 2; i++)
		write_event(i, 0);
	while (!read_all())
		;
	write_event(1, BPF_RINGBUF_BUSY_BIT);
	write_event(2, 0);
	write_event(3, BPF_RINGBUF_DISCARD_BIT);
	write_event(4, 0);
	assert_false(read_all());
	assert_int_equal(event_reader_left(ring.reader), 3);
}

static void what_is_no_ring_buffer_is_refused(void **state)
{
	struct event_reader *reader = NULL;

	(void)state;
	assert_int_equal(event_reader_new(&reader, -1, take, &ring), -EBADF);
	assert_null(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_what_was_written),
		TEST(storm_does_not_keep_it_reading),
		TEST(what_is_more_than_a_part_is_not_read_yet),
		TEST(event_that_is_being_written_is_not_passed_over),
		TEST(event_that_was_given_up_counts_as_read),
		TEST(what_is_left_is_counted_without_what_was_given_up),
		TEST(what_is_no_ring_buffer_is_refused),
	};

	return cmocka_run_group_tests_name("event_reader", tests, NULL, NULL);
}
