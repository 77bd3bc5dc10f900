// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit_code.h"
#include "json_memory.h"
#include "log.h"
#include "log_follow.h"
#include "log_last.h"
#include "log_reader.h"
#include "log_summary.h"
#include "terminal.h"

#define SUMMARY_ROWS 10

struct pass {
	const struct log_show *show;
	struct log_reader *reader;
	struct log_output *output;
	uint64_t matched;
};

/* The next record that is asked for. */
static bool next(struct pass *pass, struct log_line **line)
{
	while (log_reader_next(pass->reader, line)) {
		if (!log_filter_matches(pass->show->filter, &(*line)->fields))
			continue;
		pass->matched++;
		return true;
	}
	return false;
}

static int show_all(struct pass *pass)
{
	struct log_line *line;
	int error = 0;

	while (!error && next(pass, &line))
		error = log_output_write(pass->output, line);
	return error;
}

static int show_last(struct pass *pass)
{
	struct log_last *last;
	struct log_line *line;
	int taken = 0;
	int error = log_last_new(&last, pass->show->last);

	if (error)
		return error;
	while (!error && next(pass, &line))
		error = log_last_add(last, line);
	while (!error && (taken = log_last_take(last, &line)) > 0)
		error = log_output_write(pass->output, line);
	error = error ?: taken;
	log_last_free(last);
	return error;
}

static int print_summary(const struct pass *pass, struct log_summary *summary)
{
	json_t *value = log_summary_json(summary, pass->show->last ?: SUMMARY_ROWS);
	int error = value ? 0 : -ENOMEM;

	if (!error && pass->show->format == LOG_FORMAT_JSON)
		error = json_write(value, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? -EIO
											  : 0;
	else if (!error)
		error = log_summary_print(value, terminal_width(STDOUT_FILENO), stdout);
	json_decref(value);
	return error;
}

static int show_summary(struct pass *pass)
{
	struct log_summary *summary;
	struct log_line *line;
	int error = log_summary_new(&summary);

	if (error)
		return error;
	while (!error && next(pass, &line))
		error = log_summary_add(summary, line);
	if (!error && pass->matched)
		error = print_summary(pass, summary);
	log_summary_free(summary);
	return error;
}

/* Until it is ended by a signal, or nobody reads what it writes. */
static int show_what_comes(struct pass *pass, struct log_follow *follow)
{
	int error = 0;

	while (!error && !(error = fflush(stdout) ? -errno : log_follow_wait(follow))) {
		log_reader_look(pass->reader);
		error = show_all(pass);
	}
	return error;
}

/* Something of it can grow, or be replaced. */
static bool has_files(const struct log_show *show)
{
	for (size_t i = 0; i < show->count; i++)
		if (strcmp(show->paths[i], "-") != 0)
			return true;
	return !show->count;
}

static int watch(const struct log_show *show, struct log_follow **follow)
{
	int error = log_follow_new(follow);

	for (size_t i = 0; !error && i < show->count; i++)
		if (strcmp(show->paths[i], "-") != 0)
			error = log_follow_add(*follow, show->paths[i]);
	if (!error && !show->count)
		error = log_follow_add(*follow, LOG_PATH);
	if (error)
		log_error("log: cannot watch the logs: %s", strerror(-error));
	return error;
}

static bool add_logs(const struct pass *pass)
{
	const struct log_show *show = pass->show;
	bool is_good = true;

	if (!show->count)
		return log_reader_add(pass->reader, LOG_PATH, true);
	for (size_t i = 0; i < show->count; i++)
		is_good &= log_reader_add(pass->reader, show->paths[i], show->rotated);
	return is_good;
}

static void tell_skipped(uint64_t count)
{
	if (count == 1)
		log_info("log: left out 1 record that is no operation: the OCSF class is not for "
			 "it");
	else if (count)
		log_info("log: left out %" PRIu64
			 " records that are no operations: the OCSF class is not for them",
			 count);
}

static int show_records(struct pass *pass, struct log_follow *follow)
{
	int error = log_output_new(&pass->output, pass->show->format, pass->show->wide);

	if (!error)
		log_output_audit(pass->output, pass->show->audit);
	if (!error)
		error = pass->show->last ? show_last(pass) : show_all(pass);
	if (!error && follow)
		error = show_what_comes(pass, follow);
	if (!error)
		tell_skipped(log_output_skipped(pass->output));
	log_output_free(pass->output);
	return error;
}

/* 0 or a negative errno. */
static int go_through(struct pass *pass, struct log_follow *follow)
{
	int error;

	if (follow)
		log_reader_follow(pass->reader);
	if (pass->show->count == 1 && !strcmp(pass->show->paths[0], "-"))
		setvbuf(stdout, NULL, _IOLBF, 0); /* who writes it may take his time */
	if (!add_logs(pass) && follow)            /* else log_reader_end() tells */
		return -ENOENT;
	error = pass->show->summary ? show_summary(pass) : show_records(pass, follow);
	if (!error && fflush(stdout))
		error = -errno;
	if (error)
		log_error("log: cannot show the records: %s", strerror(-error));
	return error;
}

int log_show(const struct log_show *show)
{
	struct pass pass = { .show = show };
	struct log_follow *follow = NULL;
	int error = show->follow && has_files(show) ? watch(show, &follow) : 0;
	bool is_good;

	if (!error) {
		error = log_reader_new(&pass.reader, show->since, show->until);
		if (error)
			log_error("log: cannot read logs: %s", strerror(-error));
	}
	if (error) {
		log_follow_free(follow);
		return EXIT_FAILED;
	}
	error = go_through(&pass, follow);
	is_good = log_reader_end(pass.reader);
	if (show->audit && audit_events_are_none(show->audit))
		log_warning("log: no event is in the audit log that --audit names; name that of "
			    "auditd");
	if (show->audit)
		is_good &= audit_events_are_whole(show->audit);
	log_follow_free(follow);
	if (error || !is_good)
		return EXIT_FAILED;
	if (pass.matched)
		return EXIT_DONE;
	log_info("log: no such record");
	return EXIT_NOTHING;
}
