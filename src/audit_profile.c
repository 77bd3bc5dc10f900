// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_profile.h"

#include "cleanup.h"
#include "memory_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const profile_names[AUDIT_PROFILES] = {
	[AUDIT_PROFILE_E8] = "e8",
	[AUDIT_PROFILE_STIG] = "stig",
	[AUDIT_PROFILE_CIS] = "cis",
	[AUDIT_PROFILE_ALL] = "all",
};

const struct words audit_profile_words = { profile_names, AUDIT_PROFILES };

#define CALL(call) (1U << AUDIT_CALL_##call)
#define OF_USERS   " -F auid>=1000 -F auid!=unset"

/* Calls that share a line, and the key that they get. */
struct group {
	unsigned int calls;
	const char *key;
};

struct part {
	const char *title;
	const char *path;
	const char *filter; /* before the key */
	const char *separator;
	const char *more; /* a line of its own */
	struct group groups[2];
};

/*
 * e8 is the text of the compliance page that this program grew out of; stig and cis are what the
 * guides say, with the 32-bit lines that their scanners ask for.
 */
static const struct part parts[AUDIT_PROFILES] = {
	[AUDIT_PROFILE_E8] = {
		.title = "Kernel module monitoring",
		.path = AUDIT_RULES_DIR "/75-kernel-modules.rules",
		.filter = "",
		.separator = " -S ",
		.groups = {
			{ CALL(INIT) | CALL(FINIT), "module_load" },
			{ CALL(DELETE), "module_unload" },
		},
	},
	[AUDIT_PROFILE_STIG] = {
		.title = "Kernel modules, as the STIGs have it: users who logged in, and only they",
		.path = AUDIT_RULES_DIR "/76-kernel-modules-stig.rules",
		.filter = OF_USERS,
		.separator = ",",
		.groups = {
			{ CALL(INIT) | CALL(FINIT), "module_chng" },
			{ CALL(DELETE), "module_chng" },
		},
	},
	[AUDIT_PROFILE_CIS] = {
		.title = "Kernel modules, as the CIS benchmarks have it: users who logged in, and only they",
		.path = AUDIT_RULES_DIR "/77-kernel-modules-cis.rules",
		.filter = OF_USERS,
		.separator = ",",
		.more = "-a always,exit -F path=/usr/bin/kmod -F perm=x" OF_USERS " -k kernel_modules",
		.groups = {
			{ CALL(INIT) | CALL(FINIT) | CALL(DELETE) | CALL(CREATE) | CALL(QUERY),
			  "kernel_modules" },
		},
	},
};

bool audit_profile_has(enum audit_profile profile, enum audit_profile part)
{
	return profile == part || profile == AUDIT_PROFILE_ALL;
}

const char *audit_profile_path(enum audit_profile profile)
{
	return parts[profile].path ?: parts[AUDIT_PROFILE_E8].path;
}

static const char *key_of(const struct part *part, unsigned int calls)
{
	for (size_t i = 0; i < sizeof(part->groups) / sizeof(*part->groups); i++)
		if (part->groups[i].calls & calls)
			return part->groups[i].key;
	return part->groups[0].key;
}

static void line_write(FILE *out, const struct part *part, const struct audit_arch *arch,
		       enum audit_bits bits, unsigned int calls)
{
	const char *before = " -S ";

	for (enum audit_call call = 0; call < AUDIT_CALLS; call++)
		if (!(calls & (1U << call)) || audit_arch_call(arch, bits, call) < 0)
			calls &= ~(1U << call);
	if (!calls)
		return;
	fprintf(out, "-a always,exit -F arch=%s", audit_bits_name(bits));
	for (enum audit_call call = 0; call < AUDIT_CALLS; call++)
		if (calls & (1U << call)) {
			fprintf(out, "%s%s", before, audit_call_name(call));
			before = part->separator;
		}
	fprintf(out, "%s -k %s", part->filter, key_of(part, calls));
}

char *audit_profile_line(enum audit_profile part, const struct audit_arch *arch,
			 enum audit_bits bits, unsigned int calls)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	line_write(out, &parts[part], arch, bits, calls);
	if (memory_stream_close(out, &text) == 0)
		return text;
	free(text);
	return NULL;
}

/* A line for each width. -ENOMEM, or 0. */
static int group_write(FILE *out, enum audit_profile part, const struct audit_arch *arch,
		       unsigned int calls)
{
	for (enum audit_bits bits = 0; bits < AUDIT_BITS && calls; bits++) {
		auto_free char *line = audit_profile_line(part, arch, bits, calls);

		if (!line)
			return -ENOMEM;
		if (*line)
			fprintf(out, "%s\n", line);
	}
	return 0;
}

static int part_write(FILE *out, enum audit_profile number, const struct audit_arch *arch)
{
	const struct part *part = &parts[number];
	int r = 0;

	fprintf(out, "## %s\n", part->title);
	if (!audit_arch_has(arch, AUDIT_BITS_32))
		fprintf(out,
			"## No b32 lines: auditctl knows no 32-bit calls of %s and would stop "
			"there\n",
			arch->name);
	for (size_t i = 0; i < sizeof(part->groups) / sizeof(*part->groups) && !r; i++)
		r = group_write(out, number, arch, part->groups[i].calls);
	if (part->more)
		fprintf(out, "%s\n", part->more);
	return r;
}

char *audit_profile_rules(enum audit_profile profile, const struct audit_arch *arch)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int r = out ? 0 : -ENOMEM;

	for (enum audit_profile part = AUDIT_PROFILE_E8; part < AUDIT_PROFILE_ALL && !r; part++)
		if (audit_profile_has(profile, part))
			r = part_write(out, part, arch);
	if (out && memory_stream_close(out, &text) < 0)
		r = -ENOMEM;
	if (!r)
		return text;
	free(text);
	return NULL;
}
