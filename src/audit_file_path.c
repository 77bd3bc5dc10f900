// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_file.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define CONFIG     "/etc/audit/auditd.conf"
#define CONFIG_MAX (256U << 10)
#define LOG_FILE   "/var/log/audit/audit.log"
#define SPACE      " \t\r\n"

struct setting {
	char *name;
	char *value; /* "" where there is none */
};

/* auditd.conf(5): "name = value", and what begins with '#' is for people. */
static bool setting_parse(char *line, struct setting *setting)
{
	char *equals = strchr(line, '='), *state;

	setting->name = line + strspn(line, SPACE);
	if (!equals || *setting->name == '#')
		return false;
	*equals = '\0';
	setting->name = strtok_r(setting->name, SPACE, &state);
	setting->value = strtok_r(equals + 1, SPACE, &state) ?: equals;
	return setting->name;
}

static FILE *open_config(const char *config)
{
	int fd = open(config, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	FILE *file;

	if (fd < 0)
		return NULL;
	file = !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= CONFIG_MAX ? fdopen(fd, "r")
										  : NULL;
	if (!file)
		close(fd);
	return file;
}

int audit_file_path(const char *config, char **path)
{
	auto_fclose FILE *file = open_config(config ?: CONFIG);
	auto_free char *found = strdup(LOG_FILE);
	auto_free char *line = NULL;
	struct setting setting;
	size_t room = 0;
	bool writes = true;

	while (found && file && getline(&line, &room, file) >= 0) {
		if (!setting_parse(line, &setting))
			continue;
		if (!strcasecmp(setting.name, "write_logs"))
			writes = strcasecmp(setting.value, "no") != 0;
		else if (!strcasecmp(setting.name, "log_format"))
			writes = writes && strcasecmp(setting.value, "nolog") != 0;
		else if (!strcasecmp(setting.name, "log_file") && *setting.value == '/') {
			free(found);
			found = strdup(setting.value);
		}
	}
	if (!found)
		return -ENOMEM;
	if (!writes)
		return -ENODATA;
	*path = take_pointer(found);
	return 0;
}
