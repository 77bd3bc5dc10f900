// SPDX-License-Identifier: GPL-2.0-or-later
/* allow: what was denied, for good by a rule, or for a while without touching the policy. */
#include "ask.h"
#include "cleanup.h"
#include "cmd_allow.h"
#include "control_client.h"
#include "digest.h"
#include "duration.h"
#include "exit_code.h"
#include "log.h"
#include "log_reader.h"
#include "option.h"
#include "verb.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Neither for a while nor no longer: for good. */
static bool is_rule(const struct allow_options *options)
{
	return !options->list && !options->remove && !options->seconds;
}

static void check(const struct allow_options *options, struct argp_state *state)
{
	if (options->list) {
		if (options->id || options->sha256 || options->seconds || options->remove ||
		    options->by || options->write || options->policy || options->log ||
		    options->tree)
			argp_error(state, "--list goes with nothing else");
		return;
	}
	if (!options->id == !options->sha256)
		argp_error(state, "it takes the ID of a denial's record, or --sha256");
	if (options->remove && options->seconds)
		argp_error(state, "--remove and --for exclude each other");
	if (is_rule(options))
		return;
	if (options->by || options->write || options->policy || options->log || options->tree)
		argp_error(state,
			   "--by, --write, --policy, --log and --tree are of a rule: not with "
			   "--for or --remove");
}

static enum allow_by option_by(const char *word, struct argp_state *state)
{
	if (!strcmp(word, "digest"))
		return ALLOW_BY_DIGEST;
	if (!strcmp(word, "name"))
		return ALLOW_BY_NAME;
	if (!strcmp(word, "signed"))
		return ALLOW_BY_SIGNED;
	argp_error(state, "unknown value '%s' for --by; write digest, name or signed", word);
	return ALLOW_BY_NONE;
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
	case 'b':
		options->by = option_by(arg, state);
		return 0;
	case 'w':
		options->write = true;
		return 0;
	case 'P':
		options->policy = option_text("--policy", arg, state);
		return 0;
	case 'L':
		option_text("--log", arg, state);
		options->log = arg;
		return 0;
	case 't':
		options->tree = option_text("--tree", arg, state);
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
	{ "by", 'b', "WORD", 0,
	  "The rule asks for the digest (default), the name or a valid signature", 0 },
	{ "write", 'w', NULL, 0, "Write the rule into the policy, and have it read again", 0 },
	{ "policy", 'P', "FILE", 0, "The policy, instead of " POLICY_PATH, 0 },
	{ "log", 'L', "FILE", 0, "Where the record is, instead of " LOG_PATH, 0 },
	{ "tree", 't', "DIR", 0, "Look at its modules, instead of those of the running kernel", 0 },
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
	.args_doc = "ID [--by WORD] [--write]\nID --for TIME\nID --remove\n--sha256 HEX --for "
		    "TIME\n--sha256 HEX "
		    "--remove\n--list",
	.doc = "Turn a denial into a rule of the policy: shows it as a difference, what else on "
	       "this "
	       "machine it would let in, and what of that which the module needs would still be "
	       "refused; --write writes it, keeps the former file as FILE.old and has it read. Or, "
	       "with --for, let the module in for a while, by its digest, whatever the policy "
	       "says.\vExit status: 0 done, 1 failed, 2 usage, 3 the policy is not valid, 5 not "
	       "permitted, or locked until reboot, 6 no daemon, 9 no such denial or exception.\n\n"
	       "Examples:\n"
	       "  $ modwarden allow e6868722-16015960\n"
	       "  @@ -7,3 +7,7 @@\n"
	       "       signed: true\n"
	       "  +  # of the record e6868722-16015960\n"
	       "  +  - name: allow-vfat\n"
	       "  +    allow: load\n"
	       "  +    sha256: 7f3a...\n"
	       "  not written; --write does that\n"
	       "  $ sudo modwarden allow e6868722-16015960 --write\n"
	       "  $ sudo modwarden allow e6868722-16015960 --for 30m\n",
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
	if (is_rule(&options)) {
		options.policy = options.policy ?: POLICY_PATH;
		return allow_by_rule(&options);
	}
	code = control_ask(options.socket, request_of(&options), &reply);
	if (code)
		return code;
	print_answer(&options, reply);
	json_decref(reply);
	return EXIT_DONE;
}
