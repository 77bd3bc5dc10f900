// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit_file.h"

#include "cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_SIZE_MAX (1 << 20)
#define DIRECTORY_MAX 4000

/* The first that has a file of the name counts. */
static const char *const directories[] = {
	"/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system",
};
#define DIRECTORIES (sizeof(directories) / sizeof(*directories))

static const char *const phase_keys[UNIT_PHASES] = {
	[UNIT_START_PRE] = "ExecStartPre",
	[UNIT_START] = "ExecStart",
	[UNIT_START_POST] = "ExecStartPost",
};

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void command_clear(struct unit_command *command)
{
	free(command->line);
	free(command->file);
}

void unit_file_clear(struct unit_file *unit)
{
	for (size_t i = 0; i < unit->command_count; i++)
		command_clear(&unit->commands[i]);
	for (size_t i = 0; i < unit->want_count; i++)
		free(unit->wants[i]);
	free(unit->path);
	free(unit->condition);
	*unit = (struct unit_file){};
}

/* An empty value takes back all before it. */
static void commands_reset(struct unit_file *unit, enum unit_phase phase)
{
	size_t kept = 0;

	for (size_t i = 0; i < unit->command_count; i++) {
		if (unit->commands[i].phase == phase)
			command_clear(&unit->commands[i]);
		else
			unit->commands[kept++] = unit->commands[i];
	}
	unit->command_count = kept;
}

static int command_add(struct unit_file *unit, enum unit_phase phase, const char *value,
		       const char *file)
{
	struct unit_command command = { phase, strdup(value), strdup(file) };

	if (!command.line || !command.file) {
		command_clear(&command);
		return -ENOMEM;
	}
	if (unit->command_count == UNIT_COMMANDS_MAX) {
		command_clear(&command);
		unit->is_partial = true;
		return 0;
	}
	unit->commands[unit->command_count++] = command;
	return 0;
}

static int wants_add(struct unit_file *unit, const char *value)
{
	auto_free char *copy = strdup(value);
	char *rest = copy, *word;

	if (!copy)
		return -ENOMEM;
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (unit->want_count == UNIT_WANTS_MAX) {
			unit->is_partial = true;
			return 0;
		}
		unit->wants[unit->want_count] = strdup(word);
		if (!unit->wants[unit->want_count++])
			return -ENOMEM;
	}
	return 0;
}

/* The units themselves ask whether audit is switched off at boot, which is looked at elsewhere. */
static int condition_add(struct unit_file *unit, const char *key, const char *value)
{
	if (unit->condition || !*value || !strcmp(value, "!audit=0") ||
	    !strcmp(value, "!audit=off") || !strcmp(value, "audit") || !strcmp(value, "!container"))
		return 0;
	return asprintf(&unit->condition, "%s=%s", key, value) < 0 ? -ENOMEM : 0;
}

static int assign(struct unit_file *unit, const char *section, const char *key, const char *value,
		  const char *file)
{
	static const char *const starters[] = { "Wants", "Requires", "BindsTo", "Requisite" };

	if (!strcmp(section, "[Service]"))
		for (enum unit_phase phase = 0; phase < UNIT_PHASES; phase++) {
			if (strcmp(key, phase_keys[phase]) != 0)
				continue;
			if (!*value)
				return commands_reset(unit, phase), 0;
			return command_add(unit, phase, value, file);
		}
	if (strcmp(section, "[Unit]") != 0)
		return 0;
	if (!strncmp(key, "Condition", 9) || !strncmp(key, "Assert", 6))
		return condition_add(unit, key, value);
	for (size_t i = 0; i < sizeof(starters) / sizeof(*starters); i++)
		if (!strcmp(key, starters[i]))
			return wants_add(unit, value);
	return 0;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t\r");
}

/* Joins lines that end in a backslash, without comments between them, as one with a space. */
static char *next_line(char **rest)
{
	char *line = strsep(rest, "\n");
	size_t length = line ? strlen(line) : 0;

	while (length && line[length - 1] == '\\' && *rest) {
		char *more = strsep(rest, "\n"), *at = more + strspn(more, " \t");

		if (*at == '#' || *at == ';')
			continue;
		line[length - 1] = ' ';
		memmove(line + length, more, strlen(more) + 1);
		length = strlen(line);
	}
	return line;
}

static int text_parse(struct unit_file *unit, char *text, const char *file)
{
	char section[32] = "";
	char *line;
	int r = 0;

	while (!r && (line = next_line(&text))) {
		char *value;

		line = trim(line);
		if (!*line || *line == '#' || *line == ';')
			continue;
		if (*line == '[') {
			snprintf(section, sizeof(section), "%s", line);
			continue;
		}
		value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = '\0';
		r = assign(unit, section, trim(line), trim(value), file);
	}
	return r;
}

/* What is there and cannot be read may say anything. */
static int unread(struct unit_file *unit, int error)
{
	unit->is_partial |= error && error != -ENOENT && error != -ENOTDIR;
	return error == -ENOMEM ? error : 0;
}

static int file_parse(struct unit_file *unit, const struct root *root, const char *path)
{
	auto_free char *text = NULL;
	size_t size;
	int r = root_read(root, path, UNIT_SIZE_MAX, &text, &size);

	if (r < 0)
		return unread(unit, r);
	return text_parse(unit, text, path);
}

/* The unit's own file: a link to /dev/null, or an empty one, masks it. */
static int main_read(struct unit_file *unit, const struct root *root, const char *name)
{
	for (size_t i = 0; i < DIRECTORIES; i++) {
		auto_free char *path = NULL, *target = NULL, *text = NULL;
		size_t size = 0;
		int r;

		if (asprintf(&path, "%s/%s", directories[i], name) < 0)
			return -ENOMEM;
		target = root_readlink(root, path);
		r = root_read(root, path, UNIT_SIZE_MAX, &text, &size);
		if ((r == -ENOENT || r == -ENOTDIR) && !target)
			continue;
		unit->path = strdup(path);
		unit->is_masked = (target && !strcmp(target, "/dev/null")) || (!r && !size);
		if (!unit->path)
			return -ENOMEM;
		return r ? unread(unit, r) : text_parse(unit, text, path);
	}
	return 0;
}

struct drop_in {
	char *name;
	const char *directory;
};

struct drop_ins {
	struct drop_in *list;
	size_t count;
};

static void drop_ins_clear(struct drop_ins *drop_ins)
{
	for (size_t i = 0; i < drop_ins->count; i++)
		free(drop_ins->list[i].name);
	free(drop_ins->list);
}

/* Of the same name the one from the first directory counts. */
static int drop_in_add(struct drop_ins *drop_ins, const char *name, const char *directory)
{
	size_t length = strlen(name);
	struct drop_in *more;

	if (length < 6 || strcmp(name + length - 5, ".conf") != 0 || *name == '.')
		return 0;
	for (size_t i = 0; i < drop_ins->count; i++)
		if (!strcmp(drop_ins->list[i].name, name))
			return 0;
	more = reallocarray(drop_ins->list, drop_ins->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	drop_ins->list = more;
	more[drop_ins->count] = (struct drop_in){ strdup(name), directory };
	return more[drop_ins->count].name ? (int)(drop_ins->count += 1, 0) : -ENOMEM;
}

static int drop_in_compare(const void *left, const void *right)
{
	return strcmp(((const struct drop_in *)left)->name, ((const struct drop_in *)right)->name);
}

static int drop_ins_list(struct unit_file *unit, struct drop_ins *drop_ins, const struct root *root,
			 const char *name)
{
	for (size_t i = 0; i < DIRECTORIES; i++) {
		auto_free char *path = NULL;
		char **names;
		size_t count;
		int r;

		if (asprintf(&path, "%s/%s.d", directories[i], name) < 0)
			return -ENOMEM;
		r = unread(unit, root_list(root, path, DIRECTORY_MAX, by_name, &names, &count));
		for (size_t n = 0; n < count && !r; n++)
			r = drop_in_add(drop_ins, names[n], directories[i]);
		names_free(names, count);
		if (r == -ENOMEM)
			return r;
	}
	return 0;
}

static int drop_ins_read(struct unit_file *unit, const struct root *root, const char *name)
{
	cleanup(drop_ins_clear) struct drop_ins drop_ins = {};
	int r = drop_ins_list(unit, &drop_ins, root, name);

	if (drop_ins.count)
		qsort(drop_ins.list, drop_ins.count, sizeof(*drop_ins.list), drop_in_compare);
	for (size_t i = 0; i < drop_ins.count && !r; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/%s.d/%s", drop_ins.list[i].directory, name,
			     drop_ins.list[i].name) < 0)
			return -ENOMEM;
		r = file_parse(unit, root, path);
	}
	return r;
}

/* A link in TARGET.wants or TARGET.requires, which is what `systemctl enable` makes. */
static int directory_wants(struct unit_file *unit, const struct root *root, const char *directory,
			   const char *name)
{
	char **names;
	size_t count;
	int r = unread(unit, root_list(root, directory, DIRECTORY_MAX, by_name, &names, &count));

	for (size_t i = 0; i < count && !r && !unit->is_wanted; i++) {
		const char *suffix = strrchr(names[i], '.');
		auto_free char *path = NULL, *target = NULL;

		if (!suffix || (strcmp(suffix, ".wants") != 0 && strcmp(suffix, ".requires") != 0))
			continue;
		if (asprintf(&path, "%s/%s/%s", directory, names[i], name) < 0) {
			r = -ENOMEM;
			break;
		}
		target = root_readlink(root, path);
		unit->is_wanted = target ? strcmp(target, "/dev/null") != 0 : root_has(root, path);
	}
	names_free(names, count);
	return r;
}

/* Those of a phase stay in their order. */
static void commands_sort(struct unit_file *unit)
{
	struct unit_command sorted[UNIT_COMMANDS_MAX];
	size_t count = 0;

	for (enum unit_phase phase = 0; phase < UNIT_PHASES; phase++)
		for (size_t i = 0; i < unit->command_count; i++)
			if (unit->commands[i].phase == phase)
				sorted[count++] = unit->commands[i];
	memcpy(unit->commands, sorted, count * sizeof(*sorted));
}

int unit_file_read(struct unit_file *unit, const struct root *root, const char *name)
{
	int r;

	*unit = (struct unit_file){};
	r = main_read(unit, root, name);
	if (!r && unit->path)
		r = drop_ins_read(unit, root, name);
	commands_sort(unit);
	for (size_t i = 0; i < DIRECTORIES && !r && !unit->is_wanted; i++)
		r = directory_wants(unit, root, directories[i], name);
	return r;
}

bool unit_file_wants(const struct unit_file *unit, const char *name)
{
	for (size_t i = 0; i < unit->want_count; i++)
		if (!strcmp(unit->wants[i], name))
			return true;
	return false;
}
