// SPDX-License-Identifier: GPL-2.0-or-later
/* run: the command line of the daemon. */
#include "daemon.h"
#include "exit_code.h"
#include "log.h"
#include "option.h"
#include "policy.h"
#include "verb.h"
#include "words.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum run_option {
	OPTION_POLICY = 'p',
	OPTION_MODE = 'm',
	OPTION_OUTPUT = 'o',
	OPTION_FORMAT = 'f',
	OPTION_VERBOSE = 'v',
	OPTION_MECHANISM = 0x100,
	OPTION_ACCEPT_RACE,
	OPTION_PERSIST,
	OPTION_NODE,
	OPTION_OUTPUT_LIMIT,
	OPTION_OUTPUT_KEEP,
	OPTION_AUDIT_ENRICH,
	OPTION_RUN_SOCKET,
	OPTION_LISTEN,
	OPTION_CRI_SOCKET,
};

#define OUTPUT_KEEP     4
#define OUTPUT_KEEP_MAX 999

static const struct argp_option option_table[] = {
	{ "policy", OPTION_POLICY, "FILE", 0, "The policy; default " POLICY_PATH, 0 },
	{ "mode", OPTION_MODE, "MODE", 0, "monitor or enforce, whatever the policy says", 0 },
	{ "mechanism", OPTION_MECHANISM, "NAME", 0,
	  "How to hook the kernel: " OPTION_MECHANISM_HELP, 0 },
	{ "accept-race", OPTION_ACCEPT_RACE, NULL, 0,
	  "Enforce also where `modwarden doctor` calls the grade raceable", 0 },
	{ "persist", OPTION_PERSIST, NULL, 0,
	  "Let the gates stay when this ends, however it ends; the next run takes them over", 0 },
	{ "output", OPTION_OUTPUT, "FILE", 0, "Append records to FILE; default -, standard output",
	  0 },
	{ "output-limit", OPTION_OUTPUT_LIMIT, "SIZE", 0,
	  "Before FILE grows over SIZE (64M, say) it becomes FILE.1 and is begun anew; default "
	  "none",
	  0 },
	{ "output-keep", OPTION_OUTPUT_KEEP, "N", 0,
	  "With a limit, how many older files are kept; default 4", 0 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
	  "text or json; default: text on a terminal, else json", 0 },
	{ "node", OPTION_NODE, "NAME", 0,
	  "The node's name in records; default $NODE_NAME, then the host name", 0 },
	{ "socket", OPTION_RUN_SOCKET, "PATH", 0,
	  "Where to be asked; default " CONTROL_PATH "; none: nowhere", 0 },
	{ "listen", OPTION_LISTEN, "ADDR[:PORT]", 0,
	  "Serve /metrics, /healthz and /readyz over HTTP at this numeric address; default "
	  "nowhere; default port " HTTP_PORT_TEXT,
	  0 },
	{ "audit-enrich", OPTION_AUDIT_ENRICH, NULL, 0,
	  "Write what audit cannot say, module and rule, into its trail", 0 },
	{ "cri-socket", OPTION_CRI_SOCKET, "PATH", 0,
	  "Ask the container runtime there for names of pods and images; auto: where it usually "
	  "is; default nobody",
	  0 },
	{ "verbose", OPTION_VERBOSE, NULL, 0, "Say more, with the kernel's own words", 0 },
	{},
};

static void parse_mode(struct daemon_options *options, char *arg, struct argp_state *state)
{
	int mode = word_parse(&mode_words, arg);

	if (mode <= 0)
		argp_error(state, "unknown mode '%s'; it is monitor or enforce", arg);
	options->mode = mode;
}

static void check(struct daemon_options *options, struct argp_state *state)
{
	if (options->output_keep && !options->output_limit)
		argp_error(state, "--output-keep goes with --output-limit");
	if (options->output_limit && !strcmp(options->output, "-"))
		argp_error(state, "--output-limit goes with --output FILE: standard output has no "
				  "older files");
	options->output_keep = options->output_keep ?: OUTPUT_KEEP;
}

static void parse_listen(struct daemon_options *options, char *arg, struct argp_state *state)
{
	if (http_address_parse(arg, &options->listen))
		argp_error(state,
			   "cannot listen at '%s'; write a number, as 127.0.0.1, "
			   "0.0.0.0:" HTTP_PORT_TEXT " or [::1]:" HTTP_PORT_TEXT,
			   arg);
}

/* Who asks it, and whom it asks. */
static error_t parse_peers(int key, char *arg, struct argp_state *state)
{
	struct daemon_options *options = state->input;

	switch (key) {
	case OPTION_RUN_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case OPTION_LISTEN:
		parse_listen(options, arg, state);
		return 0;
	case OPTION_CRI_SOCKET:
		options->cri_socket = option_text("--cri-socket", arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_records(int key, char *arg, struct argp_state *state)
{
	struct daemon_options *options = state->input;

	switch (key) {
	case OPTION_OUTPUT:
		options->output = option_text("--output", arg, state);
		return 0;
	case OPTION_OUTPUT_LIMIT:
		options->output_limit = option_size("--output-limit", arg, state);
		return 0;
	case OPTION_OUTPUT_KEEP:
		options->output_keep = option_number("--output-keep", arg, OUTPUT_KEEP_MAX, state);
		return 0;
	case OPTION_FORMAT:
		if (sink_format_parse(arg, &options->format))
			argp_error(state, "unknown format '%s'; it is text, json or auto", arg);
		return 0;
	case OPTION_NODE:
		options->node = option_text("--node", arg, state);
		return 0;
	case OPTION_AUDIT_ENRICH:
		options->audit_enrich = true;
		return 0;
	default:
		return parse_peers(key, arg, state);
	}
}

static error_t parse_gates(int key, char *arg, struct argp_state *state)
{
	struct daemon_options *options = state->input;

	switch (key) {
	case OPTION_POLICY:
		options->policy = option_text("--policy", arg, state);
		return 0;
	case OPTION_MODE:
		parse_mode(options, arg, state);
		return 0;
	case OPTION_MECHANISM:
		options->mechanism = option_mechanism(arg, state);
		return 0;
	case OPTION_ACCEPT_RACE:
		options->accept_race = true;
		return 0;
	case OPTION_PERSIST:
		options->persist = true;
		return 0;
	default:
		return parse_records(key, arg, state);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case OPTION_VERBOSE:
		log_set_level(LOG_LEVEL_DEBUG);
		return 0;
	case ARGP_KEY_END:
		check(state->input, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return parse_gates(key, arg, state);
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Puts the gates up and writes a record of every module load, until SIGTERM or "
	       "Ctrl-C. "
	       "When it ends, however it ends, the gates are gone, unless --persist is "
	       "given.\vExit status: 0 ended by a signal, 1 failed, or another one is running, 2 "
	       "usage, 3 the policy is not valid, 4 the kernel cannot do it, or not at the grade "
	       "asked for, 5 not permitted.\n\nExample: sudo modwarden run "
	       "--policy policy.yaml --mode monitor",
};

int cmd_run(int argc, char **argv)
{
	struct daemon_options options = {
		.output = "-",
		.socket = CONTROL_PATH,
		.node = getenv("NODE_NAME"),
	};

	options_parse(&argp, argc, argv, &options);
	if (options.node && !*options.node)
		options.node = NULL;
	return daemon_run(&options);
}
