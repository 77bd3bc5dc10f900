// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_check.h"

#include "audit_gap_finding.h"
#include "audit_loaded.h"
#include "audit_requirement.h"
#include "audit_scan.h"
#include "audit_setup.h"
#include "cleanup.h"

#include <errno.h>
#include <string.h>

#define BACKLOG_ENOUGH 8192 /* what the guides ask for; the kernel begins with 64 */
#define OTHER_MAX      (1 << 20)

/* Everything that is read of a machine for one report. */
struct machine {
	struct root root;
	struct audit_scan scan;
	struct audit_rules_files files;
	struct audit_rules_files single; /* that units name; rules point into them */
	struct audit_setup setup;
	struct audit_rules rules; /* as its units load them */
	struct audit_loaded loaded;
};

static void machine_clear(struct machine *machine)
{
	audit_rules_clear(&machine->rules);
	audit_loaded_clear(&machine->loaded);
	audit_setup_clear(&machine->setup);
	audit_rules_files_clear(&machine->files);
	audit_rules_files_clear(&machine->single);
	audit_scan_clear(&machine->scan);
	root_close(&machine->root);
}

/* Where auditctl stops, nothing behind it is loaded. */
static void stop_find(struct audit_rules *rules, struct audit_findings *findings)
{
	if (!rules->has_stopped)
		return;
	finding_add(findings, AUDIT_ERROR, "refused_line",
		    "correct or remove that line; a line -i at the beginning makes auditctl go on",
		    "%s:%u '%.200s': %s; auditctl stops there, and loads nothing of what follows",
		    rules->stopped_at.file, rules->stopped_at.line, rules->stopped_at.text,
		    rules->error);
	rules->has_stopped = false;
}

static void unreadable_find(const struct audit_rules_file *file, struct audit_findings *findings)
{
	if (file->error && file->error != -ENOENT)
		finding_add(findings, AUDIT_ERROR, "unreadable",
			    file->error == -EACCES   ? "run it as root"
			    : file->error == -EINVAL ? "remove it, or put a file in its place"
			    : file->error == -EFBIG  ? "remove it, or split it"
						     : NULL,
			    "cannot read '%s': %s", file->path,
			    file->error == -EINVAL  ? "it is no regular file"
			    : file->error == -EFBIG ? "it is over 16 MiB"
						    : strerror(-file->error));
}

static int file_load(struct machine *machine, const char *path, const struct audit_arch *arch,
		     struct audit_findings *findings)
{
	struct audit_rules_files *single = &machine->single;
	struct audit_rules_file *file,
		*list = reallocarray(single->list, single->count + 1, sizeof(*single->list));
	int r;

	if (!list)
		return -ENOMEM;
	single->list = list;
	file = &list[single->count++];
	r = audit_rules_file_read(file, &machine->root, path);

	unreadable_find(file, findings);
	if (file->error == -ENOENT)
		finding_add(findings, AUDIT_ERROR, "unreadable",
			    "write it, or have augenrules --load write it of the files in rules.d",
			    "there is no '%s', from which the rules are loaded", path);
	return r ?: audit_rules_load_file(&machine->rules, file, arch);
}

static int step_load(struct machine *machine, const struct audit_step *step,
		     const struct audit_arch *arch, struct audit_findings *findings)
{
	struct audit_source source = { step->unit, 0, step->text };

	machine->rules.ignores_errors = false;
	switch (step->kind) {
	case AUDIT_STEP_MERGED:
		if (machine->files.error == -ENOENT)
			return file_load(machine, AUDIT_RULES_FILE, arch, findings);
		return audit_rules_load_merged(&machine->rules, &machine->files, arch);
	case AUDIT_STEP_FILE:
		return file_load(machine, step->text, arch, findings);
	default:
		return audit_rules_take(&machine->rules, &source, arch);
	}
}

static int rules_load(struct machine *machine, const struct audit_arch *arch,
		      struct audit_findings *findings)
{
	const struct audit_setup *setup = &machine->setup;
	bool has_loader = false;
	int r = 0;

	for (size_t i = 0; i < setup->count && !r; i++) {
		r = step_load(machine, &setup->steps[i], arch, findings);
		stop_find(&machine->rules, findings);
		has_loader |= setup->steps[i].kind != AUDIT_STEP_LINE;
	}
	/* As if it was: what is missing besides is told at once. */
	if (!r && !has_loader) {
		r = audit_rules_load_merged(&machine->rules, &machine->files, arch);
		stop_find(&machine->rules, findings);
	}
	if (r != -E2BIG)
		return r;
	finding_add(findings, AUDIT_ERROR, "too_long", "make them shorter",
		    "the rules have over %d lines, and were not read further",
		    AUDIT_RULES_LINES_MAX);
	return 0;
}

/* What stands in rules.d and is not loaded. */
static void passed_over_find(const struct machine *machine, struct audit_findings *findings)
{
	for (size_t i = 0; i < machine->files.other_count; i++) {
		const char *name = machine->files.other[i];
		auto_free char *path = NULL, *text = NULL;
		size_t size;
		int r;

		if (asprintf(&path, AUDIT_RULES_DIR "/%s", name) < 0)
			return;
		r = root_read(&machine->root, path, OTHER_MAX, &text, &size);
		if (r == -ENOMEM || r == -EIO)
			finding_add(findings, AUDIT_ERROR, "unreadable", NULL,
				    "cannot read '%s': %s", path, strerror(-r));
		if (!r && strstr(text, "_module"))
			finding_add(findings, AUDIT_WARNING, "passed_over",
				    "name it so that it ends in .rules and begins with no dot",
				    "augenrules passes over '%s', which is about modules", path);
	}
	for (size_t i = 0; i < machine->scan.count; i++)
		if (strchr(machine->scan.rules[i].path + strlen(AUDIT_RULES_DIR "/"), '/'))
			finding_add(findings, AUDIT_WARNING, "passed_over",
				    "move it to " AUDIT_RULES_DIR,
				    "augenrules passes over '%s'; the scanner does not",
				    machine->scan.rules[i].path);
}

static void files_find(const struct machine *machine, struct audit_findings *findings)
{
	const struct audit_rules_files *files = &machine->files;

	if (files->error && files->error != -ENOENT)
		finding_add(findings, AUDIT_ERROR, "unreadable",
			    files->error == -EACCES ? "run it as root" : NULL,
			    "cannot read '" AUDIT_RULES_DIR "': %s", strerror(-files->error));
	for (size_t i = 0; i < files->count; i++) {
		unreadable_find(&files->list[i], findings);
		if (strpbrk(files->list[i].path, " \t\n"))
			finding_add(findings, AUDIT_ERROR, "name",
				    "take the blanks out of its name",
				    "augenrules cannot read '%s'", files->list[i].path);
	}
	if (machine->scan.is_cut)
		finding_add(findings, AUDIT_ERROR, "too_long", "remove some",
			    "there are over %d files of rules", AUDIT_RULES_FILES_MAX);
	passed_over_find(machine, findings);
}

static void state_find(const struct audit_rules *rules, uint32_t backlog, const char *where,
		       struct audit_findings *findings)
{
	if (!rules->enabled && rules->enabled_by.file)
		finding_add(findings, AUDIT_ERROR, "disabled", "remove that line; auditctl -e 1",
			    "%s:%u '%.200s' switches audit off", rules->enabled_by.file,
			    rules->enabled_by.line, rules->enabled_by.text);
	else if (!rules->enabled)
		finding_add(findings, AUDIT_ERROR, "disabled", "auditctl -e 1; and no line -e 0",
			    "%s: audit is switched off (-e 0)", where);
	if (rules->enabled == 2)
		finding_add(findings, AUDIT_NOTE, "locked", NULL,
			    "%s: the rules are locked (-e 2): changes need a restart", where);
	if (rules->rate)
		finding_add(findings, AUDIT_WARNING, "rate", "take the line -r away",
			    "%s: records over %u a second are thrown away (-r)", where,
			    rules->rate);
	if (backlog && backlog < BACKLOG_ENOUGH)
		finding_add(findings, AUDIT_WARNING, "backlog", "add a line -b 8192",
			    "%s: the backlog has room for %u records only; more at once get lost",
			    where, backlog);
	if (!rules->failure)
		finding_add(findings, AUDIT_NOTE, "silent", NULL,
			    "%s: nothing tells of records that get lost (-f 0)", where);
}

static void loaded_find(struct audit_report *report, const struct machine *machine,
			const struct audit_check_options *options, bool files_are_good)
{
	const struct audit_loaded *loaded = &machine->loaded;
	struct audit_findings *findings = &report->findings;
	const char *remedy = loaded->rules.enabled == 2 ? "restart: the rules are locked (-e 2)"
							: "load them: augenrules --load";

	if (loaded->is_absent)
		finding_add(findings, AUDIT_ERROR, "disabled", "boot with audit=1", "%s",
			    loaded->reason);
	if (!loaded->is_seen)
		return;
	state_find(&loaded->rules, loaded->backlog_limit, "the kernel", findings);
	if (!loaded->daemon)
		finding_add(findings, AUDIT_WARNING, "no_daemon", "systemctl start auditd",
			    "the kernel: no daemon takes the records");
	if (loaded->lost)
		finding_add(findings, AUDIT_WARNING, "lost", "give it more room: -b 8192",
			    "the kernel: %u records have got lost since it was started",
			    loaded->lost);
	audit_gaps_find(findings, &report->loaded.coverage, options->profile, options->arch,
			"the kernel's rules", files_are_good ? remedy : NULL);
}

static void view_make(struct audit_view *view, struct audit_rules *rules,
		      const struct audit_arch *arch)
{
	view->is_seen = true;
	view->rules = rules->total;
	view->enabled = rules->enabled;
	audit_coverage_make(&view->coverage, rules, arch);
}

static int machine_read(struct machine *machine, const struct audit_check_options *options,
			struct audit_report *report)
{
	int r = audit_scan_read(&machine->scan, &machine->root);

	audit_rules_init(&machine->rules);
	machine->rules.root = &machine->root;
	r = r ?: audit_rules_files_read(&machine->files, &machine->root);
	r = r ?: audit_setup_read(&machine->setup, &machine->root, &report->findings);
	if (r)
		return r;
	machine->rules.enabled = machine->setup.is_switched_on;
	r = rules_load(machine, options->arch, &report->findings);
	if (r || options->files_only)
		return r;
	return audit_loaded_read(&machine->loaded, options->arch);
}

/* Lines that do not do what they seem to: passed over, or undone. */
static void undone_find(const struct audit_rules *rules, bool has_gaps,
			struct audit_findings *findings)
{
	if (rules->ignored)
		finding_add(findings, AUDIT_WARNING, "ignored_line", "correct or remove that line",
			    "%s:%u '%.200s' is in error, and passed over because of -i or -c; so "
			    "are %zu more",
			    rules->ignored_at.file, rules->ignored_at.line, rules->ignored_at.text,
			    rules->ignored - 1);
	if (rules->removed && has_gaps)
		finding_add(findings, AUDIT_WARNING, "removed", "remove that line, or put it first",
			    "%s:%u '%.200s' takes rules for modules away: %zu of them",
			    rules->removed_by.file, rules->removed_by.line, rules->removed_by.text,
			    rules->removed);
}

/* The coverage names rules, so all of it is told while the machine is there. */
static void machine_find(struct audit_report *report, struct machine *machine,
			 const struct audit_check_options *options)
{
	size_t errors;
	bool is_good;

	view_make(&report->files, &machine->rules, options->arch);
	files_find(machine, &report->findings);
	if (machine->setup.is_switched_on || machine->rules.enabled)
		state_find(&machine->rules, machine->rules.backlog, "the files", &report->findings);
	errors = report->findings.errors;
	audit_gaps_find(&report->findings, &report->files.coverage, options->profile, options->arch,
			"the files", NULL);
	undone_find(&machine->rules, report->findings.errors > errors, &report->findings);
	is_good = !report->findings.errors;
	report->loaded.reason = options->files_only ? "not asked for" : machine->loaded.reason;
	if (machine->loaded.is_seen)
		view_make(&report->loaded, &machine->loaded.rules, options->arch);
	if (!options->files_only)
		loaded_find(report, machine, options, is_good);
}

static void product_find(struct audit_report *report, const struct machine *machine,
			 const struct audit_check_options *options)
{
	int r = 0;

	report->product = options->product;
	if (!report->product)
		r = audit_product_find(&report->product, &machine->root);
	if (r)
		finding_add(&report->findings, AUDIT_ERROR, "unreadable", NULL,
			    "cannot read the system's os-release: %s", strerror(-r));
	if (report->product == AUDIT_PRODUCT_NONE && options->profile == AUDIT_PROFILE_ALL)
		finding_add(&report->findings, AUDIT_WARNING, "unknown_system",
			    "name one with --product",
			    "no STIG or CIS checks are known for this system: only those of e8 "
			    "were made");
	if (report->product != AUDIT_PRODUCT_RHCOS4 &&
	    audit_profile_has(options->profile, AUDIT_PROFILE_E8))
		finding_add(&report->findings, AUDIT_NOTE, "no_node", NULL,
			    "this is no node of OpenShift; the checks of e8 are those that its "
			    "nodes get");
}

int audit_check(struct audit_report *report, const struct audit_check_options *options)
{
	cleanup(machine_clear) struct machine machine = { .root = { .fd = -1 } };
	int r = root_open(&machine.root, options->root);

	*report = (struct audit_report){};
	if (r)
		return r;
	product_find(report, &machine, options);
	r = audit_requirements_count(report->product, options->profile, options->arch) ? 0
										       : -ENODATA;
	r = r ?: machine_read(&machine, options, report);
	r = r ?: audit_requirements_make(report, &machine.scan, options);
	if (r)
		return r;
	machine_find(report, &machine, options);
	return report->findings.no_memory ? -ENOMEM : 0;
}

void audit_report_clear(struct audit_report *report)
{
	for (size_t i = 0; i < report->requirement_count; i++) {
		free(report->requirements[i].name);
		free(report->requirements[i].remedy);
	}
	findings_clear(&report->findings);
	*report = (struct audit_report){};
}

bool audit_report_passes(const struct audit_report *report)
{
	for (size_t i = 0; i < report->requirement_count; i++)
		if (!report->requirements[i].passes)
			return false;
	return report->requirement_count && !report->findings.errors;
}
