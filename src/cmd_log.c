// SPDX-License-Identifier: GPL-2.0-or-later
/* log: which records of which logs, and how they are shown. */
#include "exit_code.h"
#include "log.h"
#include "log_filter.h"
#include "log_last.h"
#include "log_output.h"
#include "log_reader.h"
#include "log_show.h"
#include "moment.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FOLLOW_LAST 10 /* what is shown of what is there, as tail(1) does */

enum {
	OPTION_ROTATED = 0x300,
	OPTION_AUDIT,
	OPTION_SUMMARY,
	OPTION_WIDE,
	OPTION_CRITERION, /* and as many as there are criteria */
};

struct log_options {
	struct log_show show;
	bool has_format;
};

static void criterion_option(struct log_options *options, enum log_criterion criterion,
			     const char *word, struct argp_state *state)
{
	char *problem = NULL;
	int error = log_filter_add(options->show.filter, criterion, word, &problem);

	if (error == -ENOMEM) {
		log_error("log: cannot read the options: %s", strerror(ENOMEM));
		exit(EXIT_FAILED);
	}
	if (error)
		argp_error(state, "%s", problem);
}

static void format_option(struct log_options *options, const char *word, struct argp_state *state)
{
	int format = word_parse(&log_format_words, word);

	if (format < 0)
		argp_error(state, "unknown format '%s'; it is text, table, json or ocsf", word);
	options->show.format = format;
	options->has_format = true;
}

static error_t audit_option(struct log_options *options, const char *word, struct argp_state *state)
{
	const char *path = option_text("--audit", word, state);
	int error = options->show.audit ? 0 : audit_events_new(&options->show.audit);

	if (!error)
		error = audit_events_add(options->show.audit, path, true);
	return -error;
}

static void check_audit(const struct log_show *show, struct argp_state *state)
{
	if (!show->audit)
		return;
	if (show->summary || show->follow)
		argp_error(state, "--audit goes neither with --summary nor with --follow");
	if (show->format != LOG_FORMAT_TEXT && show->format != LOG_FORMAT_JSON)
		argp_error(state, "--audit is text or json");
}

static void check(struct log_options *options, struct argp_state *state)
{
	struct log_show *show = &options->show;

	if (show->since >= show->until)
		argp_error(state, "--until is not after --since: no record can be between them");
	if (show->summary && show->follow)
		argp_error(state, "--summary comes to an end, and --follow does not");
	if (show->summary && options->has_format && show->format != LOG_FORMAT_JSON &&
	    show->format != LOG_FORMAT_TEXT)
		argp_error(state, "--summary is text or json");
	if (show->wide && options->has_format && show->format != LOG_FORMAT_TABLE)
		argp_error(state, "--wide goes with --format table");
	if (show->wide)
		show->format = LOG_FORMAT_TABLE;
	if (show->follow && !show->last && show->since == INT64_MIN)
		show->last = FOLLOW_LAST;
	check_audit(show, state);
}

static error_t parse_form(int key, char *arg, struct argp_state *state)
{
	struct log_options *options = state->input;

	switch (key) {
	case 'F':
		format_option(options, arg, state);
		return 0;
	case 'j':
		options->show.format = LOG_FORMAT_JSON;
		options->has_format = true;
		return 0;
	case 'n':
		options->show.last = option_number("--last", arg, LOG_LAST_MAX, state);
		return 0;
	case 'f':
		options->show.follow = true;
		return 0;
	case OPTION_SUMMARY:
		options->show.summary = true;
		return 0;
	case OPTION_WIDE:
		options->show.wide = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct log_options *options = state->input;

	switch (key) {
	case 'S':
		options->show.since = option_moment("--since", arg, state);
		return 0;
	case 'U':
		options->show.until = option_moment("--until", arg, state);
		return 0;
	case OPTION_AUDIT:
		return audit_option(options, arg, state);
	case OPTION_ROTATED:
		options->show.rotated = true;
		return 0;
	case OPTION_CRITERION ... OPTION_CRITERION + LOG_CRITERIA - 1:
		criterion_option(options, key - OPTION_CRITERION, arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		options->show.paths = state->argv + state->next;
		options->show.count = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_END:
		check(options, state);
		return 0;
	default:
		return parse_form(key, arg, state);
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
	  "Of the caller, or who made it call: the first digits, its pod as NAME or "
	  "NAMESPACE/NAME, any or none",
	  1 },
	{ "node", OPTION_CRITERION + LOG_BY_NODE, "NAME", 0, "The machine", 1 },
	{ "key", OPTION_CRITERION + LOG_BY_KEY, "KEY", 0, "Of the audit rule that matched", 1 },
	{ "audit-id", OPTION_CRITERION + LOG_BY_AUDIT_ID, "ID", 0, "Of the audit event", 1 },
	{ "id", OPTION_CRITERION + LOG_BY_ID, "ID", 0, "Of the record", 1 },
	{ "summary", OPTION_SUMMARY, NULL, 0,
	  "Count: the most frequent modules, callers, rules and nodes", 2 },
	{ "last", 'n', "N", 0,
	  "Only the last N records, at most 10000; of a summary: rows of each kind (10)", 2 },
	{ "follow", 'f', NULL, 0,
	  "The last 10 records (or as -n and -S say), and then what comes, through rotation", 2 },
	{ "format", 'F', "WORD", 0, "text (default), table, json or ocsf", 2 },
	{ "wide", OPTION_WIDE, NULL, 0, "A table of which nothing is cut", 2 },
	{ "json", 'j', NULL, 0, "As --format json: the records as they stand in the log", 2 },
	{ "rotated", OPTION_ROTATED, NULL, 0, "Also what each FILE was rotated to", 2 },
	{ "audit", OPTION_AUDIT, "FILE", 0,
	  "Beside each operation its event in auditd's log FILE, and in what that was rotated to",
	  2 },
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

int cmd_log(int argc, char **argv)
{
	struct log_options options = { .show = { .since = INT64_MIN, .until = INT64_MAX } };
	int code = log_filter_new(&options.show.filter);

	if (code) {
		log_error("log: cannot read the options: %s", strerror(-code));
		return EXIT_FAILED;
	}
	options_parse(&argp, argc, argv, &options);
	code = log_show(&options.show);
	log_filter_free(options.show.filter);
	audit_events_free(options.show.audit);
	return code;
}
