// SPDX-License-Identifier: GPL-2.0-or-later
#include "module.h"
#include "options.h"
#include "state.h"
#include "trial.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool record_has_come(long from)
{
	FILE *file = fopen(options.records, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!file || fseek(file, from, SEEK_SET))
		die(options.records);
	while (!found && getline(&line, &size, file) > 0)
		found = strstr(line, options.words) && strstr(line, "\"verdict\":\"deny\"");
	free(line);
	fclose(file);
	return found;
}

static long records_size(void)
{
	struct stat st;

	return options.records && !stat(options.records, &st) ? st.st_size : 0;
}

static void check_record(struct run *run, long from)
{
	double end = now() + PATIENCE;

	while (options.records && !record_has_come(from) && now() < end && !run->has_ended)
		run_step(run);
	if (options.records && !record_has_come(from))
		run_say_wrong(run, "no record came");
}

/* System calls go on to be stopped, so that whoever waits must answer: a child tries. */
static int module_outcome(struct run *run)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(module_try());
	while (!waitpid(pid, &status, WNOHANG))
		run_step(run);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t whole_links; /* of a start without a fault */

static void check_daemon(struct run *run, const struct state *before)
{
	long records = records_size();
	struct state state;
	int outcome = module_outcome(run);

	if (outcome != EPERM)
		run_say_wrong(run, "it is up, and the module gave %s",
			      strerrorname_np(outcome) ?: "0");
	check_record(run, records);
	state_read(&state);
	if (!run->number)
		whole_links = state_new_links(before, &state);
	else if (state_new_links(before, &state) < whole_links &&
		 !strstr(run->errors_text, "warning:"))
		run_say_wrong(run, "it is up without a word and lacks %zu links",
			      whole_links - state_new_links(before, &state));
	kill(run->pid, SIGTERM);
	run_finish(run);
	if (!run->number)
		state_accept_takeover(before);
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status))
		run_say_wrong(run, "SIGTERM ended it with %#x", run->status);
	outcome = module_try();
	if (outcome != (options.persists ? EPERM : 0))
		run_say_wrong(run, "after its end the module gave %s",
			      strerrorname_np(outcome) ?: "0");
}

static void check_before(struct run *run, const struct state *before)
{
	const char *what = state_difference(before);
	int outcome = options.module ? module_try() : 0;

	if (what)
		run_say_wrong(run, "%s are not as they were before", what);
	if (outcome != before->outcome)
		run_say_wrong(run, "before, the module gave %s, and afterwards %s",
			      strerrorname_np(before->outcome) ?: "0",
			      strerrorname_np(outcome) ?: "0");
}

static bool is_as_without(const struct run *run, const struct run *whole)
{
	return run->status == whole->status &&
	       (options.varies || !strcmp(run->output_text, whole->output_text));
}

static void check_text(struct run *run)
{
	static const char *const reports[] = { "Sanitizer", "runtime error:", "stack smashing" };

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (strstr(run->errors_text, reports[i]))
			run_say_wrong(run, "%s", reports[i]);
}

static void check_failure(struct run *run)
{
	if (WIFSIGNALED(run->status))
		run_say_wrong(run, "SIG%s ended it", sigabbrev_np(WTERMSIG(run->status)));
	else if (!WEXITSTATUS(run->status))
		run_say_wrong(run, "it ended with 0");
	else if (!strstr(run->errors_text, "error:") && (options.module || !run->output_length))
		run_say_wrong(run, "it failed without an error");
}

void trial(struct run *run, unsigned int number, const struct run *whole)
{
	static struct state before;

	*run = (struct run){ .number = number };
	state_read(&before);
	before.outcome = options.module ? module_try() : 0;
	run_begin(run);
	if (options.module && run->is_ready && !run->has_ended)
		check_daemon(run, &before);
	else if (whole && (options.module || !is_as_without(run, whole)))
		check_failure(run);
	check_text(run);
	if (options.persists && !options.adopts)
		pins_remove();
	if (!options.adopts || !run->is_ready)
		check_before(run, &before);
	run_close(run);
	run_print(run);
}
