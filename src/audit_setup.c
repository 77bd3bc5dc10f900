// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_setup.h"

#include "cleanup.h"
#include "unit_file.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define AUDITD      "auditd.service"
#define AUDIT_RULES "audit-rules.service"
#define TEXT_MAX    65536
#define ENTRIES_MAX 200
#define ENTRIES     "/boot/loader/entries"
#define AUDITD_CONF "/etc/audit/auditd.conf"

void audit_setup_clear(struct audit_setup *setup)
{
	for (size_t i = 0; i < setup->count; i++) {
		free(setup->steps[i].text);
		free(setup->steps[i].unit);
	}
	*setup = (struct audit_setup){};
}

/* As the kernel reads it: off and on are words, and every number but 0 is on. The last one counts.
 */
int audit_argument_parse(const char *arguments)
{
	int answer = -1;

	for (const char *at = arguments; (at = strstr(at, "audit=")); at += 6) {
		if (at > arguments && !isspace((unsigned char)at[-1]) && at[-1] != '"' &&
		    at[-1] != '\'')
			continue;
		if (!strncmp(at + 6, "off", 3))
			answer = 0;
		else if (!strncmp(at + 6, "on", 2))
			answer = 1;
		else
			answer = strtol(at + 6, NULL, 0) != 0;
	}
	return answer;
}

/* What is there and cannot be read may say anything. */
static void unread(const char *path, int error, struct audit_findings *findings)
{
	if (!error || error == -ENOENT || error == -ENOTDIR)
		return;
	finding_add(findings, AUDIT_ERROR, "unreadable", error == -EACCES ? "run it as root" : NULL,
		    "cannot read '%s': %s", path, strerror(-error));
}

static void boot_check(struct audit_setup *setup, const struct root *root, const char *path,
		       const char *only, struct audit_findings *findings)
{
	auto_free char *text = NULL;
	const char *at;
	size_t size;
	int r = root_read(root, path, TEXT_MAX, &text, &size);

	unread(path, r, findings);
	if (r)
		return;
	at = only ? strstr(text, only) : text;
	if (!at)
		return;
	switch (audit_argument_parse(at)) {
	case 0:
		finding_add(findings, AUDIT_ERROR, "boot_off",
			    "take audit=0 away from the kernel's arguments, and restart",
			    "the kernel argument audit=0 in '%s' switches audit off", path);
		break;
	case 1:
		setup->is_switched_on = true;
		break;
	}
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int arguments_check(struct audit_setup *setup, const struct root *root,
			   struct audit_findings *findings)
{
	char **names;
	size_t count;
	int r;

	boot_check(setup, root, "/proc/cmdline", NULL, findings);
	boot_check(setup, root, "/etc/kernel/cmdline", NULL, findings);
	boot_check(setup, root, "/etc/default/grub", "GRUB_CMDLINE_LINUX", findings);
	r = root_list(root, ENTRIES, ENTRIES_MAX, by_name, &names, &count);
	unread(ENTRIES, r, findings);
	for (size_t i = 0; i < count && r != -ENOMEM; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, ENTRIES "/%s", names[i]) < 0)
			r = -ENOMEM;
		else
			boot_check(setup, root, path, "options", findings);
	}
	names_free(names, count);
	return r == -ENOMEM ? r : 0;
}

static int step_add(struct audit_setup *setup, enum audit_step_kind kind, const char *text,
		    const struct unit_command *command)
{
	struct audit_step *step = &setup->steps[setup->count];

	if (setup->count == AUDIT_STEPS_MAX)
		return 0;
	*step = (struct audit_step){ kind, strdup(text), strdup(command->file) };
	setup->count++;
	return step->text && step->unit ? 0 : -ENOMEM;
}

static int augenrules_take(struct audit_setup *setup, const struct unit_command *command,
			   const char *options, struct audit_findings *findings)
{
	if (strstr(options, "--load"))
		return step_add(setup, AUDIT_STEP_MERGED, "", command);
	finding_add(findings, AUDIT_WARNING, "loads_nothing", "write augenrules --load there",
		    "'%s' in '%s' puts the rules together and does not load them", command->line,
		    command->file);
	return 0;
}

static int auditctl_take(struct audit_setup *setup, const struct unit_command *command,
			 const char *options)
{
	if (!strncmp(options, "-R", 2))
		return step_add(setup, AUDIT_STEP_FILE, options + 2 + strspn(options + 2, " \t"),
				command);
	return step_add(setup, AUDIT_STEP_LINE, options, command);
}

/* auditd -s: what becomes of the switch when it starts. */
static void auditd_take(struct audit_setup *setup, const struct unit_command *command,
			const char *options, struct audit_findings *findings)
{
	const char *at = strstr(options, "-s");
	const char *state = at ? at + 2 + strspn(at + 2, " =\t") : "enable";

	setup->has_daemon = true;
	if (!strncmp(state, "disable", 7))
		finding_add(findings, AUDIT_ERROR, "daemon_disables", "take -s disable away there",
			    "'%s' in '%s' switches audit off", command->line, command->file);
	else if (strncmp(state, "nochange", 8) != 0)
		setup->is_switched_on = true;
}

static int command_take(struct audit_setup *setup, const struct unit_command *command,
			struct audit_findings *findings)
{
	const char *line = command->line + strspn(command->line, "-@:+!| \t\"'");
	size_t length = strcspn(line, " \t\"'");
	const char *options = line + length + strspn(line + length, " \t\"'");
	auto_free char *path = strndup(line, length);
	const char *program = path && strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	if (!path)
		return -ENOMEM;
	if (!strcmp(program, "augenrules"))
		return augenrules_take(setup, command, options, findings);
	if (!strcmp(program, "auditctl"))
		return auditctl_take(setup, command, options);
	if (!strcmp(program, "auditd"))
		auditd_take(setup, command, options, findings);
	else if (strstr(options, "auditctl") || strstr(options, "augenrules"))
		finding_add(findings, AUDIT_ERROR, "not_understood",
			    "call augenrules --load there, without a shell around it",
			    "what '%s' in '%s' does to the rules cannot be told", command->line,
			    command->file);
	return 0;
}

static int unit_take(struct audit_setup *setup, const struct unit_file *unit, const char *name,
		     struct audit_findings *findings)
{
	int r = 0;

	for (size_t i = 0; i < unit->command_count && !r; i++)
		r = command_take(setup, &unit->commands[i], findings);
	if (unit->condition)
		finding_add(findings, AUDIT_WARNING, "condition", NULL,
			    "%s starts only under the condition %s, which is not looked at", name,
			    unit->condition);
	if (unit->is_partial)
		finding_add(findings, AUDIT_ERROR, "not_understood",
			    "run it as root; make it smaller",
			    "%s has more, or drop-ins, that could not be read", name);
	return r;
}

/* Whether it starts at boot. */
static bool unit_starts(const struct unit_file *unit, bool is_wanted, const char *name,
			struct audit_findings *findings)
{
	auto_free char *remedy = NULL;

	if (!unit->path)
		return false;
	if (asprintf(&remedy, "systemctl %s %s", unit->is_masked ? "unmask" : "enable", name) < 0)
		remedy = NULL;
	if (unit->is_masked)
		finding_add(findings, AUDIT_ERROR, "masked", remedy, "%s is masked ('%s')", name,
			    unit->path);
	else if (!is_wanted)
		finding_add(findings, AUDIT_ERROR, "not_enabled", remedy,
			    "%s is not enabled: nothing starts it at boot", name);
	return !unit->is_masked && is_wanted;
}

static void loaders_check(const struct audit_setup *setup, bool has_units,
			  struct audit_findings *findings)
{
	for (size_t i = 0; i < setup->count; i++)
		if (setup->steps[i].kind != AUDIT_STEP_LINE)
			return;
	if (has_units)
		finding_add(
			findings, AUDIT_ERROR, "no_loader",
			"give auditd.service an ExecStartPost=-/sbin/augenrules --load, or start "
			"audit-rules.service",
			"no unit loads the audit rules at boot");
	else
		finding_add(findings, AUDIT_ERROR, "no_daemon",
			    "install the package audit (auditd), and enable it",
			    "there is neither " AUDITD " nor " AUDIT_RULES
			    ": nothing loads the rules");
}

static int units_check(struct audit_setup *setup, const struct root *root,
		       struct audit_findings *findings)
{
	cleanup(unit_file_clear) struct unit_file auditd = {}, rules = {};
	bool starts = false;
	int r = unit_file_read(&auditd, root, AUDITD);

	r = r ?: unit_file_read(&rules, root, AUDIT_RULES);
	if (!r && unit_starts(&auditd, auditd.is_wanted, AUDITD, findings)) {
		starts = true;
		r = unit_take(setup, &auditd, AUDITD, findings);
	}
	if (!r && unit_starts(&rules,
			      rules.is_wanted || (starts && unit_file_wants(&auditd, AUDIT_RULES)),
			      AUDIT_RULES, findings))
		r = unit_take(setup, &rules, AUDIT_RULES, findings);
	if (!r)
		loaders_check(setup, auditd.path || rules.path, findings);
	return r;
}

/* "local_events = no" */
static bool setting_is(const char *text, const char *name, const char *value)
{
	size_t length = strlen(name);
	bool is = false;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		const char *at = text + strspn(text, " \t");

		if (strncasecmp(at, name, length) != 0)
			continue;
		at += length + strspn(at + length, " \t");
		if (*at++ != '=')
			continue;
		at += strspn(at, " \t");
		is = !strncasecmp(at, value, strlen(value)) &&
		     !isalnum((unsigned char)at[strlen(value)]);
	}
	return is;
}

static void configuration_check(const struct root *root, struct audit_findings *findings)
{
	auto_free char *text = NULL;
	size_t size;
	int r = root_read(root, AUDITD_CONF, TEXT_MAX, &text, &size);

	unread(AUDITD_CONF, r, findings);
	if (r)
		return;
	if (setting_is(text, "local_events", "no"))
		finding_add(
			findings, AUDIT_ERROR, "no_local_events", "set it to yes",
			"local_events = no in '/etc/audit/auditd.conf': auditd takes no records of "
			"this machine");
	if (setting_is(text, "write_logs", "no"))
		finding_add(findings, AUDIT_WARNING, "no_log", "set it to yes",
			    "write_logs = no in '/etc/audit/auditd.conf': no record reaches a log "
			    "file, "
			    "only what plugins send elsewhere");
	if (setting_is(text, "log_format", "nolog"))
		finding_add(
			findings, AUDIT_WARNING, "no_log", "set it to ENRICHED",
			"log_format = NOLOG in '/etc/audit/auditd.conf': no record reaches a log "
			"file");
}

int audit_setup_read(struct audit_setup *setup, const struct root *root,
		     struct audit_findings *findings)
{
	int r;

	*setup = (struct audit_setup){};
	r = arguments_check(setup, root, findings);
	r = r ?: units_check(setup, root, findings);
	if (r)
		return r;
	configuration_check(root, findings);
	if (!setup->is_switched_on)
		finding_add(
			findings, AUDIT_ERROR, "not_switched_on",
			"enable auditd.service, or boot with audit=1",
			"nothing switches audit on: no auditd does, nor the kernel's arguments");
	if (!setup->has_daemon)
		finding_add(
			findings, AUDIT_WARNING, "no_daemon", "enable auditd.service",
			"auditd is not started: records go to the kernel's log only, and get lost "
			"there");
	return 0;
}
