// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_requirement.h"

#include "audit_machineconfig.h"
#include "cleanup.h"
#include "memory_stream.h"

#include <errno.h>
#include <string.h>

#define KMOD_RULE                                                                                  \
	"-a always,exit -F path=/usr/bin/kmod -F perm=x -F auid>=1000 -F auid!=unset -k "          \
	"kernel_modules"

/* The checks of e8 are those of OpenShift's nodes, whatever the machine is. */
static enum audit_product product_of(enum audit_product product, enum audit_profile part)
{
	return part == AUDIT_PROFILE_E8 ? AUDIT_PRODUCT_RHCOS4 : product;
}

/* Guides name calls of old kernels, which newer processors never had. */
static bool is_asked(enum audit_product product, enum audit_profile part, enum audit_call call,
		     const struct audit_arch *arch)
{
	return audit_product_calls(product_of(product, part), part) & (1U << call) &&
	       (call < AUDIT_CALLS_TODAY || audit_arch_call(arch, AUDIT_BITS_64, call) >= 0);
}

size_t audit_requirements_count(enum audit_product product, enum audit_profile profile,
				const struct audit_arch *arch)
{
	size_t count = 0;

	for (enum audit_profile part = AUDIT_PROFILE_E8; part < AUDIT_PROFILE_ALL; part++)
		for (enum audit_call call = 0; call < AUDIT_CALLS; call++)
			count += audit_profile_has(profile, part) &&
				 is_asked(product, part, call, arch);
	return count;
}

/* "finit_module" is "finit" in the names of checks. */
static int name_make(char **name, enum audit_product product, enum audit_profile part,
		     enum audit_role role, enum audit_call call)
{
	const char *whole = audit_call_name(call);
	int length = (int)strcspn(whole, "_");
	int r;

	if (product == AUDIT_PRODUCT_RHCOS4)
		r = asprintf(name, "rhcos4-%s-%s-audit-rules-kernel-module-loading-%.*s",
			     word_of(&audit_profile_words, part), word_of(&audit_role_words, role),
			     length, whole);
	else
		r = asprintf(name, "%s-%s-audit_rules_kernel_module_loading_%.*s",
			     word_of(&audit_product_words, product),
			     word_of(&audit_profile_words, part), length, whole);
	return r < 0 ? -ENOMEM : 0;
}

static const char *loader_remedy(enum audit_product product)
{
	return audit_product_wiring(product) & AUDIT_WIRING_AUDITD
		       ? "have a line ExecStartPost=-/sbin/augenrules --load in "
			 "/usr/lib/systemd/system/auditd.service, which is where the check looks"
		       : "have a line ExecStart=/sbin/augenrules --load in "
			 "/usr/lib/systemd/system/audit-rules.service, which is where the check "
			 "looks";
}

/* One way of making it pass, a line each. */
static void remedy_write(FILE *out, const struct audit_scan_answer *answer,
			 enum audit_product product, enum audit_profile part, enum audit_call call,
			 const struct audit_arch *arch)
{
	enum audit_profile style = audit_product_wants_auid(product) ? part : AUDIT_PROFILE_E8;
	const char *path = answer->auditctl && !answer->augenrules ? AUDIT_RULES_FILE
								   : audit_profile_path(style);

	if (answer->has_error && !answer->gave_up)
		fprintf(out, "write the files of rules in UTF-8: one of them is not, and the check "
			     "fails "
			     "over it\n");
	if (answer->gave_up)
		fprintf(out, "make the files of rules smaller: one takes too many steps\n");
	if (!answer->augenrules && !answer->auditctl)
		fprintf(out, "%s\n", loader_remedy(product));
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++) {
		auto_free char *line = NULL;

		if (answer->found[bits])
			continue;
		line = audit_profile_line(style, arch, bits, 1U << call);
		if (line && *line)
			fprintf(out, "add to %s: %s\n", path, line);
		else
			fprintf(out,
				"no %s line can be loaded on %s, but the check asks for one: have "
				"it "
				"waived\n",
				audit_bits_name(bits), arch->name);
	}
}

static int remedy_make(char **remedy, const struct audit_scan_answer *answer,
		       enum audit_product product, enum audit_profile part, enum audit_call call,
		       const struct audit_arch *arch)
{
	size_t size = 0;
	FILE *out = open_memstream(remedy, &size);

	if (!out)
		return -ENOMEM;
	remedy_write(out, answer, product, part, call, arch);
	return memory_stream_close(out, remedy) ? -ENOMEM : 0;
}

static struct audit_requirement *add(struct audit_report *report)
{
	return report->requirement_count == AUDIT_REQUIREMENTS_MAX
		       ? NULL
		       : &report->requirements[report->requirement_count++];
}

/* On OpenShift's nodes a check for each role. */
static int call_make(struct audit_report *report, const struct audit_scan *scan,
		     const struct audit_check_options *options, enum audit_profile part,
		     enum audit_call call)
{
	enum audit_product product = product_of(report->product, part);
	enum audit_role last =
		product == AUDIT_PRODUCT_RHCOS4 ? AUDIT_ROLE_WORKER : AUDIT_ROLE_MASTER;
	struct audit_scan_answer answer;
	int r = audit_scan_call(&answer, scan, product, call, options->arch);

	for (enum audit_role role = AUDIT_ROLE_MASTER; role <= last && !r; role++) {
		struct audit_requirement *requirement = add(report);

		if (!requirement)
			return -ENOMEM;
		requirement->id = audit_product_id(product, part, call);
		requirement->part = part;
		requirement->product = product;
		requirement->passes = answer.passes && !answer.gave_up;
		r = name_make(&requirement->name, product, part, role, call);
		if (!r && !requirement->passes)
			r = remedy_make(&requirement->remedy, &answer, product, part, call,
					options->arch);
	}
	return r;
}

static int kmod_make(struct audit_report *report, const struct audit_scan *scan,
		     enum audit_profile part)
{
	struct audit_requirement *requirement = add(report);
	struct audit_scan_answer answer;
	int r = audit_scan_kmod(&answer, scan, report->product);

	if (r || !requirement)
		return -ENOMEM;
	requirement->id = audit_product_id(report->product, part, AUDIT_CALL_INIT);
	requirement->part = part;
	requirement->product = report->product;
	requirement->passes = answer.passes && !answer.gave_up;
	r = asprintf(&requirement->name, "%s-%s-audit_rules_privileged_commands_kmod",
		     word_of(&audit_product_words, report->product),
		     word_of(&audit_profile_words, part));
	if (r >= 0 && !requirement->passes)
		r = answer.augenrules || answer.auditctl
			    ? asprintf(&requirement->remedy, "add to %s: %s\n",
				       answer.augenrules ? audit_profile_path(part)
							 : AUDIT_RULES_FILE,
				       KMOD_RULE)
			    : asprintf(&requirement->remedy, "%s\n",
				       loader_remedy(report->product));
	return r < 0 ? -ENOMEM : 0;
}

int audit_requirements_make(struct audit_report *report, const struct audit_scan *scan,
			    const struct audit_check_options *options)
{
	int r = 0;

	for (enum audit_profile part = AUDIT_PROFILE_E8; part < AUDIT_PROFILE_ALL && !r; part++) {
		if (!audit_profile_has(options->profile, part))
			continue;
		for (enum audit_call call = 0; call < AUDIT_CALLS && !r; call++)
			if (is_asked(report->product, part, call, options->arch))
				r = call_make(report, scan, options, part, call);
		if (!r && audit_product_wants_kmod(report->product, part))
			r = kmod_make(report, scan, part);
	}
	return r;
}
