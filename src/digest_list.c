// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest_list.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "memory_stream.h"

#define HEAD "# modwarden: "

static const char *const scope_names[] = {
	[DIGEST_SCOPE_NEEDED] = "needed",
	[DIGEST_SCOPE_ALL] = "all",
	[DIGEST_SCOPE_UNSIGNED] = "unsigned",
};

int digest_list_add(struct digest_list *list, const __u8 digest[MW_DIGEST_SIZE], const char *name)
{
	struct digest_line *line;

	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;
		struct digest_line *lines = reallocarray(list->lines, room, sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		list->lines = lines;
		list->room = room;
	}
	line = &list->lines[list->count];
	line->name = strdup(name);
	if (!line->name)
		return -ENOMEM;
	memcpy(line->digest, digest, sizeof(line->digest));
	list->count++;
	return 0;
}

static int line_compare(const void *a, const void *b)
{
	const struct digest_line *one = a, *other = b;

	return strcmp(one->name, other->name)
		       ?: memcmp(one->digest, other->digest, sizeof(one->digest));
}

void digest_list_sort(struct digest_list *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->lines, list->count, sizeof(*list->lines), line_compare);
	for (size_t i = 0; i < list->count; i++) {
		if (kept && !line_compare(&list->lines[kept - 1], &list->lines[i]))
			free(list->lines[i].name);
		else
			list->lines[kept++] = list->lines[i];
	}
	list->count = kept;
}

void digest_list_clear(struct digest_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->lines[i].name);
	free(list->lines);
	*list = (struct digest_list){};
}

/* Distributions have their own modules below kernel/, those of others beside it. */
static bool is_signed_by_distribution(const char *directory, const char *path,
				      const struct module_digest *digest)
{
	size_t length = strlen(directory);

	return digest->signature == MW_SIGNATURE_PRESENT && !strncmp(path, directory, length) &&
	       !strncmp(path + length, "/kernel/", strlen("/kernel/"));
}

static int add_module(const char *path, const struct module_digest *digest,
		      struct digest_list *stored, struct digest_list *elf)
{
	auto_free char *name = NULL;
	int error = digest_list_add(stored, digest->stored, path);

	if (error || digest->compression == COMPRESSION_NONE)
		return error;
	name = module_path_unpacked(path);
	return name ? digest_list_add(elf, digest->elf, name) : -ENOMEM;
}

int digest_list_of_tree(const char *directory, const struct tree_set *set,
			const struct module_digest *digests, enum digest_scope scope,
			struct digest_list *stored, struct digest_list *elf)
{
	int error = 0;

	for (size_t i = 0; i < set->count && !error; i++) {
		const char *path = set->modules[i]->path;

		if (scope != DIGEST_SCOPE_UNSIGNED ||
		    !is_signed_by_distribution(directory, path, &digests[i]))
			error = add_module(path, &digests[i], stored, elf);
	}
	digest_list_sort(stored);
	digest_list_sort(elf);
	return error;
}

/* coreutils' escapes: a backslash before the digest says that there are some. */
static void print_line(FILE *out, const struct digest_line *line)
{
	static const char special[] = "\\\n\r", escapes[] = "\\nr";
	char hex[DIGEST_HEX_SIZE];

	digest_format(line->digest, hex);
	fprintf(out, "%s%s  ", strpbrk(line->name, special) ? "\\" : "", hex);
	for (const char *c = line->name; *c; c++) {
		const char *found = strchr(special, *c);

		if (found)
			fprintf(out, "\\%c", escapes[found - special]);
		else
			fputc(*c, out);
	}
	fputc('\n', out);
}

int digest_list_write(const struct digest_list *list, const char *head, char **text, size_t *size)
{
	auto_free char *bytes = NULL;
	FILE *out = open_memstream(&bytes, size);
	bool has_failed;

	if (!out)
		return -ENOMEM;
	fputs(head, out);
	for (size_t i = 0; i < list->count; i++)
		print_line(out, &list->lines[i]);
	has_failed = ferror(out);
	if (memory_stream_close(out, &bytes) || has_failed)
		return -ENOMEM;
	*text = take_pointer(bytes);
	return 0;
}

char *digest_head_write(enum digest_scope scope, const char *release, bool is_elf)
{
	char *head;

	return asprintf(&head, HEAD "%s modules of %s%s\n", scope_names[scope], release,
			is_elf ? ", decompressed" : "") < 0
		       ? NULL
		       : head;
}

enum digest_scope digest_head_read(const char *text)
{
	if (strncmp(text, HEAD, strlen(HEAD)) != 0)
		return DIGEST_SCOPE_NONE;
	text += strlen(HEAD);
	for (enum digest_scope scope = DIGEST_SCOPE_NEEDED; scope <= DIGEST_SCOPE_UNSIGNED;
	     scope++) {
		size_t length = strlen(scope_names[scope]);

		if (!strncmp(text, scope_names[scope], length) && text[length] == ' ')
			return scope;
	}
	return DIGEST_SCOPE_NONE;
}
