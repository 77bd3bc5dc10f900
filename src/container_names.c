// SPDX-License-Identifier: GPL-2.0-or-later
#include "container_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum state {
	STATE_NONE, /* the place is free */
	STATE_ASKED,
	STATE_KNOWN,
	STATE_MISSED, /* not known, or could not be asked */
};

struct container {
	char id[MW_CONTAINER_SIZE];
	enum state state;
	uint64_t since;
	uint64_t used;
	struct pod_names names;
};

struct waiting {
	struct operation *operation; /* NULL: the place is free */
	uint64_t until;
};

struct container_names {
	struct container_names_calls calls;
	struct container_names_counts counts;
	uint64_t uses;
	struct container containers[CONTAINERS_MAX];
	struct waiting waiting[CONTAINER_WAIT_MAX]; /* in the order of their coming */
	size_t waiting_count;
};

int container_names_new(struct container_names **ret, const struct container_names_calls *calls)
{
	struct container_names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names->calls = *calls;
	*ret = names;
	return 0;
}

void container_names_free(struct container_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->waiting_count; i++)
		free(names->waiting[i].operation);
	free(names);
}

static struct container *find(const struct container_names *names, const char *id)
{
	for (size_t i = 0; i < CONTAINERS_MAX; i++) {
		const struct container *container = &names->containers[i];

		if (container->state && !strcmp(container->id, id))
			return (struct container *)container;
	}
	return NULL;
}

/* A free place, or that of the one not used for longest. */
static struct container *make_room(struct container_names *names)
{
	struct container *oldest = &names->containers[0];

	for (size_t i = 0; i < CONTAINERS_MAX; i++) {
		struct container *container = &names->containers[i];

		if (!container->state)
			return container;
		if (container->used < oldest->used)
			oldest = container;
	}
	return oldest;
}

static bool is_stale(const struct container *container, uint64_t now)
{
	return container->state != STATE_KNOWN && now - container->since >= CONTAINER_AGAIN_NS;
}

static void begin_to_ask(struct container_names *names, struct container *container, uint64_t now)
{
	container->since = now;
	container->state = STATE_ASKED;
	if (names->calls.ask(container->id, names->calls.arg))
		return;
	container->state = STATE_MISSED;
	names->counts.failed++;
}

/* What is known of a container, or is being asked. */
static struct container *look_up(struct container_names *names, const char *id, uint64_t now)
{
	struct container *container = find(names, id);

	if (!container) {
		container = make_room(names);
		*container = (struct container){};
		strncat(container->id, id, sizeof(container->id) - 1);
		begin_to_ask(names, container, now);
	} else if (is_stale(container, now)) {
		begin_to_ask(names, container, now);
	}
	container->used = ++names->uses;
	return container;
}

void container_names_expect(struct container_names *names, const char *id, uint64_t now)
{
	if (*id)
		look_up(names, id, now);
}

/* Which are to be handed on. */
struct choice {
	const char *id; /* those of this container */
	uint64_t seq;   /* or of this operation */
	uint64_t now;   /* or those that have waited until now */
};

static bool is_chosen(const struct waiting *waiting, const struct choice *choice)
{
	const struct operation *operation = waiting->operation;

	if (choice->id)
		return !strcmp(operation->facts.container, choice->id);
	return choice->seq ? operation->seq == choice->seq : waiting->until <= choice->now;
}

static void hand_on(struct container_names *names, const struct choice *choice)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->waiting_count; i++) {
		struct waiting waiting = names->waiting[i];

		if (!is_chosen(&waiting, choice)) {
			names->waiting[kept++] = waiting;
			continue;
		}
		if (!choice->id)
			names->counts.failed++;
		names->calls.done(waiting.operation, names->calls.arg);
		free(waiting.operation);
	}
	names->waiting_count = kept;
}

/* All that there is of its operation. */
static void hand_on_oldest(struct container_names *names)
{
	const struct choice choice = { .seq = names->waiting[0].operation->seq,
				       .now = names->waiting[0].until };

	hand_on(names, &choice);
}

/* Where there is no room, the one that has waited for longest waits no more. */
static bool hold(struct container_names *names, const struct operation *operation, uint64_t now)
{
	struct operation *copy = malloc(sizeof(*copy));

	if (!copy)
		return false;
	if (names->waiting_count == CONTAINER_WAIT_MAX)
		hand_on_oldest(names);
	*copy = *operation;
	names->waiting[names->waiting_count++] = (struct waiting){ copy, now + CONTAINER_WAIT_NS };
	if (names->calls.wait)
		names->calls.wait(operation, names->calls.arg);
	return true;
}

/* What there is of an operation is told in the order of its coming, whether it waits or not. */
void container_names_take(struct container_names *names, const struct operation *operation,
			  uint64_t now)
{
	const struct choice same = { .seq = operation->seq };
	const char *id = operation->facts.container;

	if (*id && look_up(names, id, now)->state == STATE_ASKED && hold(names, operation, now))
		return;
	if (operation->seq)
		hand_on(names, &same);
	names->calls.done(operation, names->calls.arg);
}

void container_names_answer(struct container_names *names, const char *id, int error,
			    const struct pod_names *answer, uint64_t now)
{
	struct container *container = find(names, id);

	if (!container || container->state == STATE_KNOWN)
		return;
	container->state = error ? STATE_MISSED : STATE_KNOWN;
	container->since = now;
	container->names = *answer;
	if (!error)
		names->counts.known++;
	else if (error == ENOENT)
		names->counts.unknown++;
	else
		names->counts.failed++;
	hand_on(names, &(struct choice){ .id = id });
}

void container_names_settle(struct container_names *names, uint64_t now)
{
	hand_on(names, &(struct choice){ .now = now });
}

void container_names_flush(struct container_names *names)
{
	hand_on(names, &(struct choice){ .now = UINT64_MAX });
}

bool container_names_wait(const struct container_names *names)
{
	return names->waiting_count;
}

const struct pod_names *container_names_find(const struct container_names *names, const char *id)
{
	const struct container *container = find(names, id);

	return container && container->state == STATE_KNOWN ? &container->names : NULL;
}

const struct container_names_counts *container_names_counts(const struct container_names *names)
{
	return &names->counts;
}
