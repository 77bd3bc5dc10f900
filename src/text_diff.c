// SPDX-License-Identifier: GPL-2.0-or-later
#include "text_diff.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"

#define CONTEXT 3

/* Lines of a text; the newline belongs to its line. */
struct lines {
	const char **starts; /* count + 1 of them: the last one is the end */
	size_t count;
};

static bool lines_split(struct lines *lines, const char *text)
{
	size_t count = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		count++;
	lines->count = 0;
	lines->starts = calloc(count + 1, sizeof(*lines->starts));
	if (!lines->starts)
		return false;
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		lines->starts[lines->count++] = text;
	lines->starts[lines->count] = text;
	return true;
}

static size_t line_size(const struct lines *lines, size_t index)
{
	return (size_t)(lines->starts[index + 1] - lines->starts[index]);
}

static bool same_line(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	return line_size(a, i) == line_size(b, j) &&
	       !memcmp(a->starts[i], b->starts[j], line_size(a, i));
}

static void line_print(FILE *out, const struct lines *lines, size_t index, char mark, bool colour)
{
	const char *style = mark == '+' ? "\033[32m" : mark == '-' ? "\033[31m" : "";
	size_t size = line_size(lines, index);
	bool ended = size && lines->starts[index][size - 1] == '\n';
	auto_free char *line = strndup(lines->starts[index], size - ended);
	auto_free char *safe = colour && line ? text_sanitize(line) : NULL;

	fprintf(out, "%s%c%s%s\n", colour ? style : "", mark, (safe ?: line) ?: "",
		colour && *style ? "\033[0m" : "");
	if (!ended)
		fputs("\\ No newline at end of file\n", out);
}

static void lines_print(FILE *out, const struct lines *lines, size_t from, size_t to, char mark,
			bool colour)
{
	for (size_t i = from; i < to; i++)
		line_print(out, lines, i, mark, colour);
}

/* As patch(1) wants it, an empty side begins at the line before. */
static size_t first_line(size_t from, size_t count)
{
	return count ? from + 1 : from;
}

static void hunk_print(FILE *out, const struct lines *a, const struct lines *b, size_t head,
		       size_t tail, bool colour)
{
	size_t before = head < CONTEXT ? head : CONTEXT, after = tail < CONTEXT ? tail : CONTEXT;
	size_t begin = head - before, a_end = a->count - tail, b_end = b->count - tail;

	fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", first_line(begin, a_end + after - begin),
		a_end + after - begin, first_line(begin, b_end + after - begin),
		b_end + after - begin);
	lines_print(out, a, begin, head, ' ', colour);
	lines_print(out, a, head, a_end, '-', colour);
	lines_print(out, b, head, b_end, '+', colour);
	lines_print(out, a, a_end, a_end + after, ' ', colour);
}

void text_diff(FILE *out, const char *path, const char *from, const char *to, bool colour)
{
	struct lines a = {}, b = {};
	size_t head = 0, tail = 0;

	if (strcmp(from, to) != 0 && lines_split(&a, from) && lines_split(&b, to)) {
		size_t most = a.count < b.count ? a.count : b.count;

		while (head < most && same_line(&a, head, &b, head))
			head++;
		while (tail < most - head &&
		       same_line(&a, a.count - tail - 1, &b, b.count - tail - 1))
			tail++;
		fprintf(out, "--- %s\n+++ %s\n", path, path);
		hunk_print(out, &a, &b, head, tail, colour);
	}
	free(a.starts);
	free(b.starts);
}
