// SPDX-License-Identifier: GPL-2.0-or-later
/* mode: what is in force, and for how long something else is to be. */
#include "control_client.h"
#include "duration.h"
#include "exit_code.h"
#include "mode_text.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

struct mode_options {
	const char *socket;
	const char *word;
	uint32_t seconds;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct mode_options *options = state->input;

	switch (key) {
	case OPTION_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case OPTION_FOR:
		options->seconds = option_duration(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (options->word)
			argp_error(state, "unexpected argument '%s'", arg);
		if (strcmp(arg, "monitor") && strcmp(arg, "enforce") && strcmp(arg, "policy"))
			argp_error(state, "unknown mode '%s'; it is monitor, enforce or policy",
				   arg);
		options->word = arg;
		return 0;
	case ARGP_KEY_END:
		if (options->seconds && (!options->word || !strcmp(options->word, "policy")))
			argp_error(state, "--for goes with monitor or enforce");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	OPTION_FOR_ROW,
	OPTION_SOCKET_ROW,
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[monitor|enforce|policy]",
	.doc = "Tell which mode is in force, or set one over the policy's own; `policy` takes it "
	       "away again.\vExit status: 0 done, 1 failed, 2 usage, 3 there is no policy to "
	       "enforce, 4 it will not enforce here, 5 not permitted, or locked until reboot, 6 no "
	       "daemon.\n\n"
	       "Example: sudo modwarden mode enforce --for 5m",
};

int cmd_mode(int argc, char **argv)
{
	struct mode_options options = { .socket = CONTROL_PATH };
	json_t *request, *reply;
	int code;

	options_parse(&argp, argc, argv, &options);
	request = json_pack("{s:s}", "verb", "mode");
	if (options.word)
		json_object_set_new(request, "set", json_string(options.word));
	if (options.seconds)
		json_object_set_new(request, "for", json_integer(options.seconds));
	code = control_ask(options.socket, request, &reply);
	if (code)
		return code;
	mode_print(json_object_get(reply, "mode"), stdout);
	json_decref(reply);
	return EXIT_DONE;
}
