/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A million operations in fast motion, from events to a log that is moved whenever it is full: each
 * is told of once, and the process does not grow.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "recorder.h"
#include "sample_events.h"

#define ATTEMPTS   1000000
#define PER_SECOND 200 /* of them, by the time that the events tell */
#define MIX        32  /* attempts, of which one is of each kind and the others are COUNTED */
#define OPEN_MAX   128 /* so low that each bound is reached early */
#define LIMIT      (1 << 20)
#define KEEP       3
#define SLACK      (256 << 10)

enum kind {
	ALLOWED,
	SIGNED,
	UNLOAD,
	AUTOLOAD,
	DENIED,
	UNANSWERED, /* its end does not come */
	HALF,       /* only its end comes */
	COUNTED,    /* denied, and the same as others of its second */
};

struct counted {
	struct mw_fold_key key;
	struct mw_fold fold;
};

struct flood {
	struct recorder *recorder;
	struct operations *operations;
	uint64_t now;
	uint64_t told;       /* attempts */
	uint64_t unreadable; /* events */
	struct counted window[PER_SECOND];
	unsigned int counted; /* in the window */
	struct counted *same; /* that of COUNTED, once there is one */
};

static char directory[] = "/tmp/modwarden-flood-XXXXXX";

static const char *log_file(const char *suffix)
{
	static char path[sizeof(directory) + 16];

	snprintf(path, sizeof(path), "%s/log%s", directory, suffix);
	return path;
}

static int begin(void **state)
{
	(void)state;
	return !mkdtemp(directory);
}

static int end(void **state)
{
	(void)state;
	unlink(log_file(""));
	unlink(log_file(".1"));
	unlink(log_file(".2"));
	unlink(log_file(".3"));
	return rmdir(directory);
}

/* How large the process is. */

struct size {
	size_t heap; /* bytes in use; 0 where the allocator is another one */
	size_t resident;
	size_t descriptors;
};

static struct size size_now(void)
{
	auto_fclose FILE *file = fopen("/proc/self/statm", "r");
	struct mallinfo2 heap = mallinfo2();
	struct size size = { .heap = heap.uordblks + heap.hblkhd };
	DIR *dir = opendir("/proc/self/fd");

	assert_int_equal(fscanf(file, "%*u %zu", &size.resident), 1);
	size.resident *= sysconf(_SC_PAGESIZE);
	while (readdir(dir))
		size.descriptors++;
	closedir(dir);
	return size;
}

static void assert_no_larger(const struct size *size, const struct size *before)
{
	print_message("heap %zu -> %zu, resident %zu -> %zu, descriptors %zu -> %zu\n",
		      before->heap, size->heap, before->resident, size->resident,
		      before->descriptors, size->descriptors);
	assert_int_equal(size->descriptors, before->descriptors);
	assert_true(size->heap <= before->heap + SLACK);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
	assert_true(size->resident <= before->resident + SLACK);
#endif
}

/* The gates' part. */

static struct mw_decision_event decision_of(enum kind kind, uint64_t seq, uint64_t now)
{
	bool is_denied = kind == DENIED || kind == COUNTED;
	struct mw_decision_event event =
		sample_decision(seq, is_denied ? MW_VERDICT_DENY : MW_VERDICT_ALLOW, is_denied);

	event.event.time = now;
	if (kind != COUNTED)
		memcpy(event.facts.digest[0], &seq, sizeof(seq));
	if (kind == ALLOWED)
		SET_TEXT(event.facts.path, "/tmp/\xff\n\x1b[31m it's evil.ko");
	if (kind == SIGNED)
		event.facts.signature = MW_SIGNATURE_VALID;
	if (kind == UNLOAD)
		event.facts.op = MW_OP_UNLOAD;
	if (kind == AUTOLOAD) {
		event.facts.op = MW_OP_AUTOLOAD;
		snprintf(event.facts.alias, sizeof(event.facts.alias), "net-pf-%llu",
			 (unsigned long long)seq);
	}
	return event;
}

static void add(struct flood *flood, const void *event, size_t size)
{
	assert_int_equal(operations_add_event(flood->operations, event, size, flood->now), 0);
}

static void count(struct flood *flood, const struct mw_decision_event *event)
{
	struct counted *counted = &flood->window[flood->counted++];

	counted->key = decision_fold_key(event);
	counted->fold = (struct mw_fold){ .seq = event->event.seq,
					  .first = flood->now,
					  .last = flood->now };
}

static void attempt(struct flood *flood, uint64_t seq)
{
	enum kind kind = seq % MIX < COUNTED ? seq % MIX : COUNTED;
	struct mw_decision_event event = decision_of(kind, seq, flood->now);
	struct mw_outcome outcome = sample_outcome(&event, event.ruling.enforced ? -1 : 0);

	if (kind == COUNTED && flood->same) {
		flood->same->fold.count++;
		flood->same->fold.last = flood->now;
		return;
	}
	if (kind == COUNTED)
		flood->same = &flood->window[flood->counted];
	if (ruling_is_folded(&event.ruling, &event.facts))
		count(flood, &event);
	if (kind != HALF)
		add(flood, &event, sizeof(event));
	if (kind != UNANSWERED && kind != AUTOLOAD)
		add(flood, &outcome, sizeof(outcome));
}

/* modwarden's part, as the daemon has it each second. */

static void tell(const struct operation *operation, void *arg)
{
	struct flood *flood = arg;

	flood->told += operation->repeated.count ?: 1;
	recorder_operation(flood->recorder, operation);
}

static void end_window(struct flood *flood)
{
	const struct mw_counters gates = {};

	for (unsigned int i = 0; i < flood->counted; i++)
		assert_true(operations_add_fold(flood->operations, &flood->window[i].key,
						&flood->window[i].fold, flood->now) >= 0);
	flood->counted = 0;
	flood->same = NULL;
	operations_end_window(flood->operations);
	operations_expire(flood->operations, flood->now);
	recorder_count_lost(flood->recorder, &gates, operations_counters(flood->operations));
	recorder_settle(flood->recorder);
	assert_int_equal(recorder_follow(flood->recorder), 0);
}

static void send_nonsense(struct flood *flood)
{
	const struct mw_event event = { .type = MW_EVENTS, .size = sizeof(event) };

	assert_int_equal(operations_add_event(flood->operations, &event, sizeof(event), flood->now),
			 -EBADMSG);
	flood->unreadable++;
}

static void run_second(struct flood *flood, uint64_t *seq)
{
	for (int i = 0; i < PER_SECOND; i++) {
		flood->now += SAMPLE_SECOND / PER_SECOND;
		attempt(flood, ++*seq);
	}
	send_nonsense(flood);
	end_window(flood);
}

static void open_flood(struct flood *flood)
{
	struct sink *sink;

	*flood = (struct flood){};
	assert_int_equal(sink_open(&sink, log_file(""), SINK_JSON), 0);
	sink_limit(sink, LIMIT, KEEP);
	assert_int_equal(recorder_new(&flood->recorder, sink, "node"), 0);
	assert_int_equal(operations_new(&flood->operations, OPEN_MAX, tell, flood), 0);
}

static void assert_full_file(const char *suffix)
{
	struct stat status;

	assert_int_equal(stat(log_file(suffix), &status), 0);
	assert_in_range(status.st_size, LIMIT - 8192, LIMIT);
}

static void a_million_operations_leave_memory_and_descriptors_as_they_were(void **state)
{
	static struct flood flood;
	struct size early = {}, late;
	uint64_t seq = 0;

	(void)state;
	open_flood(&flood);
	while (seq < ATTEMPTS) {
		run_second(&flood, &seq);
		if (seq == ATTEMPTS / 10)
			early = size_now();
	}
	late = size_now();
	operations_flush(flood.operations);
	end_window(&flood);
	assert_int_equal(flood.told, ATTEMPTS);
	assert_int_equal(recorder_total_lost(flood.recorder), flood.unreadable);
	assert_full_file(".1");
	assert_full_file(".3");
	assert_int_equal(access(log_file(".4"), F_OK), -1);
	operations_free(flood.operations);
	recorder_free(&flood.recorder);
	assert_no_larger(&late, &early);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_million_operations_leave_memory_and_descriptors_as_they_were, begin, end),
	};

	return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}
