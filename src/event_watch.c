// SPDX-License-Identifier: GPL-2.0-or-later
#include "event_watch.h"

#include <errno.h>
#include <stdlib.h>

#define MS_PER_SECOND 1000

struct event_watch {
	struct event *readable;
	struct event *pause;
	struct timeval length;
	event_watch_fn *read;
	void *arg;
};

/* Without a pause, for want of memory, it goes on: busily, but it reads. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct event_watch *watch = arg;

	(void)fd;
	(void)what;
	if (!watch->read(watch->arg) && !event_add(watch->pause, &watch->length))
		event_del(watch->readable);
}

static void on_pause(evutil_socket_t fd, short what, void *arg)
{
	struct event_watch *watch = arg;

	(void)fd;
	(void)what;
	if (event_add(watch->readable, NULL))
		event_add(watch->pause, &watch->length);
}

int event_watch_new(struct event_watch **ret, struct event_base *loop, int fd,
		    unsigned int pause_ms, event_watch_fn *read, void *arg)
{
	struct event_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->read = read;
	watch->arg = arg;
	watch->length.tv_sec = pause_ms / MS_PER_SECOND;
	watch->length.tv_usec = pause_ms % MS_PER_SECOND * 1000;
	watch->pause = event_new(loop, -1, 0, on_pause, watch);
	watch->readable = event_new(loop, fd, EV_READ | EV_PERSIST, on_readable, watch);
	if (!watch->pause || !watch->readable || event_add(watch->readable, NULL)) {
		event_watch_free(watch);
		return -ENOMEM;
	}
	*ret = watch;
	return 0;
}

void event_watch_free(struct event_watch *watch)
{
	if (!watch)
		return;
	if (watch->pause)
		event_free(watch->pause);
	if (watch->readable)
		event_free(watch->readable);
	free(watch);
}
