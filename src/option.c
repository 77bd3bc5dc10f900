// SPDX-License-Identifier: GPL-2.0-or-later
#include "option.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "exit_code.h"
#include "log.h"
#include "moment.h"

void options_parse(const struct argp *argp, int argc, char **argv, void *options)
{
	error_t error = argp_parse(argp, argc, argv, 0, NULL, options);

	if (!error)
		return;
	log_error("cannot read the command line: %s", strerror(error));
	exit(EXIT_FAILED);
}

const char *option_text(const char *name, const char *word, struct argp_state *state)
{
	if (!*word)
		argp_error(state, "%s is empty", name);
	return word;
}

uint32_t option_duration(const char *text, struct argp_state *state)
{
	uint32_t seconds = 0;

	if (duration_parse(text, &seconds))
		argp_error(state, "unknown time '%s'; write 90s, 30m, 12h or 7d, at most 30d",
			   text);
	return seconds;
}

enum mechanism option_mechanism(const char *word, struct argp_state *state)
{
	enum mechanism mechanism = MECHANISM_AUTO;

	if (mechanism_parse(word, &mechanism))
		argp_error(state, "unknown mechanism '%s'; it is auto, lsm, fmod_ret or tracepoint",
			   word);
	return mechanism;
}

int64_t option_moment(const char *name, const char *word, struct argp_state *state)
{
	int64_t moment = 0;

	if (moment_parse(word, &moment))
		argp_error(state, "unknown time '%s' for %s; write %s", word, name, MOMENT_HELP);
	return moment;
}

/* Digits only: strtoull(3) would take a sign and blanks. 0 where it is no number over 0. */
static uint64_t number_parse(const char *word, const char **end)
{
	unsigned long long number;

	*end = word;
	if (!isdigit((unsigned char)*word))
		return 0;
	errno = 0;
	number = strtoull(word, (char **)end, 10);
	return errno ? 0 : number;
}

unsigned int option_number(const char *name, const char *word, unsigned int max,
			   struct argp_state *state)
{
	const char *end;
	uint64_t number = number_parse(word, &end);

	if (!number || number > max || *end)
		argp_error(state, "%s '%s' is no number from 1 to %u", name, word, max);
	return number;
}

bool size_parse(const char *word, uint64_t *size)
{
	static const char suffixes[] = "KMGT";
	const char *end;
	uint64_t number = number_parse(word, &end);
	const char *suffix = *end ? strchr(suffixes, *end) : NULL;
	unsigned int shift = suffix ? 10 * (suffix - suffixes + 1) : 0;

	*size = number << shift;
	return number && !end[suffix != NULL] && number <= UINT64_MAX >> shift;
}

uint64_t option_size(const char *name, const char *word, struct argp_state *state)
{
	uint64_t size;

	if (!size_parse(word, &size))
		argp_error(state, "%s '%s' is no size, like 64M", name, word);
	return size;
}
