// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocations.h"
#include "call.h"
#include "command.h"
#include "options.h"
#include "run.h"
#include "state.h"

#include <elf.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOADER_SIZE 0x40000

void run_say_wrong(struct run *run, const char *format, ...)
{
	va_list args;

	if (*run->wrong)
		return;
	va_start(args, format);
	vsnprintf(run->wrong, sizeof(run->wrong), format, args);
	va_end(args);
}

/* False: nothing was there. */
static bool take_text(int fd, char *text, size_t *length)
{
	ssize_t size = read(fd, text + *length, TEXT_MAX - 1 - *length);

	if (size <= 0)
		return false;
	*length += (size_t)size;
	return true;
}

static bool has_text(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLIN;
}

static void take_all(struct run *run)
{
	char text[4096];
	ssize_t size;

	while (has_text(run->errors) &&
	       take_text(run->errors, run->errors_text, &run->errors_length))
		;
	while (has_text(run->output) &&
	       take_text(run->output, run->output_text, &run->output_length))
		;
	while ((size = recv(run->manager, text, sizeof(text) - 1, 0)) >= 0) {
		text[size] = '\0';
		run->is_ready |= !strcmp(text, "READY=1");
	}
	/* What was to tell that it is ready may be what failed. */
	run->is_ready |= strstr(run->errors_text, "Ctrl-C or SIGTERM stops") != NULL;
}

static uint64_t find_loader(pid_t pid)
{
	char path[64];
	uint64_t pair[2], base = 1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	while (fread(pair, sizeof(pair), 1, file) == 1)
		if (pair[0] == AT_BASE)
			base = pair[1];
	fclose(file);
	return base;
}

/* What the loader does for the program comes before its first instruction. */
static bool is_loading(struct run *run, const struct seccomp_data *data)
{
	if (!run->loader)
		run->loader = find_loader(run->pid);
	return data->instruction_pointer - run->loader < LOADER_SIZE;
}

/* Whether this is the one that fails. */
static bool count_call(struct run *run, const struct seccomp_data *data)
{
	bool counts = !run->is_ready && !call_goes_on(data, &run->last) && !is_loading(run, data);

	run->last = *data;
	if (!counts)
		return false;
	take_all(run);
	if (run->is_ready)
		return false;
	run->count++;
	if (options.lists && !run->number)
		printf("%u %s\n", run->count, call_name(data));
	return run->count == run->number;
}

static void answer(struct run *run)
{
	struct seccomp_notif call = {};
	struct seccomp_notif_resp response = {};

	if (ioctl(run->stops, SECCOMP_IOCTL_NOTIF_RECV, &call))
		return; /* it has been killed meanwhile */
	response.id = call.id;
	response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!run->is_hit && count_call(run, &call.data)) {
		run->is_hit = true;
		response.flags = 0;
		response.error = -call_error(&call.data);
		snprintf(run->what, sizeof(run->what), "%s %s", call_name(&call.data),
			 strerrorname_np(call_error(&call.data)));
	}
	ioctl(run->stops, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void end(struct run *run)
{
	run_say_wrong(run, "it did not end within %u s", options.limit);
	kill(run->pid, SIGKILL);
	waitpid(run->pid, &run->status, 0);
	run->has_ended = true;
	if (!options.module)
		return;
	unlink(SOCKET);
	if (!options.adopts)
		pins_remove();
}

void run_step(struct run *run)
{
	struct pollfd fds[] = { { run->stops, POLLIN, 0 },
				{ run->errors, POLLIN, 0 },
				{ run->manager, POLLIN, 0 } };

	poll(fds, 3, 20);
	if (fds[0].revents & POLLIN)
		answer(run);
	if (fds[0].revents & POLLIN && now() < run->began + options.limit)
		return; /* quickly: there are thousands */
	take_all(run);
	if (waitpid(run->pid, &run->status, WNOHANG) == run->pid) {
		run->has_ended = true;
		take_all(run);
	}
	if (!run->has_ended && now() > run->began + options.limit)
		end(run);
}

void run_begin(struct run *run)
{
	command_start(run);
	while (!run->has_ended && !run->is_ready)
		run_step(run);
	if (!options.preload)
		return;
	run->count = allocations_count();
	run->is_hit = allocations_failed();
	snprintf(run->what, sizeof(run->what), "allocation");
}

void run_finish(struct run *run)
{
	run->began = now();
	while (!run->has_ended)
		run_step(run);
}

void run_close(struct run *run)
{
	if (run->stops >= 0)
		close(run->stops);
	close(run->errors);
	close(run->output);
	close(run->manager);
}

void run_print(const struct run *run)
{
	char text[256];

	snprintf(text, sizeof(text), "%.255s", run->errors_text);
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? '|' : *c;
	printf("%u %s: %s%d%s%s: %s\n", run->number, run->is_hit ? run->what : "not reached",
	       run->is_ready ? "up, " : "", WEXITSTATUS(run->status), *run->wrong ? " WRONG " : "",
	       run->wrong, text);
	fflush(stdout);
}
