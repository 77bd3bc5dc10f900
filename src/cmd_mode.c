// SPDX-License-Identifier: GPL-2.0-or-later
/* mode: what is in force, and for how long something else is to be. */
#include "cleanup.h"
#include "control_client.h"
#include "duration.h"
#include "exit_code.h"
#include "log.h"
#include "mode_text.h"
#include "option.h"
#include "policy_change.h"
#include "policy_edit.h"
#include "verb.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

struct mode_options {
	const char *socket;
	const char *word;
	const char *policy;
	uint32_t seconds;
	bool write;
};

static void check(const struct mode_options *options, struct argp_state *state)
{
	bool is_mode = options->word && strcmp(options->word, "policy") != 0;

	if (options->seconds && !is_mode)
		argp_error(state, "--for goes with monitor or enforce");
	if (options->write && (!is_mode || options->seconds))
		argp_error(state, "--write goes with monitor or enforce, and not with --for");
	if (options->policy && !options->write)
		argp_error(state, "--policy goes with --write");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct mode_options *options = state->input;

	switch (key) {
	case OPTION_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case 'w':
		options->write = true;
		return 0;
	case 'P':
		options->policy = option_text("--policy", arg, state);
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
		check(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	OPTION_FOR_ROW,
	{ "write", 'w', NULL, 0, "Write it into the policy instead", 0 },
	{ "policy", 'P', "FILE", 0, "The policy, instead of " POLICY_PATH, 0 },
	OPTION_SOCKET_ROW,
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[monitor|enforce|policy]\nmonitor|enforce --write",
	.doc = "Tell which mode is in force, or set one over the policy's own; `policy` takes it "
	       "away again. With --write it becomes the policy's own: the file is changed, the "
	       "former one kept as FILE.old, the daemon reads it, and what was set over it is "
	       "taken "
	       "away.\vExit status: 0 done, 1 failed, 2 usage, 3 there is no policy to enforce, or "
	       "it is not valid, 4 it will not enforce here, 5 not permitted, or locked until "
	       "reboot, 6 no "
	       "daemon.\n\n"
	       "Examples:\n"
	       "  $ sudo modwarden mode enforce --for 5m\n"
	       "  $ sudo modwarden mode enforce --write\n",
};

/* The policy is in force with its own mode, and nothing is set over that. */
static enum exit_code override_end(const struct mode_options *options)
{
	json_t *reply;
	enum exit_code code = control_ask(
		options->socket, json_pack("{s:s, s:s}", "verb", "mode", "set", "policy"), &reply);

	if (code)
		return code;
	mode_print(json_object_get(reply, "mode"), stdout);
	json_decref(reply);
	return EXIT_DONE;
}

static enum exit_code change_write(const struct policy_change *change,
				   const struct mode_options *options)
{
	json_t *reload;
	bool is_written;
	enum exit_code code = policy_change_write(change, options->socket, &is_written, &reload);

	if (is_written)
		printf("written to '%s'; as it was: '%s.old'\n", change->path, change->path);
	if (code)
		return code;
	if (!reload) {
		puts("not in force: no daemon has read it");
		return EXIT_DONE;
	}
	json_decref(reload);
	return override_end(options);
}

static enum exit_code mode_write(const struct mode_options *options)
{
	cleanup(policy_change_clear) struct policy_change change = {};
	enum exit_code code = policy_change_begin(&change, "mode", options->policy ?: POLICY_PATH);
	char *text = NULL;
	int r;

	if (code)
		return code;
	r = policy_edit_set(change.text, "mode", options->word, &text);
	code = policy_change_take(&change, text, r);
	if (code)
		return code;
	policy_change_print(&change, stdout);
	return change_write(&change, options);
}

int cmd_mode(int argc, char **argv)
{
	struct mode_options options = { .socket = CONTROL_PATH };
	json_t *request, *reply;
	int code;

	options_parse(&argp, argc, argv, &options);
	if (options.write)
		return mode_write(&options);
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
