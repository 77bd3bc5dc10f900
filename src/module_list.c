// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "trusted_file.h"

#define PROC_MODULES  "/proc/modules"
#define SYSFS_MODULE  "/sys/module"
#define PROC_SIZE_MAX (4U << 20)

/* By bit, as taint_flags[] of kernel/panic.c has them. */
static const char taint_letters[] = "PFSRMBUDAWCIOELKXTNJ";

uint64_t module_taints_parse(const char *letters, size_t length)
{
	uint64_t taints = 0;

	for (size_t i = 0; i < length; i++) {
		const char *at = letters[i] ? strchr(taint_letters, letters[i]) : NULL;

		if (at)
			taints |= 1ULL << (at - taint_letters);
	}
	return taints;
}

static int sight_compare(const void *a, const void *b)
{
	return strcmp(((const struct module_sight *)a)->name,
		      ((const struct module_sight *)b)->name);
}

static void list_sort(struct module_list *list)
{
	if (list->count)
		qsort(list->sights, list->count, sizeof(*list->sights), sight_compare);
}

static struct module_sight *list_find(const struct module_list *list, const char *name,
				      size_t sorted)
{
	struct module_sight key = {};

	if (!sorted || strlen(name) >= sizeof(key.name))
		return NULL;
	strcpy(key.name, name);
	return bsearch(&key, list->sights, sorted, sizeof(key), sight_compare);
}

const struct module_sight *module_list_find(const struct module_list *list, const char *name)
{
	return list_find(list, name, list->count);
}

static int list_add(struct module_list *list, const struct module_sight *sight)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;
		struct module_sight *sights =
			reallocarray(list->sights, room, sizeof(*list->sights));

		if (!sights)
			return -ENOMEM;
		list->sights = sights;
		list->room = room;
	}
	list->sights[list->count++] = *sight;
	return 0;
}

/* The last word of a line, which is cut off it. */
static const char *last_word(const char *line, size_t *length, size_t *word_length)
{
	const char *space;

	while (*length && line[*length - 1] == ' ')
		--*length;
	space = memrchr(line, ' ', *length);
	if (!space)
		return NULL;
	*word_length = line + *length - (space + 1);
	*length = space - line;
	return space + 1;
}

static bool word_is(const char *word, size_t length, const char *expected)
{
	return length == strlen(expected) && !memcmp(word, expected, length);
}

/*
 * "NAME SIZE USES USERS STATE ADDRESS (TAINTS)", the last one only where there are any. The users
 * are names of modules, too, so what stands behind them is looked for from the end.
 */
static bool line_parse(struct module_sight *sight, const char *line, size_t length)
{
	const char *space = memchr(line, ' ', length);
	size_t name_length = space ? (size_t)(space - line) : 0, word_length = 0;
	const char *word = last_word(line, &length, &word_length);

	*sight = (struct module_sight){ .listed = true };
	if (word && word_length > 1 && *word == '(') {
		sight->taints = module_taints_parse(word + 1, word_length - 2);
		word = last_word(line, &length, &word_length);
	}
	if (word)
		word = last_word(line, &length, &word_length);
	if (!word || !name_length || name_length >= sizeof(sight->name))
		return false;
	if (!word_is(word, word_length, "Live")) {
		sight->changing = word_is(word, word_length, "Loading") ||
				  word_is(word, word_length, "Unloading");
		if (!sight->changing)
			return false;
	}
	memcpy(sight->name, line, name_length);
	/* As sysfs calls it. */
	for (char *c = sight->name; (c = strchr(c, '/'));)
		*c = '!';
	return true;
}

static int add_lines(struct module_list *list, const char *text)
{
	int error = 0;

	while (*text && !error) {
		size_t length = strcspn(text, "\n");
		struct module_sight sight;

		if (line_parse(&sight, text, length))
			error = list_add(list, &sight);
		text += length + !!text[length];
	}
	return error;
}

/* The kernel gives the file in pieces: what comes before a piece may be in it once more. */
static void drop_doubles(struct module_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!kept || sight_compare(&list->sights[kept - 1], &list->sights[i]) != 0)
			list->sights[kept++] = list->sights[i];
	list->count = kept;
}

static bool says_live(int sysfs, const char *name)
{
	char path[MW_NAME_SIZE + sizeof("/initstate")];
	char word[8] = {};
	auto_close int fd = -1;

	snprintf(path, sizeof(path), "%s/initstate", name);
	fd = openat(sysfs, path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, word, sizeof(word) - 1) > 0 && !strcmp(word, "live\n");
}

static int add_directory(struct module_list *list, size_t listed, int sysfs, const char *name,
			 bool is_thorough)
{
	struct module_sight *sight = list_find(list, name, listed);
	struct module_sight fresh = { .in_sysfs = true };

	if (sight) {
		sight->in_sysfs = true;
		return 0;
	}
	if (*name == '.' || strlen(name) >= sizeof(fresh.name))
		return 0;
	strcpy(fresh.name, name);
	fresh.live = is_thorough && says_live(sysfs, name);
	return list_add(list, &fresh);
}

static void cleanup_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static int add_directories(struct module_list *list, int sysfs, bool is_thorough)
{
	auto_close int fd = openat(sysfs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup(cleanup_directory) DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	size_t listed = list->count;
	struct dirent *entry;
	int error;

	if (!directory)
		return -errno;
	take_fd(fd);
	do {
		errno = 0;
		entry = readdir(directory);
		error = entry ? add_directory(list, listed, sysfs, entry->d_name, is_thorough)
			      : -errno;
	} while (entry && !error);
	return error;
}

int module_list_read(struct module_list *list, const char *proc, int sysfs, bool is_thorough)
{
	int error;

	list->count = 0;
	error = add_lines(list, proc);
	if (error)
		return error;
	list_sort(list);
	drop_doubles(list);
	error = add_directories(list, sysfs, is_thorough);
	list_sort(list);
	return error;
}

int module_list_look(struct module_list *list, bool is_thorough)
{
	auto_close int sysfs = open(SYSFS_MODULE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *proc = NULL;
	size_t size;
	int error;

	if (sysfs < 0)
		return -errno;
	error = file_read(PROC_MODULES, PROC_SIZE_MAX, &proc, &size);
	return error ?: module_list_read(list, proc, sysfs, is_thorough);
}

void module_list_clear(struct module_list *list)
{
	free(list->sights);
	*list = (struct module_list){};
}
