// SPDX-License-Identifier: GPL-2.0-or-later
#include "yaml_place.h"

#include <stdio.h>
#include <string.h>

int yaml_place_parse(struct yaml_tree **tree, const char *text)
{
	struct diags diags = {};
	int error = yaml_tree_parse(tree, "policy", text, strlen(text), &diags);

	diags_clear(&diags);
	return error;
}

const char *yaml_place_line(const char *text, unsigned int line)
{
	while (*text && --line) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

/* Columns are counted in characters. */
const char *yaml_place(const char *text, const struct yaml_tree *node)
{
	const char *at = yaml_place_line(text, node->line);

	for (unsigned int column = 1; column < node->column && *at; column++)
		do
			at++;
		while ((*at & 0xc0) == 0x80);
	return at;
}

char *yaml_place_splice(const char *text, const char *from, const char *to, const char *with)
{
	char *result;

	return asprintf(&result, "%.*s%s%s", (int)(from - text), text, with, to) < 0 ? NULL
										     : result;
}
