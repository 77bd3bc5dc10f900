/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors and warnings about a file that a person wrote: where, what is wrong, what to do. They are
 * collected, so that one run shows all of them, and printed as compilers print theirs.
 */
#ifndef MODWARDEN_DIAG_H
#define MODWARDEN_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DIAGS_MAX 20 /* shown; warnings take at most half of the room */

enum diag_level {
	DIAG_ERROR,
	DIAG_WARNING,
};

struct diag {
	enum diag_level level;
	unsigned int line;   /* from 1; 0 where the file as a whole is meant */
	unsigned int column; /* from 1, in characters; 0 where the line as a whole is meant */
	char *file;
	char *message;
};

/* Zeroed is empty. */
struct diags {
	struct diag entries[DIAGS_MAX];
	size_t count;
	size_t errors;  /* all of them, also those beyond DIAGS_MAX */
	size_t dropped; /* errors and warnings that found no room */
};

/* A place in a file; line and column as in struct diag. */
struct place {
	const char *file;
	unsigned int line;
	unsigned int column;
};

/*
 * Adds an error. Returns -EINVAL always, so that a parser can return it. What a terminal could
 * take for an order is written as \xNN.
 */
__attribute__((format(printf, 3, 4))) int diag_error(struct diags *diags, struct place place,
						     const char *format, ...);

__attribute__((format(printf, 3, 4))) void diag_warning(struct diags *diags, struct place place,
							const char *format, ...);

/* So many errors that parsing further would show nothing new. */
bool diags_full(const struct diags *diags);

void diags_print(const struct diags *diags, FILE *out);

/*
 * The first of the errors, without its newline, and how many more there are and how to see them.
 * Free it; NULL: there is none.
 */
char *diags_first_error(const struct diags *diags, const char *policy);

/* Frees what it holds and leaves it empty. */
void diags_clear(struct diags *diags);

#endif
