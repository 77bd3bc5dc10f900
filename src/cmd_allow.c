// SPDX-License-Identifier: GPL-2.0-or-later
/* allow: one module for a while, without touching the policy. */
#include "ask.h"
#include "cleanup.h"
#include "control_client.h"
#include "digest.h"
#include "duration.h"
#include "exit_code.h"
#include "log.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct allow_options {
	const char *socket;
	const char *id;
	const char *sha256;
	uint32_t seconds;
	bool list;
	bool remove;
	bool json;
};

static void check(const struct allow_options *options, struct argp_state *state)
{
	if (options->list) {
		if (options->id || options->sha256 || options->seconds || options->remove)
			argp_error(state, "--list goes with nothing else");
		return;
	}
	if (!options->id == !options->sha256)
		argp_error(state, "it takes the ID of a denial's record, or --sha256");
	if (options->remove && options->seconds)
		argp_error(state, "--remove and --for exclude each other");
	if (!options->remove && !options->seconds)
		argp_error(
			state,
			"for how long? write --for 30m; a rule in the policy lets it in for good");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct allow_options *options = state->input;
	__u8 digest[MW_DIGEST_SIZE];

	switch (key) {
	case OPTION_SOCKET:
		options->socket = option_text("--socket", arg, state);
		return 0;
	case OPTION_FOR:
		options->seconds = option_duration(arg, state);
		return 0;
	case 's':
		if (strlen(arg) != 2 * MW_DIGEST_SIZE ||
		    digest_parse(arg, 2 * MW_DIGEST_SIZE, digest))
			argp_error(state, "the digest '%s' is not 64 hexadecimal digits", arg);
		options->sha256 = arg;
		return 0;
	case 'l':
		options->list = true;
		return 0;
	case 'r':
		options->remove = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->id)
			argp_error(state, "unexpected argument '%s'", arg);
		options->id = arg;
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
	{ "sha256", 's', "HEX", 0, "The digest, instead of a record's ID", 0 },
	{ "list", 'l', NULL, 0, "List what is let in for now", 0 },
	{ "remove", 'r', NULL, 0, "Let it in no longer", 0 },
	{ "json", 'j', NULL, 0, "Answer as one JSON object", 0 },
	OPTION_SOCKET_ROW,
	{},
};

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "ID --for TIME\nID --remove\n--sha256 HEX --for TIME\n--sha256 HEX "
		    "--remove\n--list",
	.doc = "Let the module of a denial in for a while, by its digest, whatever the policy "
	       "says.\vExit status: 0 done, 1 failed, 2 usage, 5 not permitted, or locked until "
	       "reboot, 6 no daemon, 9 no such denial or exception.\n\n"
	       "Example: sudo modwarden allow e6868722-16015960 --for 30m",
};

static void print_list(const json_t *list)
{
	char time[DURATION_SIZE];
	const json_t *entry;
	size_t i;

	json_array_foreach (list, i, entry) {
		duration_format((uint64_t)json_integer_value(json_object_get(entry, "left")), time);
		printf("%s for %s more\n", json_string_value(json_object_get(entry, "sha256")),
		       time);
	}
}

static void print_answer(const struct allow_options *options, const json_t *reply)
{
	const char *sha256 = json_string_value(json_object_get(reply, "sha256"));
	char time[DURATION_SIZE];

	duration_format(options->seconds, time);
	if (options->json) {
		ask_print_json(reply);
	} else if (options->list) {
		print_list(json_object_get(reply, "exceptions"));
	} else if (options->remove) {
		printf("%s is let in no longer\n", sha256);
	} else {
		printf("%s is let in for %s\n", sha256, time);
	}
}

static json_t *request_of(const struct allow_options *options)
{
	json_t *request = json_pack("{s:s}", "verb", "allow");

	if (options->list)
		json_object_set_new(request, "list", json_true());
	if (options->remove)
		json_object_set_new(request, "remove", json_true());
	if (options->id)
		json_object_set_new(request, "id", json_string(options->id));
	if (options->sha256)
		json_object_set_new(request, "sha256", json_string(options->sha256));
	if (options->seconds)
		json_object_set_new(request, "for", json_integer(options->seconds));
	return request;
}

int cmd_allow(int argc, char **argv)
{
	struct allow_options options = { .socket = CONTROL_PATH };
	json_t *reply;
	int code;

	options_parse(&argp, argc, argv, &options);
	code = control_ask(options.socket, request_of(&options), &reply);
	if (code)
		return code;
	print_answer(&options, reply);
	json_decref(reply);
	return EXIT_DONE;
}
