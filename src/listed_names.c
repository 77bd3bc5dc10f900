// SPDX-License-Identifier: GPL-2.0-or-later
#include "listed_names.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "compressed.h"
#include "digest.h"
#include "digest_file.h"
#include "trusted_file.h"

#define HEX_DIGITS (DIGEST_HEX_SIZE - 1)

static void cleanup_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* "DIGEST  NAME", perhaps with a backslash before it; names that are no module's are passed over.
 */
static int take_line(struct listed_names *listed, const char *line)
{
	__u8 digest[MW_DIGEST_SIZE];
	auto_free char *name = NULL;
	char hex[DIGEST_HEX_SIZE];

	line += *line == '\\';
	if (strlen(line) < HEX_DIGITS + 3 || digest_parse(line, HEX_DIGITS, digest) ||
	    !module_path_is(line + HEX_DIGITS + 2))
		return 0;
	name = module_path_name(line + HEX_DIGITS + 2);
	digest_format(digest, hex);
	if (!name || json_object_set_new_nocheck(listed->names, name, json_true()) ||
	    json_object_set_new_nocheck(listed->by_digest, hex, json_string_nocheck(name)))
		return -ENOMEM;
	return 0;
}

static int take_text(struct listed_names *listed, char *text)
{
	int error = 0;

	for (char *line; !error && (line = strsep(&text, "\n"));)
		error = take_line(listed, line);
	return error;
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length > strlen(end) && !strcmp(text + length - strlen(end), end);
}

/* How much of the rest a scope has. */
static int width(enum digest_scope scope)
{
	static const int widths[] = {
		[DIGEST_SCOPE_NONE] = 0,
		[DIGEST_SCOPE_UNSIGNED] = 1,
		[DIGEST_SCOPE_NEEDED] = 2,
		[DIGEST_SCOPE_ALL] = 3,
	};

	return widths[scope];
}

/* As it is or compressed; text ends in a NUL. */
static int read_text(const char *path, char **text)
{
	auto_free char *stored = NULL;
	auto_free void *unpacked = NULL;
	size_t stored_size, size;
	int error = file_read(path, DIGEST_FILE_MAX, &stored, &stored_size);

	error = error ?: decompress(stored, stored_size, DIGEST_FILE_MAX, &unpacked, &size, NULL);
	if (error)
		return error;
	*text = strndup(unpacked, size);
	return *text ? 0 : -ENOMEM;
}

static int take_file(struct listed_names *listed, const char *directory, const char *name)
{
	bool is_elf = ends_in(name, DIGEST_ELF DIGEST_SUFFIX);
	auto_free char *path = NULL, *text = NULL, *release = NULL;
	enum digest_scope scope;
	int error;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	error = read_text(path, &text);
	if (error)
		return error;
	scope = digest_head_read(text);
	release = strndup(name,
			  strlen(name) - strlen(DIGEST_SUFFIX) - (is_elf ? strlen(DIGEST_ELF) : 0));
	if (!release ||
	    (scope && json_object_set_new_nocheck(listed->releases, release, json_true())))
		return -ENOMEM;
	listed->others += !scope;
	if (width(scope) > width(listed->scope))
		listed->scope = scope;
	return take_text(listed, text);
}

int listed_names_read(struct listed_names *listed, const char *path)
{
	cleanup(cleanup_directory) DIR *directory = opendir(path);
	const struct dirent *entry;
	int error = 0;

	*listed = (struct listed_names){
		.names = json_object(),
		.by_digest = json_object(),
		.releases = json_object(),
	};
	if (!listed->names || !listed->by_digest || !listed->releases)
		return -ENOMEM;
	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (errno = 0, entry = readdir(directory)))
		if (entry->d_name[0] != '.' && ends_in(entry->d_name, DIGEST_SUFFIX))
			error = take_file(listed, path, entry->d_name);
	return error ?: -errno;
}

int listed_names_add(struct listed_names *listed, const char *path)
{
	auto_free char *text = NULL;
	int error = read_text(path, &text);

	return error ?: take_text(listed, text);
}

void listed_names_clear(struct listed_names *listed)
{
	json_decref(listed->names);
	json_decref(listed->by_digest);
	json_decref(listed->releases);
	*listed = (struct listed_names){};
}
