// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_argument.h"

#include "cleanup.h"
#include "log.h"
#include "words.h"

#include <string.h>

#define ARGUMENT "modwarden.mode="

/* The size of the first word: blanks in double quotes are a part of it, as for the kernel. */
static size_t word_size(const char *text)
{
	bool quoted = false;
	size_t size = 0;

	for (; text[size] && (quoted || !strchr(" \t\n", text[size])); size++)
		quoted ^= text[size] == '"';
	return size;
}

static int word_mode(const char *word, size_t size)
{
	char name[16];

	word += strlen(ARGUMENT);
	size -= strlen(ARGUMENT);
	if (size >= sizeof(name))
		return -1;
	memcpy(name, word, size);
	name[size] = '\0';
	return word_parse(&mode_words, name);
}

enum mw_mode kernel_argument_parse(const char *cmdline, size_t *bad)
{
	enum mw_mode mode = MW_MODE_NONE;
	size_t size;

	*bad = 0;
	for (const char *word = cmdline;; word += size) {
		word += strspn(word, " \t\n");
		size = word_size(word);
		/* What stands behind "--" is for init, and not for the kernel. */
		if (!size || (size == 2 && !strncmp(word, "--", 2)))
			return mode;
		if (size < strlen(ARGUMENT) || strncmp(word, ARGUMENT, strlen(ARGUMENT)) != 0)
			continue;
		if (word_mode(word, size) > 0)
			mode = word_mode(word, size);
		else
			++*bad;
	}
}

enum mw_mode kernel_argument_read(void)
{
	auto_fclose FILE *file = fopen("/proc/cmdline", "re");
	char cmdline[8192] = "";
	enum mw_mode mode;
	size_t bad;

	if (!file)
		return MW_MODE_NONE;
	cmdline[fread(cmdline, 1, sizeof(cmdline) - 1, file)] = '\0';
	mode = kernel_argument_parse(cmdline, &bad);
	if (bad)
		log_warning("kernel argument: '" ARGUMENT
			    "' is neither monitor nor enforce: IGNORED");
	return mode;
}
