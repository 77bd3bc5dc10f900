// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_rules_file.h"

#include "cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* The order of a character in a version: the end, then '~', digits, letters, all else. */
static int rank(const char *text, size_t at, size_t size)
{
	unsigned char c = at < size ? (unsigned char)text[at] : 0;

	if (at >= size || isdigit(c))
		return 0;
	if (isalpha(c))
		return c;
	return c == '~' ? -1 : c + UINT8_MAX + 1;
}

/* Texts and numbers by turns, as Debian compares versions. */
static int parts_compare(const char *left, size_t left_size, const char *right, size_t right_size)
{
	size_t l = 0, r = 0;

	while (l < left_size || r < right_size) {
		int first = 0;

		while ((l < left_size && !isdigit((unsigned char)left[l])) ||
		       (r < right_size && !isdigit((unsigned char)right[r]))) {
			int difference = rank(left, l, left_size) - rank(right, r, right_size);

			if (difference)
				return difference;
			l++;
			r++;
		}
		while (l < left_size && left[l] == '0')
			l++;
		while (r < right_size && right[r] == '0')
			r++;
		while (l < left_size && r < right_size && isdigit((unsigned char)left[l]) &&
		       isdigit((unsigned char)right[r])) {
			first = first ?: left[l] - right[r];
			l++;
			r++;
		}
		if (l < left_size && isdigit((unsigned char)left[l]))
			return 1;
		if (r < right_size && isdigit((unsigned char)right[r]))
			return -1;
		if (first)
			return first;
	}
	return 0;
}

/* Without suffixes like ".rules.bak". */
static size_t stem_size(const char *name)
{
	size_t stem = strlen(name), at = stem;

	while (at > 0) {
		size_t end = at;

		while (at > 0 && (isalnum((unsigned char)name[at - 1]) || name[at - 1] == '~'))
			at--;
		if (at == 0 || at == end || name[at - 1] != '.' ||
		    !(isalpha((unsigned char)name[at]) || name[at] == '~'))
			break;
		stem = --at;
	}
	return stem ?: strlen(name);
}

int version_compare(const void *left, const void *right)
{
	const char *l = *(char *const *)left, *r = *(char *const *)right;
	int difference = parts_compare(l, stem_size(l), r, stem_size(r));

	return difference ?: parts_compare(l, strlen(l), r, strlen(r)) ?: strcmp(l, r);
}

void audit_rules_file_clear(struct audit_rules_file *file)
{
	free(file->path);
	free(file->text);
	free(file->lines);
}

void audit_rules_files_clear(struct audit_rules_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		audit_rules_file_clear(&files->list[i]);
	free(files->list);
	names_free(files->other, files->other_count);
	*files = (struct audit_rules_files){};
}

int audit_rules_file_read(struct audit_rules_file *file, const struct root *root, const char *path)
{
	*file = (struct audit_rules_file){ .path = strdup(path) };
	if (!file->path)
		return -ENOMEM;
	file->error = root_read(root, path, AUDIT_RULES_FILE_MAX, &file->text, &file->size);
	if (file->error)
		return file->error == -ENOMEM ? -ENOMEM : 0;
	file->lines = malloc(file->size + 1);
	if (!file->lines)
		return -ENOMEM;
	memcpy(file->lines, file->text, file->size + 1);
	for (size_t i = 0; i < file->size; i++)
		if (file->lines[i] == '\n')
			file->lines[i] = '\0';
	return 0;
}

bool is_rules_name(const char *name)
{
	size_t length = strlen(name);

	return length >= 6 && !strcmp(name + length - 6, ".rules");
}

static int add(struct audit_rules_files *files, const struct root *root, const char *name)
{
	auto_free char *path = NULL;
	struct audit_rules_file *more = reallocarray(files->list, files->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	files->list = more;
	if (asprintf(&path, AUDIT_RULES_DIR "/%s", name) < 0)
		return -ENOMEM;
	return audit_rules_file_read(&more[files->count++], root, path);
}

static int add_other(struct audit_rules_files *files, char **name)
{
	char **more = reallocarray(files->other, files->other_count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	files->other = more;
	more[files->other_count++] = take_pointer(*name);
	return 0;
}

int audit_rules_files_read(struct audit_rules_files *files, const struct root *root)
{
	char **names;
	size_t count;
	int r = 0;

	*files = (struct audit_rules_files){};
	files->error = root_list(root, AUDIT_RULES_DIR, AUDIT_RULES_FILES_MAX, version_compare,
				 &names, &count);
	if (files->error == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < count && !r; i++)
		r = is_rules_name(names[i]) && *names[i] != '.' ? add(files, root, names[i])
								: add_other(files, &names[i]);
	names_free(names, count);
	return r;
}

/* Lines one after another: a NUL within a line ends it for auditctl, and the rest is not read. */
struct reader {
	const struct audit_rules_file *file;
	size_t at;
	unsigned int line;
};

static bool next_line(struct reader *reader, struct audit_source *source)
{
	const struct audit_rules_file *file = reader->file;
	const char *end;

	if (!file->text || reader->at >= file->size)
		return false;
	end = memchr(file->text + reader->at, '\n', file->size - reader->at);
	*source = (struct audit_source){ file->path, ++reader->line, file->lines + reader->at };
	reader->at = end ? (size_t)(end - file->text) + 1 : file->size;
	return true;
}

int audit_rules_load_file(struct audit_rules *rules, const struct audit_rules_file *file,
			  const struct audit_arch *arch)
{
	struct reader reader = { .file = file };
	struct audit_source source;
	size_t lines = 0;
	int r = 0;

	while (!r && !rules->has_stopped && next_line(&reader, &source)) {
		if (*source.text && *source.text != '#' && ++lines > AUDIT_RULES_LINES_MAX)
			return -E2BIG;
		r = audit_rules_take(rules, &source, arch);
	}
	return r;
}

/* What augenrules moves to the front or to the end: the last one of each counts. */
enum moved {
	MOVED_CLEAR,
	MOVED_BACKLOG,
	MOVED_FAILURE,
	MOVED_ENABLED,
	MOVED,
	STAYS,
	DROPPED,
};

static enum moved sort_line(const char *text)
{
	size_t blank = strspn(text, " \t\r\f\v");

	if (!*text || text[blank] == '#')
		return DROPPED;
	text += blank;
	if (!strncmp(text, "-e", 2))
		return MOVED_ENABLED;
	if (!strncmp(text, "-f", 2))
		return MOVED_FAILURE;
	if (!strncmp(text, "-b", 2))
		return MOVED_BACKLOG;
	if (!strncmp(text, "-D", 2) && !text[2 + strspn(text + 2, " \t\r\f\v")])
		return MOVED_CLEAR;
	return STAYS;
}

/* Finds what is moved; with rules, lets auditctl take what stays. */
static int pass(const struct audit_rules_files *files, struct audit_source moved[MOVED],
		struct audit_rules *rules, const struct audit_arch *arch)
{
	size_t lines = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct reader reader = { .file = &files->list[i] };
		struct audit_source source;

		while (next_line(&reader, &source)) {
			enum moved kind = sort_line(source.text);
			int r = 0;

			if (kind != DROPPED && ++lines > AUDIT_RULES_LINES_MAX)
				return -E2BIG;
			if (kind < MOVED)
				moved[kind] = source;
			else if (kind == STAYS && rules)
				r = audit_rules_take(rules, &source, arch);
			if (r)
				return r;
		}
	}
	return 0;
}

int audit_rules_load_merged(struct audit_rules *rules, const struct audit_rules_files *files,
			    const struct audit_arch *arch)
{
	struct audit_source moved[MOVED] = {};
	int r = pass(files, moved, NULL, arch);

	for (enum moved kind = 0; kind < MOVED_ENABLED && !r; kind++)
		if (moved[kind].text)
			r = audit_rules_take(rules, &moved[kind], arch);
	if (!r)
		r = pass(files, moved, rules, arch);
	if (!r && moved[MOVED_ENABLED].text)
		r = audit_rules_take(rules, &moved[MOVED_ENABLED], arch);
	return r;
}
