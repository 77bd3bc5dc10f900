// SPDX-License-Identifier: GPL-2.0-or-later
#include "basics.h"
#include "options.h"
#include "state.h"

#include <ftw.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PINS "/sys/fs/bpf/modwarden"

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* What is on its way out still has an id, but cannot be had any more. */
static bool is_held(int command, unsigned int id)
{
	union bpf_attr attr = { .start_id = id }; /* link_id, prog_id */
	int fd = (int)bpf(command, &attr);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static size_t read_ids(int next, int get, unsigned int *ids)
{
	union bpf_attr attr = {};
	size_t n = 0;

	while (n < STATE_IDS_MAX && !bpf(next, &attr)) {
		attr = (union bpf_attr){ .start_id = attr.next_id };
		if (is_held(get, attr.start_id))
			ids[n++] = attr.start_id;
	}
	return n;
}

/* The tree as text. Only one walk at a time. */
static char *listing;
static size_t listing_size;

static int list_pin(const char *path, const struct stat *st, int type, struct FTW *at)
{
	size_t length = strlen(listing);

	(void)st;
	(void)type;
	if (!at->level)
		return 0; /* an empty directory pins nothing */
	snprintf(listing + length, listing_size - length, "%s ", path + strlen(PINS));
	return 0;
}

static int remove_pin(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void pins_remove(void)
{
	nftw(PINS, remove_pin, 8, FTW_PHYS | FTW_DEPTH);
}

void state_read(struct state *state)
{
	*state = (struct state){};
	if (!options.module)
		return;
	state->link_count = read_ids(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, state->links);
	state->program_count =
		read_ids(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, state->programs);
	listing = state->pins;
	listing_size = sizeof(state->pins);
	nftw(PINS, list_pin, 8, FTW_PHYS);
	state->has_socket = !access(SOCKET, F_OK);
}

static bool has_id(const unsigned int *ids, size_t count, unsigned int id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* How many links of the one are not in the other. */
static size_t lacking(const struct state *one, const struct state *other)
{
	size_t n = 0;

	for (size_t i = 0; i < one->link_count; i++)
		n += !has_id(other->links, other->link_count, one->links[i]);
	return n;
}

/* Ids only grow: those of programs that were taken over from do not count, whenever they go. */
size_t state_new_links(const struct state *before, const struct state *after)
{
	unsigned int last = before->link_count ? before->links[before->link_count - 1] : 0;
	size_t n = 0;

	for (size_t i = 0; i < after->link_count; i++)
		n += after->links[i] > last;
	return n;
}

static size_t kept_links; /* that a takeover without a fault leaves, instead of those before */

void state_accept_takeover(const struct state *before)
{
	struct state state;

	state_read(&state);
	kept_links = lacking(&state, before);
}

static const char *link_difference(const struct state *before, const struct state *after)
{
	static char text[64];
	size_t gone = lacking(before, after), come = lacking(after, before);

	if (!gone && !come)
		return NULL;
	/* It failed after the takeover: no less whole than before. */
	if (options.adopts && gone == kept_links && come == kept_links)
		return NULL;
	snprintf(text, sizeof(text), "links (%zu gone, %zu new)", gone, come);
	return text;
}

static size_t pin_count(const struct state *state)
{
	size_t n = 0;

	for (const char *c = state->pins; *c; c++)
		n += *c == ' ';
	return n;
}

/* What is not as it was, or NULL. Programs without links may have been on their way out before. */
static const char *difference(const struct state *before, const struct state *after)
{
	const char *links = link_difference(before, after);

	if (links)
		return links;
	if (before->has_socket != after->has_socket)
		return "the socket";
	if (lacking(before,
		    after)) /* taken over: under other numbers, each link with its program */
		return pin_count(before) == pin_count(after) ? NULL : "pins";
	if (strcmp(before->pins, after->pins))
		return "pins";
	for (size_t i = 0; i < after->program_count; i++)
		if (!has_id(before->programs, before->program_count, after->programs[i]))
			return "programs";
	return NULL;
}

/* The kernel lets go of programs when it has the time. */
const char *state_difference(const struct state *before)
{
	double end = now() + PATIENCE;
	struct state state;
	const char *what;

	for (;;) {
		state_read(&state);
		what = difference(before, &state);
		if (!what || now() > end)
			return what;
		nap();
	}
}
