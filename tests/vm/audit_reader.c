// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the audit trail as modwarden does, and prints what it sees, until SIGTERM.
 *
 * usage: audit_reader [LOG_FILE]     only the file, if it is named
 * Prints "source multicast|file|none WHY", anew when it changes;
 * "call SEC.MSEC:SERIAL SYSCALL ARCH PID SUCCESS EXIT KEYS"; and, at the end, "overruns COUNT".
 */
#include "audit_trail.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static const char *const sources[] = {
	[AUDIT_TRAIL_NONE] = "none",
	[AUDIT_TRAIL_MULTICAST] = "multicast",
	[AUDIT_TRAIL_FILE] = "file",
};

static void print_call(const struct audit_sighting *sighting, void *arg)
{
	(void)arg;
	if (!sighting->is_call)
		return;
	printf("call %" PRIu64 ".%03" PRIu64 ":%" PRIu64 " %d %x %u %s %ld ",
	       sighting->time_ms / 1000, sighting->time_ms % 1000, sighting->serial,
	       sighting->syscall, sighting->arch, sighting->pid, sighting->success ? "yes" : "no",
	       sighting->exit);
	for (const char *c = sighting->keys; *c; c++)
		putchar(*c == '\001' ? ',' : *c);
	putchar('\n');
}

static void print_source(const struct audit_trail *trail)
{
	static enum audit_trail_source last = -1;
	enum audit_trail_source now = audit_trail_source(trail);

	if (now != last)
		printf("source %s %s\n", sources[now], audit_trail_why(trail));
	last = now;
}

static void on_end(evutil_socket_t fd, short what, void *base)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
	const struct audit_trail_settings settings = {
		.log_file = argc > 1 ? argv[1] : NULL,
		.only_file = argc > 1,
	};
	struct event_base *base = event_base_new();
	struct event *end = base ? evsignal_new(base, SIGTERM, on_end, base) : NULL;
	struct audit_trail *trail;

	setlinebuf(stdout);
	if (!end || event_add(end, NULL) ||
	    audit_trail_new(&trail, base, &settings, print_call, NULL))
		return 1;
	do {
		print_source(trail);
		if (event_base_loop(base, EVLOOP_ONCE))
			return 1;
	} while (!event_base_got_break(base));
	printf("overruns %" PRIu64 "\n", audit_trail_overruns(trail));
	audit_trail_free(trail);
	event_free(end);
	event_base_free(base);
	return 0;
}
