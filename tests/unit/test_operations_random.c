/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations in any schedule: a kernel that denies at random, with windows and a ring buffer that
 * loses events, and daemons that read when they like, and die when they like. SEED=N chooses.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "sample_events.h"

#define KINDS     6
#define RING_SIZE 512
#define LOG_SIZE  4096
#define HELD_SIZE 1024

union any_event {
	struct mw_event event;
	struct mw_decision_event decision;
	struct mw_outcome outcome;
};

struct window {
	struct mw_fold_key keys[KINDS];
	struct mw_fold folds[KINDS];
	bool has[KINDS];
};

struct held_fold {
	struct mw_fold_key key;
	struct mw_fold fold;
};

/* What the next daemon needs to know of a record. */
struct line {
	uint64_t seq;
	bool is_whole;
};

struct simulation {
	/* The kernel, which stays; held is what a daemon keeps there for the next. */
	union any_event ring[RING_SIZE];
	size_t ring_count;
	struct window windows[2], *now_in, *before;
	struct mw_decision_event held[HELD_SIZE];
	size_t held_count;
	struct held_fold folds[HELD_SIZE];
	size_t fold_count;
	uint64_t seq;
	uint64_t now;
	uint64_t attempts;

	/* Likewise: what has been told; and what was being told, and whether that was written. */
	struct line marks[LOG_SIZE];
	size_t mark_count;
	struct line telling;
	bool is_telling;
	bool is_written;
	uint64_t told;

	struct operations *operations;
	size_t open_max;
	bool is_dead; /* does nothing more; what it has begun stays as it is */

	unsigned int loss_percent;
	unsigned int death_percent; /* at each point where it may happen */
	bool folds_first;           /* the daemon hands over a window before it reads the ring */
};

/* A point at which a daemon may die. */
static bool dies(struct simulation *simulation)
{
	simulation->is_dead |= (unsigned int)rand() % 100 < simulation->death_percent;
	return simulation->is_dead;
}

static void hold(struct simulation *simulation, const struct mw_decision_event *event)
{
	if (simulation->held_count < HELD_SIZE)
		simulation->held[simulation->held_count++] = *event;
}

static void let_go(struct simulation *simulation, uint64_t seq)
{
	for (size_t i = 0; i < simulation->held_count; i++)
		if (simulation->held[i].event.seq == seq)
			simulation->held[i--] = simulation->held[--simulation->held_count];
}

/* The same of one that is there already changes nothing. */
static void hold_fold(struct simulation *simulation, const struct mw_fold_key *key,
		      const struct mw_fold *fold)
{
	for (size_t i = 0; i < simulation->fold_count; i++)
		if (simulation->folds[i].fold.seq == fold->seq)
			return;
	assert_true(simulation->fold_count < HELD_SIZE);
	simulation->folds[simulation->fold_count++] = (struct held_fold){ *key, *fold };
}

static void let_fold_go(struct simulation *simulation, uint64_t seq)
{
	for (size_t i = 0; i < simulation->fold_count; i++)
		if (simulation->folds[i].fold.seq == seq)
			simulation->folds[i--] = simulation->folds[--simulation->fold_count];
}

static void end_telling(struct simulation *simulation)
{
	assert_true(simulation->mark_count < LOG_SIZE);
	simulation->marks[simulation->mark_count++] = simulation->telling;
}

/* As daemon_tell() does it. */
static void tell(const struct operation *operation, void *arg)
{
	struct simulation *simulation = arg;

	if (simulation->is_dead)
		return;
	simulation->telling = (struct line){
		operation->seq,
		operation->part || operation->repeated.count,
	};
	simulation->is_written = false;
	simulation->is_telling = true;
	if (dies(simulation))
		return;
	simulation->told += operation->repeated.count ?: 1;
	simulation->is_written = true;
	if (dies(simulation))
		return;
	end_telling(simulation);
	if (dies(simulation))
		return;
	let_go(simulation, operation->seq);
	simulation->is_telling = false;
	if (operation->has & OPERATION_HAS_FOLD)
		let_fold_go(simulation, operation->seq);
}

static bool emit(struct simulation *simulation, const void *event, size_t size)
{
	if (simulation->ring_count == RING_SIZE)
		return false;
	if ((unsigned int)rand() % 100 < simulation->loss_percent)
		return false;
	memcpy(&simulation->ring[simulation->ring_count++], event, size);
	return true;
}

static void attempt(struct simulation *simulation)
{
	unsigned int kind = rand() % KINDS;
	struct window *window = simulation->now_in;
	bool is_full = rand() % 50 == 0 && !window->has[kind];
	struct mw_decision_event decision =
		sample_decision(simulation->seq++, MW_VERDICT_DENY, true);
	struct mw_outcome outcome;
	bool is_known;

	decision.event.time = simulation->now;
	decision.caller.cgroup_id = kind;
	window->keys[kind] = decision_fold_key(&decision);
	if (window->has[kind]) {
		window->folds[kind].count++;
		window->folds[kind].last = simulation->now;
		simulation->attempts++;
		return;
	}
	if (!is_full) {
		window->folds[kind] =
			(struct mw_fold){ decision.event.seq, 0, simulation->now, simulation->now };
		window->has[kind] = true;
	}
	outcome = sample_outcome(&decision, -EPERM);
	is_known = emit(simulation, &decision, sizeof(decision));
	is_known |= emit(simulation, &outcome, sizeof(outcome));
	/* Without room to be counted and in the ring, nobody can know of it but the counters. */
	simulation->attempts += is_known || !is_full;
}

/* An event is the ring's until it has been taken. */
static void read_ring(struct simulation *simulation, size_t count)
{
	while (count-- && simulation->ring_count) {
		union any_event *event = &simulation->ring[0];

		if (event->event.type == MW_EVENT_DECISION)
			hold(simulation, &event->decision);
		if (dies(simulation))
			return;
		operations_add_event(simulation->operations, event, event->event.size,
				     simulation->now);
		if (dies(simulation))
			return;
		simulation->ring_count--;
		memmove(simulation->ring, simulation->ring + 1,
			simulation->ring_count * sizeof(*simulation->ring));
	}
}

static void hand_fold_over(struct simulation *simulation, const struct mw_fold_key *key,
			   const struct mw_fold *fold)
{
	hold_fold(simulation, key, fold);
	if (dies(simulation))
		return;
	if (!operations_add_fold(simulation->operations, key, fold, simulation->now) &&
	    !dies(simulation))
		let_fold_go(simulation, fold->seq);
}

static void hand_over(struct simulation *simulation, const struct window *window)
{
	for (int kind = 0; kind < KINDS && !dies(simulation); kind++)
		if (window->has[kind])
			hand_fold_over(simulation, &window->keys[kind], &window->folds[kind]);
}

static void end_window(struct simulation *simulation)
{
	struct window *window = simulation->now_in, *other;

	simulation->before = window;
	if (dies(simulation))
		return;
	other = window == &simulation->windows[0] ? &simulation->windows[1]
						  : &simulation->windows[0];
	memset(other, 0, sizeof(*other));
	simulation->now_in = other;
	if (!simulation->folds_first)
		read_ring(simulation, RING_SIZE);
	if (!dies(simulation))
		hand_over(simulation, window);
	if (!simulation->is_dead && simulation->folds_first)
		read_ring(simulation, RING_SIZE);
	if (!dies(simulation))
		operations_end_window(simulation->operations);
}

static void begin_daemon(struct simulation *simulation)
{
	simulation->is_dead = false;
	assert_int_equal(
		operations_new(&simulation->operations, simulation->open_max, tell, simulation), 0);
}

static void take_folds_over(struct simulation *simulation)
{
	const struct window *before = simulation->before;
	struct held_fold folds[HELD_SIZE];
	size_t count;

	for (int kind = 0; before && before != simulation->now_in && kind < KINDS; kind++)
		if (before->has[kind])
			hold_fold(simulation, &before->keys[kind], &before->folds[kind]);
	count = simulation->fold_count;
	memcpy(folds, simulation->folds, count * sizeof(*folds));
	for (size_t i = 0; i < count && !dies(simulation); i++)
		hand_fold_over(simulation, &folds[i].key, &folds[i].fold);
}

/* As daemon_finish_former() does it. */
static void take_over(struct simulation *simulation)
{
	operations_free(simulation->operations);
	begin_daemon(simulation);
	if (simulation->is_telling && simulation->is_written)
		end_telling(simulation);
	simulation->is_telling = false;
	for (size_t i = 0; i < simulation->mark_count; i++) {
		let_go(simulation, simulation->marks[i].seq);
		operations_recall(simulation->operations, simulation->marks[i].seq,
				  simulation->marks[i].is_whole ? OPERATION_TOLD_WHOLE
								: OPERATION_TOLD);
	}
	for (size_t i = 0; i < simulation->held_count && !dies(simulation); i++) {
		const struct mw_decision_event held = simulation->held[i];
		size_t count = simulation->held_count;

		operations_add_event(simulation->operations, &held, sizeof(held), simulation->now);
		i -= simulation->held_count < count;
	}
	if (!simulation->is_dead)
		take_folds_over(simulation);
}

static void step(struct simulation *simulation)
{
	simulation->now += rand() % 100000000;
	while (simulation->is_dead)
		take_over(simulation);
	switch (rand() % 40) {
	case 0:
		simulation->now += OPERATION_WAIT_NS;
		operations_expire(simulation->operations, simulation->now);
		break;
	case 1 ... 3:
		end_window(simulation);
		break;
	case 4 ... 12:
		read_ring(simulation, rand() % 8);
		break;
	default:
		attempt(simulation);
	}
}

static void end(struct simulation *simulation)
{
	simulation->death_percent = 0;
	while (simulation->is_dead)
		take_over(simulation);
	for (int i = 0; i < 3; i++)
		end_window(simulation);
	operations_flush(simulation->operations);
	operations_free(simulation->operations);
}

static void run(unsigned int round, unsigned int death_percent)
{
	struct simulation *simulation = calloc(1, sizeof(*simulation));

	simulation->now_in = &simulation->windows[0];
	/* What only a lost event and a dead daemon knew, nobody knows. */
	simulation->loss_percent = death_percent ? 0 : round % 3 * 20;
	simulation->death_percent = death_percent;
	simulation->folds_first = round % 2;
	/* In some rounds so small that it overflows all the time. */
	simulation->open_max = round % 5 || death_percent ? 0 : 8;
	begin_daemon(simulation);
	for (int i = 0; i < 400; i++)
		step(simulation);
	end(simulation);
	if (simulation->told != simulation->attempts)
		fail_msg("round %u, %u %% deaths: %lu attempts were told as %lu", round,
			 death_percent, (unsigned long)simulation->attempts,
			 (unsigned long)simulation->told);
	free(simulation);
}

static void seed(void)
{
	const char *text = getenv("SEED");

	srand(text ? atoi(text) : 1);
}

static void every_attempt_is_told_exactly_once_in_any_schedule(void **state)
{
	(void)state;
	seed();
	for (unsigned int round = 0; round < 300; round++)
		run(round, 0);
}

static void every_attempt_is_told_exactly_once_whoever_dies(void **state)
{
	(void)state;
	seed();
	for (unsigned int round = 0; round < 400; round++)
		run(round, 1 + round % 3);
}

static void any_bytes_are_survived(void **state)
{
	struct simulation *simulation = calloc(1, sizeof(*simulation));
	union any_event event;

	(void)state;
	begin_daemon(simulation);
	for (int i = 0; i < 20000; i++) {
		for (size_t at = 0; at < sizeof(event); at += sizeof(int))
			*(int *)((char *)&event + at) = rand();
		event.event.type = rand() % 5;
		event.event.size = rand() % (sizeof(event) + 8);
		event.event.seq = rand() % 64;
		operations_add_event(simulation->operations, &event, rand() % sizeof(event), i);
		if (rand() % 100 == 0)
			operations_end_window(simulation->operations);
	}
	operations_flush(simulation->operations);
	operations_free(simulation->operations);
	free(simulation);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attempt_is_told_exactly_once_in_any_schedule),
		cmocka_unit_test(every_attempt_is_told_exactly_once_whoever_dies),
		cmocka_unit_test(any_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
