// SPDX-License-Identifier: GPL-2.0-or-later
/* stop: the gates go, whoever left them. */
#include "control_client.h"
#include "daemon.h"
#include "exit_code.h"
#include "log.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum stop_option {
	OPTION_OUTPUT = 'o',
	OPTION_FORMAT = 'f',
	OPTION_IF_ANY = 0x100,
};

struct stop_options {
	struct daemon_options daemon;
	bool has_format;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stop_options *stop = state->input;
	struct daemon_options *options = &stop->daemon;

	switch (key) {
	case OPTION_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case OPTION_OUTPUT:
		options->output = option_text("--output", arg, state);
		return 0;
	case OPTION_FORMAT:
		if (sink_format_parse(arg, &options->format))
			argp_error(state, "unknown format '%s'; it is text, json or auto", arg);
		stop->has_format = true;
		return 0;
	case OPTION_IF_ANY:
		options->if_any = true;
		return 0;
	case ARGP_KEY_END:
		if (stop->has_format && !options->output)
			argp_error(state, "--format goes with --output");
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{ "output", OPTION_OUTPUT, "FILE", 0,
	  "Without a daemon: append the records that are left to FILE; default: where it wrote",
	  0 },
	{ "format", OPTION_FORMAT, "FORMAT", 0, "Theirs, with --output: text or json", 0 },
	{ "if-any", OPTION_IF_ANY, NULL, 0, "Where there is nothing to stop, end with 0", 0 },
	OPTION_SOCKET_ROW,
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Detach the gates, and unpin what `run --persist` has pinned; the daemon, if there "
	       "is one, ends. What was decided and not yet written is written first, and the last "
	       "record says that the gates are gone.\vExit status: 0 done, 1 failed, 2 usage, 5 "
	       "not permitted, or locked until reboot, 6 there was nothing to stop (0 with "
	       "--if-any).\n\n"
	       "Example: sudo modwarden stop",
};

static bool is_anybody_there(const char *path)
{
	int fd = control_socket_connect(path);

	if (fd >= 0)
		close(fd);
	return fd != -ENOENT && fd != -ECONNREFUSED;
}

static int ask_to_stop(const char *path)
{
	json_int_t lost = 0;
	json_t *reply, *count;
	const char *kind;
	int code = control_ask(path, json_pack("{s:s}", "verb", "stop"), &reply);

	if (code)
		return code;
	json_object_foreach (json_object_get(reply, "lost"), kind, count)
		lost += json_integer_value(count);
	log_info("detached; records lost: %" JSON_INTEGER_FORMAT, lost);
	json_decref(reply);
	return EXIT_DONE;
}

int cmd_stop(int argc, char **argv)
{
	struct stop_options stop = {
		.daemon = { .socket = CONTROL_PATH, .node = getenv("NODE_NAME") },
	};
	const struct daemon_options *options = &stop.daemon;

	options_parse(&argp, argc, argv, &stop);
	if (!is_anybody_there(options->socket))
		return daemon_detach(options);
	if (!options->output)
		return ask_to_stop(options->socket);
	log_error("a daemon is running, which writes its records where it was told: --output is "
		  "for gates that one has left");
	return EXIT_USAGE;
}
