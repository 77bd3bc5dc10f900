// SPDX-License-Identifier: GPL-2.0-or-later
/* report: a log as one page. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "exit_code.h"
#include "file_replace.h"
#include "json_memory.h"
#include "log.h"
#include "log_filter.h"
#include "log_reader.h"
#include "memory_stream.h"
#include "moment.h"
#include "option.h"
#include "path_follow.h"
#include "report.h"
#include "report_page.h"
#include "verb.h"

#define DEFAULT_TITLE "Kernel modules: what modwarden saw"
#define PROGRESS_STEP 10000 /* records */

enum {
	OPTION_NODE = 0x300,
	OPTION_ROTATED,
};

struct report_options {
	const char *output;
	const char *title;
	const char *since_word;
	const char *until_word;
	const char *node; /* the only one, or what to say of several */
	int64_t since;
	int64_t until;
	struct log_filter *filter;
	char **logs;
	int log_count;
	bool rotated;
	bool json;
};

static void node_option(struct report_options *options, const char *word, struct argp_state *state)
{
	auto_free char *problem = NULL;
	int error = log_filter_add(options->filter, LOG_BY_NODE, word, &problem);

	if (error)
		argp_error(state, "%s", problem ?: strerror(-error));
	options->node = options->node ? "several nodes" : word;
}

static error_t scope_parse(int key, char *arg, struct argp_state *state,
			   struct report_options *options)
{
	switch (key) {
	case 'S':
		options->since_word = arg;
		options->since = option_moment("--since", arg, state);
		return 0;
	case 'U':
		options->until_word = arg;
		options->until = option_moment("--until", arg, state);
		return 0;
	case OPTION_NODE:
		node_option(options, arg, state);
		return 0;
	case OPTION_ROTATED:
		options->rotated = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t report_parse(int key, char *arg, struct argp_state *state)
{
	struct report_options *options = state->input;

	switch (key) {
	case 'o':
		options->output = option_text("--output", arg, state);
		return 0;
	case 't':
		options->title = option_text("--title", arg, state);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->logs = state->argv + state->next;
		options->log_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (options->since >= options->until)
			argp_error(state, "--until is not after --since: no record can be between "
					  "them");
		if (!options->output && isatty(STDOUT_FILENO))
			argp_error(state, "no --output; name the file to write, or - for here");
		return 0;
	default:
		return scope_parse(key, arg, state, options);
	}
}

static const struct argp_option option_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Write it there, as a whole or not at all; -: standard output, which is the default "
	  "where "
	  "it is no terminal",
	  0 },
	{ "title", 't', "TEXT", 0, "Title of the page", 0 },
	{ "since", 'S', "TIME", 0, "From then on: " MOMENT_HELP, 1 },
	{ "until", 'U', "TIME", 0, "Before then", 1 },
	{ "node", OPTION_NODE, "NAME", 0, "Only of this machine, or of these", 1 },
	{ "rotated", OPTION_ROTATED, NULL, 0, "Also what each LOG was rotated to", 1 },
	{ "json", 'j', NULL, 0, "Write what the page is made of, as one JSON object", 0 },
	{},
};

static const struct argp report_argp = {
	.options = option_table,
	.parser = report_parse,
	.args_doc = "[LOG...]",
	.doc = "Write a log, or those of many nodes together, as one HTML page that needs nothing "
	       "from anywhere: a timeline, blocked modules with their digests, who tried, "
	       "tampering, audit gaps, losses, what was let in. It filters in the browser, without "
	       "a server, and is read without a script, too. LOG is " LOG_PATH " with what it was "
	       "rotated to, where none is given; it may be compressed; -: standard input.\v"
	       "Exit status: 0 done, 1 a log could not be read (what was read is in the page) or "
	       "the page not written, 2 usage, 9 there is no record.\n\n"
	       "Example:\n"
	       "  $ modwarden report --since -7d --title 'Week 47' node*.jsonl.gz -o week.html\n",
};

static void cleanup_report(struct report **report)
{
	report_free(*report);
}

static enum exit_code no_memory(void)
{
	log_error("report: cannot read the log: %s", strerror(ENOMEM));
	return EXIT_FAILED;
}

/* Once for so many records; the line is gone when all is read. */
static void progress_show(uint64_t count)
{
	if (count % PROGRESS_STEP || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\rreport: %" PRIu64 " records", count);
}

static void progress_end(uint64_t count)
{
	if (count >= PROGRESS_STEP && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static int logs_gather(struct report *report, struct log_reader *reader, struct log_filter *filter)
{
	struct log_line *line;
	uint64_t count = 0;
	int error = 0;

	while (!error && log_reader_next(reader, &line)) {
		const json_t *record;

		progress_show(++count);
		if (!log_filter_matches(filter, &line->fields))
			continue;
		record = log_line_record(line);
		error = record ? report_add(report, record) : -ENOMEM;
	}
	progress_end(count);
	return error;
}

/* Which records were asked for, in words. NULL: all, or no memory. */
static char *scope_format(const struct report_options *options)
{
	auto_free char *text = NULL;

	if (!options->since_word && !options->until_word && !options->node)
		return NULL;
	if (asprintf(&text, "what came%s%s%s%s%s%s", options->since_word ? " since " : "",
		     options->since_word ?: "", options->until_word ? " before " : "",
		     options->until_word ?: "", options->node ? " on " : "",
		     options->node ?: "") < 0)
		return text = NULL;
	return text_sanitize(text);
}

static int page_make(const json_t *data, bool is_json, char **bytes, size_t *size)
{
	FILE *out = open_memstream(bytes, size);
	int error;

	if (!out)
		return -ENOMEM;
	if (is_json) {
		error = json_write(data, out, JSON_INDENT(2)) ? -ENOMEM : 0;
		fputc('\n', out);
	} else {
		error = report_page_write(out, data);
	}
	if (ferror(out))
		error = -ENOMEM;
	if (memory_stream_close(out, bytes))
		error = -ENOMEM;
	return error;
}

static int bytes_write(const char *path, const char *bytes, size_t size)
{
	if (path && strcmp(path, "-"))
		return file_replace(path, bytes, size);
	if (fwrite(bytes, 1, size, stdout) != size || fflush(stdout))
		return -errno;
	return 0;
}

static enum exit_code page_write(const json_t *data, const struct report_options *options)
{
	const char *path = options->output ?: "-";
	auto_free char *bytes = NULL;
	size_t size = 0;
	int error = page_make(data, options->json, &bytes, &size);

	if (error)
		return no_memory();
	/* Writing it may have left something out, too. */
	if (!json_is_whole())
		return no_memory();
	error = bytes_write(path, bytes, size);
	if (!error)
		return EXIT_DONE;
	log_error("report: cannot write '%s': %s", path,
		  error == -EINVAL ? "something else than a file is there; try --output -"
				   : path_follow_problem(error));
	return EXIT_FAILED;
}

static enum exit_code report_write(struct report *report, const struct report_options *options,
				   struct report_about *about)
{
	auto_free char *title = text_sanitize(options->title);
	auto_free char *scope = scope_format(options);
	json_t *data = NULL;
	enum exit_code code;

	about->title = title;
	about->scope = scope;
	if (title)
		data = report_json(report, about);
	if (!data)
		return no_memory();
	code = page_write(data, options);
	if (code == EXIT_DONE && !json_integer_value(json_object_get(data, "records_read"))) {
		log_warning("report: there is no record; the page says so");
		code = EXIT_NOTHING;
	}
	json_decref(data);
	return code;
}

/* What there is of the logs, and what is missing of them, goes into one page. */
static enum exit_code report_logs(const struct report_options *options, struct log_reader *reader)
{
	static char *default_log[] = { LOG_PATH };
	cleanup(cleanup_report) struct report *report = NULL;
	struct report_about about = { .logs = options->logs, .log_count = options->log_count };
	int error = report_new(&report);
	enum exit_code code;

	if (!about.log_count) {
		about.logs = default_log;
		about.log_count = 1;
	}
	for (int i = 0; i < about.log_count && !error; i++)
		log_reader_add(reader, about.logs[i], options->rotated || !options->log_count);
	error = error ?: logs_gather(report, reader, options->filter);
	about.damaged = log_reader_damaged(reader);
	about.is_incomplete = !log_reader_end(reader);
	if (error)
		return no_memory();
	code = report_write(report, options, &about);
	return about.is_incomplete ? EXIT_FAILED : code;
}

int cmd_report(int argc, char **argv)
{
	struct report_options options = {
		.title = DEFAULT_TITLE,
		.since = INT64_MIN,
		.until = INT64_MAX,
	};
	struct log_reader *reader;
	enum exit_code code;

	if (log_filter_new(&options.filter))
		return no_memory();
	options_parse(&report_argp, argc, argv, &options);
	code = log_reader_new(&reader, options.since, options.until)
		       ? no_memory()
		       : report_logs(&options, reader);
	log_filter_free(options.filter);
	return code;
}
