// SPDX-License-Identifier: GPL-2.0-or-later
#include "verb.h"

#include "exit_code.h"
#include "log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void print_usage(const char *name)
{
	printf("Usage: %s VERB [OPTION...]\n", name);
}

static void print_help(const struct verb *verbs, size_t count, const char *about, const char *name)
{
	print_usage(name);
	printf("%s\n\nVerbs:\n", about);
	for (size_t i = 0; i < count; i++)
		printf("  %-13s %s\n", verbs[i].name, verbs[i].summary);
	printf("  %-13s %s\n\n`%s help VERB` and `%s VERB --help` tell more of one.\n", "help",
	       "print this, or the help of a verb", name, name);
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h") ||
	       !strcmp(word, "-?");
}

static const struct verb *find(const struct verb *verbs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* argv[1] names the verb, and becomes part of the name that it knows itself by. */
static int run_named(const struct verb *verbs, size_t count, int argc, char **argv)
{
	const struct verb *verb = find(verbs, count, argv[1]);
	char name[128];

	if (!verb) {
		log_error("there is no verb '%s'; try `%s help`", argv[1], argv[0]);
		return EXIT_USAGE;
	}
	snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
	argv[1] = name;
	return verb->run(argc - 1, argv + 1);
}

/* argv[2] and what follows name a verb, and maybe one of its own. */
static int help_of(const struct verb *verbs, size_t count, int argc, char **argv)
{
	static char help[] = "--help";
	const struct verb *verb = find(verbs, count, argv[2]);
	int words = verb && verb->has_verbs && argc > 3 ? 2 : 1;
	char *ask[] = { argv[0], argv[2], help, NULL, NULL };

	if (argc > 2 + words) {
		log_error("unexpected argument '%s'; try `%s help`", argv[2 + words], argv[0]);
		return EXIT_USAGE;
	}
	if (words == 2) {
		ask[2] = argv[3];
		ask[3] = help;
	}
	return run_named(verbs, count, 2 + words, ask);
}

int verb_dispatch(const struct verb *verbs, size_t count, const char *about, int argc, char **argv)
{
	if (argc < 2) {
		log_error("no verb is given; try `%s help`", argv[0]);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--usage") && argc == 2) {
		print_usage(argv[0]);
		return EXIT_DONE;
	}
	if (!is_help(argv[1]))
		return run_named(verbs, count, argc, argv);
	if (argc > 2 && !is_help(argv[2]))
		return help_of(verbs, count, argc, argv);
	if (argc > 3) {
		log_error("unexpected argument '%s'; try `%s help`", argv[3], argv[0]);
		return EXIT_USAGE;
	}
	print_help(verbs, count, about, argv[0]);
	return EXIT_DONE;
}
