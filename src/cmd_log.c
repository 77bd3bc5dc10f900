// SPDX-License-Identifier: GPL-2.0-or-later
/* log: which records of which logs, and how they are shown. */
#include "exit_code.h"
#include "log.h"
#include "log_filter.h"
#include "log_output.h"
#include "log_reader.h"
#include "moment.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	OPTION_ROTATED = 0x300,
	OPTION_CRITERION, /* and as many as there are criteria */
};

struct log_options {
	char **paths;
	int count;
	int64_t since, until;
	enum log_format format;
	bool rotated;
	struct log_filter *filter;
};

static void criterion_option(struct log_options *options, enum log_criterion criterion,
			     const char *word, struct argp_state *state)
{
	char *problem = NULL;
	int error = log_filter_add(options->filter, criterion, word, &problem);

	if (error)
		argp_error(state, "%s", problem ?: strerror(-error));
}

static enum log_format format_option(const char *word, struct argp_state *state)
{
	int format = word_parse(&log_format_words, word);

	if (format < 0)
		argp_error(state, "unknown format '%s'; it is text or json", word);
	return format;
}

static void check(const struct log_options *options, struct argp_state *state)
{
	if (options->since >= options->until)
		argp_error(state, "--until is not after --since: no record can be between them");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct log_options *options = state->input;

	switch (key) {
	case 'S':
		options->since = option_moment("--since", arg, state);
		return 0;
	case 'U':
		options->until = option_moment("--until", arg, state);
		return 0;
	case 'F':
		options->format = format_option(arg, state);
		return 0;
	case 'j':
		options->format = LOG_FORMAT_JSON;
		return 0;
	case OPTION_ROTATED:
		options->rotated = true;
		return 0;
	case OPTION_CRITERION ... OPTION_CRITERION + LOG_CRITERIA - 1:
		criterion_option(options, key - OPTION_CRITERION, arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		check(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "since", 'S', "TIME", 0, "From then on: " MOMENT_HELP, 0 },
	{ "until", 'U', "TIME", 0, "Before then", 0 },
	{ "verdict", OPTION_CRITERION + LOG_BY_VERDICT, "WORD", 0,
	  "allow, deny (by the policy, whatever came of it), blocked, would_deny, not_stopped, "
	  "failed or undecided",
	  1 },
	{ "type", OPTION_CRITERION + LOG_BY_TYPE, "WORD", 0,
	  "operation, daemon, policy, module, audit, tamper or loss", 1 },
	{ "op", OPTION_CRITERION + LOG_BY_OP, "WORD", 0, "load, unload or autoload", 1 },
	{ "reason", OPTION_CRITERION + LOG_BY_REASON, "WORD", 0, "See modwarden-records(5)", 1 },
	{ "rule", OPTION_CRITERION + LOG_BY_RULE, "NAME", 0, "That decided", 1 },
	{ "module", OPTION_CRITERION + LOG_BY_MODULE, "GLOB", 0,
	  "Name of the module or of its file, or the alias that was asked for", 1 },
	{ "uid", OPTION_CRITERION + LOG_BY_UID, "N", 0, "Of the caller, or who made it call", 1 },
	{ "container", OPTION_CRITERION + LOG_BY_CONTAINER, "ID", 0,
	  "Of the caller, or who made it call: the first digits, or none", 1 },
	{ "node", OPTION_CRITERION + LOG_BY_NODE, "NAME", 0, "The machine", 1 },
	{ "key", OPTION_CRITERION + LOG_BY_KEY, "KEY", 0, "Of the audit rule that matched", 1 },
	{ "audit-id", OPTION_CRITERION + LOG_BY_AUDIT_ID, "ID", 0, "Of the audit event", 1 },
	{ "id", OPTION_CRITERION + LOG_BY_ID, "ID", 0, "Of the record", 1 },
	{ "format", 'F', "WORD", 0, "text (default) or json", 2 },
	{ "json", 'j', NULL, 0, "The records as they stand in the log", 2 },
	{ "rotated", OPTION_ROTATED, NULL, 0, "Also what each FILE was rotated to", 2 },
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[FILE...]",
	.doc = "Show the records of logs, compressed or not, of one machine or many, in the order "
	       "of their times; - is standard input. Without a FILE it is " LOG_PATH " with what "
	       "it was rotated to. An option that is given twice takes either."
	       "\vExit status: 0 done, 1 failed, or a log could not be read, 2 usage, 9 no such "
	       "record.\n\n"
	       "Example: sudo modwarden log --since -1h --verdict deny",
};

static bool add_logs(struct log_reader *reader, const struct log_options *options)
{
	bool is_good = true;

	if (!options->count)
		return log_reader_add(reader, LOG_PATH, true);
	for (int i = 0; i < options->count; i++)
		is_good &= log_reader_add(reader, options->paths[i], options->rotated);
	return is_good;
}

/* How many were shown, or a negative errno. */
static int64_t show(const struct log_options *options, struct log_reader *reader)
{
	struct log_output *output;
	struct log_line *line;
	int64_t shown = 0;
	int error = log_output_new(&output, options->format);

	while (!error && log_reader_next(reader, &line)) {
		if (!log_filter_matches(options->filter, &line->fields))
			continue;
		error = log_output_write(output, line);
		shown++;
	}
	log_output_free(output);
	if (!error && fflush(stdout))
		error = -errno;
	return error ?: shown;
}

static int run(const struct log_options *options)
{
	struct log_reader *reader;
	int64_t shown = log_reader_new(&reader, options->since, options->until);
	bool is_good;

	if (!shown) {
		is_good = add_logs(reader, options);
		shown = show(options, reader);
		is_good &= log_reader_end(reader);
	}
	if (shown < 0) {
		log_error("log: cannot show the records: %s", strerror(-(int)shown));
		return EXIT_FAILED;
	}
	if (!shown && is_good)
		log_info("log: no such record");
	if (!is_good)
		return EXIT_FAILED;
	return shown ? EXIT_DONE : EXIT_NOTHING;
}

int cmd_log(int argc, char **argv)
{
	struct log_options options = { .since = INT64_MIN, .until = INT64_MAX };
	int code = log_filter_new(&options.filter);

	if (code) {
		log_error("log: cannot read the options: %s", strerror(-code));
		return EXIT_FAILED;
	}
	options_parse(&argp, argc, argv, &options);
	code = run(&options);
	log_filter_free(options.filter);
	return code;
}
