// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_line.h"

#include "cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#define WORDS_MAX 512
#define NO_LIST   (-1)

/* What is known of a line while its options are taken one by one. */
struct parser {
	struct audit_line *line;
	const struct audit_arch *arch;
	int list;
	int action;
	int machine; /* of libaudit, by -F arch= or this one; -1: not asked yet */
	bool has_list;
	bool has_calls;
	bool has_object; /* what a key can stand for: a call, perm, exe, or a file system */
};

__attribute__((format(printf, 2, 3))) static int refuse(struct parser *parser, const char *format,
							...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(parser->line->error, sizeof(parser->line->error), format, arguments);
	va_end(arguments);
	parser->line->kind = AUDIT_LINE_ERROR;
	return -EINVAL;
}

static int append(struct parser *parser, uint32_t field, uint32_t op, uint32_t value)
{
	struct audit_rule_data *data = parser->line->data;

	if (data->field_count == AUDIT_MAX_FIELDS)
		return refuse(parser, "more than %d fields", AUDIT_MAX_FIELDS);
	data->fields[data->field_count] = field;
	data->fieldflags[data->field_count] = op;
	data->values[data->field_count++] = value;
	return 0;
}

/* "always,exit" or "exit,always" */
static int take_list(struct parser *parser, const char *text, enum audit_line_kind kind)
{
	const char *comma = strchr(text, ',');
	char words[2][32];

	if (parser->has_list)
		return refuse(parser, "more than one -a, -A or -d");
	if (!comma || strchr(comma + 1, ',') || comma - text >= 32 || strlen(comma + 1) >= 32)
		return refuse(parser, "'%s' is no action and list", text);
	snprintf(words[0], sizeof(words[0]), "%.*s", (int)(comma - text), text);
	snprintf(words[1], sizeof(words[1]), "%s", comma + 1);
	for (int i = 0; i < 2; i++) {
		if (!strcmp(words[i], "always"))
			parser->action = AUDIT_ALWAYS;
		else if (!strcmp(words[i], "never"))
			parser->action = AUDIT_NEVER;
		else if (strcmp(words[i], "possible") != 0)
			parser->list = audit_name_to_flag(words[i]);
		else
			parser->action = AUDIT_POSSIBLE;
	}
	if (parser->list == NO_LIST || parser->action == -1)
		return refuse(parser, "'%s' is no action and list", text);
	parser->has_list = true;
	parser->has_object |= parser->list == AUDIT_FILTER_FS;
	parser->line->kind = kind;
	return 0;
}

static int machine_find(struct parser *parser, const char *name)
{
	if (!strcmp(name, "b64") || !strcmp(name, "b32")) {
		enum audit_bits bits = name[1] == '6' ? AUDIT_BITS_64 : AUDIT_BITS_32;

		return audit_arch_has(parser->arch, bits) ? parser->arch->machine[bits] : -1;
	}
	if (isxdigit((unsigned char)*name) &&
	    strspn(name, "0123456789abcdefABCDEFx") == strlen(name))
		return audit_elf_to_machine(strtoul(name, NULL, 16));
	return audit_name_to_machine(name);
}

static int take_arch(struct parser *parser, const char *pair)
{
	const char *name = pair + strcspn(pair, "=!<>&");
	uint32_t op = AUDIT_EQUAL;

	if (*name == '!') {
		op = AUDIT_NOT_EQUAL;
		name++;
	}
	if (*name++ != '=')
		return refuse(parser, "'%s': arch can only be = or !=", pair);
	if (parser->has_calls)
		return refuse(parser, "arch stands behind -S");
	parser->machine = machine_find(parser, name);
	if (parser->machine < 0)
		return refuse(parser, "arch '%s' is not known on %s", name, parser->arch->name);
	return append(parser, AUDIT_ARCH, op, audit_machine_to_elf(parser->machine));
}

static bool is_of_user(int field)
{
	switch (field) {
	case AUDIT_UID:
	case AUDIT_EUID:
	case AUDIT_SUID:
	case AUDIT_FSUID:
	case AUDIT_LOGINUID:
	case AUDIT_OBJ_UID:
	case AUDIT_GID:
	case AUDIT_EGID:
	case AUDIT_SGID:
	case AUDIT_FSGID:
	case AUDIT_OBJ_GID:
		return true;
	}
	return false;
}

static int add_key(struct parser *parser, const char *key)
{
	char *known = parser->line->key;
	size_t length = strlen(known), more = strlen(key);

	if (length + !!length + more > AUDIT_MAX_KEY_LEN)
		return refuse(parser, "the key is too long");
	if (length)
		known[length++] = AUDIT_KEY_SEPARATOR;
	memcpy(known + length, key, more + 1);
	return 0;
}

/* Names of users are not looked up: they are this machine's, and may be asked of a server. */
static int take_named(struct parser *parser, int field)
{
	int r = append(parser, (uint32_t)field, AUDIT_EQUAL, 0);

	if (!r)
		parser->line->named |= 1ULL << (parser->line->data->field_count - 1);
	return r;
}

static int take_field(struct parser *parser, const char *pair)
{
	size_t length = strcspn(pair, "=!<>&");
	const char *value = pair + length + strspn(pair + length, "=!<>&");
	auto_free char *copy = strdup(pair), *name = strndup(pair, length);
	int field, r;

	if (!copy || !name)
		return -ENOMEM;
	if (!parser->has_list)
		return refuse(parser, "-F stands before -a");
	if (!strncmp(pair, "key=", 4))
		return add_key(parser, pair + 4);
	if (!strcmp(name, "arch"))
		return take_arch(parser, pair);
	field = audit_name_to_field(name);
	if (is_of_user(field) && *value && *value != '-' && !isdigit((unsigned char)*value) &&
	    strcmp(value, "unset") != 0)
		return take_named(parser, field);
	if (parser->line->data->field_count == AUDIT_MAX_FIELDS)
		return refuse(parser, "more than %d fields", AUDIT_MAX_FIELDS);
	r = audit_rule_fieldpair_data(&parser->line->data, copy, parser->list);
	if (r)
		return refuse(parser, "-F %s: libaudit does not take it", pair);
	field = (int)parser->line->data->fields[parser->line->data->field_count - 1];
	parser->has_object |= field == AUDIT_PERM || field == AUDIT_EXE;
	return 0;
}

static int take_comparison(struct parser *parser, const char *pair)
{
	auto_free char *copy = strdup(pair);

	if (!copy)
		return -ENOMEM;
	if (audit_rule_interfield_comp_data(&parser->line->data, copy, parser->list))
		return refuse(parser, "-C %s: libaudit does not take it", pair);
	return 0;
}

static int add_call(struct parser *parser, const char *name)
{
	struct audit_rule_data *data = parser->line->data;
	char *end;
	long number;

	if (!strcmp(name, "all")) {
		memset(data->mask, 0xff, sizeof(data->mask));
		return 0;
	}
	number = audit_name_to_syscall(name, parser->machine);
	if (number < 0 && isdigit((unsigned char)*name)) {
		number = strtol(name, &end, 0);
		number = *end ? -1 : number;
	}
	if (number < 0 || number >= 32L * AUDIT_BITMASK_SIZE)
		return refuse(parser, "system call '%s' is not known", name);
	data->mask[AUDIT_WORD(number)] |= AUDIT_BIT(number);
	return 0;
}

static int take_calls(struct parser *parser, const char *text)
{
	auto_free char *copy = strdup(text);
	char *rest = copy, *name;
	int r = copy ? 0 : -ENOMEM;

	if (parser->has_list && parser->list != AUDIT_FILTER_EXIT)
		return refuse(parser, "-S goes with the list exit only");
	if (parser->machine < 0)
		parser->machine = parser->arch->machine[AUDIT_BITS_64] >= 0
					  ? parser->arch->machine[AUDIT_BITS_64]
					  : parser->arch->machine[AUDIT_BITS_32];
	while (!r && (name = strsep(&rest, ",")))
		r = *name ? add_call(parser, name) : 0;
	parser->has_calls = true;
	parser->has_object = true;
	return r;
}

static int take_number(struct parser *parser, const char *text, uint32_t max,
		       enum audit_line_kind kind)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)*text) || errno || value > max)
		return refuse(parser, "'%s' is no number that goes there", text);
	parser->line->kind = kind;
	parser->line->value = (uint32_t)value;
	return 0;
}

static int take_key(struct parser *parser, const char *key)
{
	if (!parser->has_object || !(parser->has_list || parser->line->kind == AUDIT_LINE_NONE))
		return refuse(parser, "-k stands before what it is the key of");
	return add_key(parser, key);
}

static int take_watch(struct parser *parser, const char *path, enum audit_line_kind kind)
{
	if (parser->has_list)
		return refuse(parser, "-w beside -a, or another -w");
	if (*path != '/' || audit_add_watch_dir(AUDIT_WATCH, &parser->line->data, path))
		return refuse(parser, "the path '%s' cannot be watched", path);
	parser->list = AUDIT_FILTER_EXIT;
	parser->action = AUDIT_ALWAYS;
	parser->line->kind = kind;
	parser->has_list = true;
	parser->has_object = true;
	return 0;
}

/* -p of a watch. */
static int take_permissions(struct parser *parser, const char *text)
{
	static const char letters[] = "xwra"; /* by the bits AUDIT_PERM_EXEC, ... */
	int permissions = 0;

	for (const char *at = text; *at; at++) {
		const char *letter = strchr(letters, tolower((unsigned char)*at));

		if (!letter || at - text >= 4)
			return refuse(parser, "-p %s: not of r, w, x, a", text);
		permissions |= 1 << (letter - letters);
	}
	if (!parser->has_list || audit_update_watch_perms(parser->line->data, permissions))
		return refuse(parser, "-p without a watch before it");
	return 0;
}

/* -D, perhaps with -k KEY behind it. */
static int take_clear(struct parser *parser, int count, char **words)
{
	if (count == 3 || count > 4 || (count == 4 && strcmp(words[2], "-k") != 0))
		return refuse(parser, "-D goes with -k and a key only");
	parser->line->kind = AUDIT_LINE_CLEAR;
	if (count == 4)
		snprintf(parser->line->key, sizeof(parser->line->key), "%s", words[3]);
	optind = count;
	return 0;
}

static int take_option(struct parser *parser, int option, int count, char **words)
{
	switch (option) {
	case 'a':
		return take_list(parser, optarg, AUDIT_LINE_RULE);
	case 'A':
		parser->line->prepend = true;
		return take_list(parser, optarg, AUDIT_LINE_RULE);
	case 'd':
		return take_list(parser, optarg, AUDIT_LINE_REMOVE);
	case 'D':
		return take_clear(parser, count, words);
	case 'F':
		return take_field(parser, optarg);
	case 'C':
		return take_comparison(parser, optarg);
	case 'S':
		return take_calls(parser, optarg);
	case 'k':
		return take_key(parser, optarg);
	case 'e':
		return take_number(parser, optarg, 2, AUDIT_LINE_ENABLED);
	case 'f':
		return take_number(parser, optarg, 2, AUDIT_LINE_FAILURE);
	case 'b':
		return take_number(parser, optarg, UINT32_MAX, AUDIT_LINE_BACKLOG);
	case 'r':
		return take_number(parser, optarg, UINT32_MAX, AUDIT_LINE_RATE);
	case 'i':
	case 'c':
		parser->line->kind = AUDIT_LINE_IGNORE;
		return 0;
	case 'w':
		return take_watch(parser, optarg, AUDIT_LINE_RULE);
	case 'W':
		return take_watch(parser, optarg, AUDIT_LINE_REMOVE);
	case 'p':
		return take_permissions(parser, optarg);
	case 'h':
	case 'R':
	case '?':
		return refuse(parser, "'%s' is no option of a rules file",
			      optind > 1 ? words[optind - 1] : words[1]);
	default:
		return 0; /* status, messages, features: nothing that is looked at here */
	}
}

/* The rules that auditctl has for a rule as a whole. */
static int finish(struct parser *parser)
{
	struct audit_rule_data *data = parser->line->data;
	enum audit_line_kind kind = parser->line->kind;

	if (kind != AUDIT_LINE_RULE && kind != AUDIT_LINE_REMOVE) {
		if (parser->has_calls)
			return refuse(parser, "-S without -a");
		return 0;
	}
	if (parser->action == AUDIT_POSSIBLE) {
		parser->line->kind = AUDIT_LINE_NONE; /* auditctl eats it */
		return 0;
	}
	if (*parser->line->key && !parser->has_object)
		return refuse(parser, "a key without what it is the key of");
	if (parser->list == AUDIT_FILTER_EXIT && !parser->has_calls)
		memset(data->mask, 0xff, sizeof(data->mask));
	data->flags = (uint32_t)parser->list;
	data->action = (uint32_t)parser->action;
	return 0;
}

static int words_parse(struct parser *parser, int count, char **words)
{
	static const struct option long_options[] = {
		{ "loginuid-immutable", no_argument, NULL, 1 },
		{ "backlog_wait_time", required_argument, NULL, 2 },
		{ "reset-lost", no_argument, NULL, 3 },
		{ "reset_backlog_wait_time_actual", no_argument, NULL, 4 },
		{ "signal", required_argument, NULL, 5 },
		{},
	};
	int option, r = 0;

	optind = 0;
	opterr = 0;
	/* -D takes all words for its own; in one of several letters, what follows it is not gone on
	 * with. */
	while (!r && parser->line->kind != AUDIT_LINE_CLEAR &&
	       (option = getopt_long(count, words, "hicslDvtC:e:f:r:b:a:A:d:S:F:m:R:w:W:k:p:q:",
				     long_options, NULL)) >= 0)
		r = take_option(parser, option, count, words);
	if (r)
		return r;
	if (optind < count)
		return refuse(parser, "'%s' belongs to no option", words[optind]);
	return finish(parser);
}

/* At spaces, and only there: a tab is part of a word. */
static int words_split(char *text, char **words)
{
	static char name[] = "auditctl";
	int count = 0;
	char *word;

	words[count++] = name;
	while ((word = strsep(&text, " ")) && count < WORDS_MAX)
		if (*word)
			words[count++] = word;
	words[count] = NULL;
	return count;
}

int audit_line_parse(struct audit_line *line, const char *text, const struct audit_arch *arch)
{
	auto_free char *copy = strdup(text);
	auto_free char **words = calloc(WORDS_MAX + 1, sizeof(*words));
	struct parser parser = {
		.line = line, .arch = arch, .list = NO_LIST, .action = -1, .machine = -1
	};
	int count, r;

	*line = (struct audit_line){ .data = audit_rule_create_data() };
	if (!copy || !words || !line->data)
		return -ENOMEM;
	count = words_split(copy, words);
	if (count == 1 || *words[1] == '#')
		return 0;
	r = count == WORDS_MAX ? refuse(&parser, "too many words")
			       : words_parse(&parser, count, words);
	return r == -ENOMEM ? r : 0;
}

void audit_line_clear(struct audit_line *line)
{
	audit_rule_free_data(line->data);
	line->data = NULL;
}
