/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verb that asks the daemon one thing: its command line says no more than where and how. */
#ifndef MODWARDEN_ASK_H
#define MODWARDEN_ASK_H

#include <jansson.h>
#include <stdbool.h>

struct ask {
	const char *socket;
	bool json; /* answer so */
	bool flag; /* the verb's own, see ask_parse_flag() */
};

/* doc: the text of --help, as argp has it. */
struct ask ask_parse(const char *doc, int argc, char **argv);

/* The same with an option more, which takes no argument. */
struct ask ask_parse_flag(const char *doc, const char *name, const char *help, int argc,
			  char **argv);

/* On standard output, for people and programs. */
void ask_print_json(const json_t *value);

#endif
