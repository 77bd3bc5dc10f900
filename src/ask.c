// SPDX-License-Identifier: GPL-2.0-or-later
#include "ask.h"

#include "control_socket.h"
#include "json_memory.h"
#include "log.h"
#include "option.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_FLAG = 0x300 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct ask *ask = state->input;

	switch (key) {
	case OPTION_SOCKET:
		ask->socket = option_text("--socket", arg, state);
		return 0;
	case 'j':
		ask->json = true;
		return 0;
	case KEY_FLAG:
		ask->flag = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct ask ask_parse_flag(const char *doc, const char *name, const char *help, int argc,
			  char **argv)
{
	const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "Answer in JSON", 0 },
		OPTION_SOCKET_ROW,
		{ name, name ? KEY_FLAG : 0, NULL, 0, help, 0 },
		{},
	};
	const struct argp argp = { .options = options, .parser = parse, .doc = doc };
	struct ask ask = { .socket = CONTROL_PATH };

	options_parse(&argp, argc, argv, &ask);
	return ask;
}

struct ask ask_parse(const char *doc, int argc, char **argv)
{
	return ask_parse_flag(doc, NULL, NULL, argc, argv);
}

void ask_print_json(const json_t *value)
{
	if (json_write(value, stdout, JSON_INDENT(2)) || !json_is_whole())
		log_error("cannot write the answer: %s", strerror(ENOMEM));
	putchar('\n');
}
