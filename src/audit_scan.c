// SPDX-License-Identifier: GPL-2.0-or-later
#define PCRE2_CODE_UNIT_WIDTH 8
#include "audit_scan.h"

#include "cleanup.h"

#include <errno.h>
#include <pcre2.h>
#include <string.h>

#define DEPTH_MAX 8
#define STEPS_MAX 10000000

static const char *const paths[AUDIT_SCAN_FILES] = {
	[AUDIT_SCAN_AUDITD] = "/usr/lib/systemd/system/auditd.service",
	[AUDIT_SCAN_AUDIT_RULES] = "/usr/lib/systemd/system/audit-rules.service",
	[AUDIT_SCAN_CONTROL] = AUDIT_RULES_FILE,
};

/* The published expressions, from a line's beginning to its end. */
#define BEGINS   "^[\\s]*-a[\\s]+always,exit[\\s]+"
#define ENDS     "(-k[\\s]+|-F[\\s]+key=)[\\S]+[\\s]*$"
#define OF_USERS "(?:-F\\s+auid>=1000[\\s]+)(?:-F\\s+auid!=(unset|4294967295))\\s+"
#define CALL_LINE                                                                                  \
	BEGINS "(?:.*-F[\\s]+arch=%s[\\s]+)(?:.*(-S[\\s]+%s[\\s]+|([\\s]+|[,])%s([\\s]+|[,]))).*%" \
	       "s" ENDS
#define KMOD_LINE                                                                                  \
	BEGINS "-F[\\s]+path=\\/usr\\/bin\\/kmod(?:[\\s]+-F[\\s]+perm=x)[\\s]+"                    \
	       "-F[\\s]+auid>=1000[\\s]+-F[\\s]+auid!=(?:4294967295|unset|-1)[\\s]+"               \
	       "(?:-k[\\s]+|-F[\\s]+key=)[\\S]+[\\s]*$"
#define AUDITD_AUGENRULES  "^(ExecStartPost=\\-\\/sbin\\/augenrules.*$|Requires=augenrules.service)"
#define AUDITD_AUDITCTL    "^ExecStartPost=\\-\\/sbin\\/auditctl.*$"
#define SERVICE_AUGENRULES "^ExecStart=(\\/usr|)?\\/sbin\\/augenrules.*$"
#define SERVICE_AUDITCTL   "^ExecStart=\\/sbin\\/auditctl.*$"

struct pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
};

static void pattern_clear(struct pattern *pattern)
{
	pcre2_match_data_free(pattern->match);
	pcre2_match_context_free(pattern->context);
	pcre2_code_free(pattern->code);
}

static int pattern_make(struct pattern *pattern, const char *text)
{
	PCRE2_SIZE offset;
	int error;

	*pattern = (struct pattern){
		.code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
				      PCRE2_MULTILINE | PCRE2_UTF, &error, &offset, NULL),
		.context = pcre2_match_context_create(NULL),
	};
	if (pattern->code)
		pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	if (!pattern->match || !pattern->context)
		return -ENOMEM;
	pcre2_set_match_limit(pattern->context, STEPS_MAX);
	return 0;
}

enum found {
	FOUND_NOT,
	FOUND,
	FOUND_ERROR,
};

/* As for the scanner, a text ends at its first NUL; one that is not UTF-8 is an error. */
static enum found find(const struct pattern *pattern, const struct audit_rules_file *file,
		       struct audit_scan_answer *answer)
{
	int r;

	if (!file->text)
		return FOUND_NOT;
	r = pcre2_match(pattern->code, (PCRE2_SPTR)file->text, strlen(file->text), 0, 0,
			pattern->match, pattern->context);
	if (r >= 0 || r == PCRE2_ERROR_NOMATCH)
		return r >= 0 ? FOUND : FOUND_NOT;
	if (r <= PCRE2_ERROR_UTF8_ERR1 && r >= PCRE2_ERROR_UTF8_ERR21)
		answer->has_error = true;
	else
		answer->gave_up = true;
	return FOUND_ERROR;
}

static int file_finds(bool *found, const char *text, const struct audit_rules_file *file,
		      struct audit_scan_answer *answer)
{
	cleanup(pattern_clear) struct pattern pattern = {};
	int r = pattern_make(&pattern, text);

	if (!r)
		*found |= find(&pattern, file, answer) == FOUND;
	return r;
}

static int find_loaders(struct audit_scan_answer *answer, const struct audit_scan *scan,
			unsigned int wiring)
{
	const struct audit_rules_file *auditd = &scan->files[AUDIT_SCAN_AUDITD];
	const struct audit_rules_file *service = &scan->files[AUDIT_SCAN_AUDIT_RULES];
	int r = 0;

	if (wiring & AUDIT_WIRING_AUDITD) {
		r = file_finds(&answer->augenrules, AUDITD_AUGENRULES, auditd, answer);
		r = r ?: file_finds(&answer->auditctl, AUDITD_AUDITCTL, auditd, answer);
	}
	if (!r && wiring & AUDIT_WIRING_AUDIT_RULES)
		r = file_finds(&answer->augenrules, SERVICE_AUGENRULES, service, answer);
	if (!r && wiring & AUDIT_WIRING_AUDITCTL)
		r = file_finds(&answer->auditctl, SERVICE_AUDITCTL, service, answer);
	return r;
}

/* Where the scanner looks, by what it found to load the rules. One file in error, and all are. */
static int line_find(struct audit_scan_answer *answer, const struct audit_scan *scan,
		     const char *text, bool *of_augenrules, bool *of_auditctl)
{
	cleanup(pattern_clear) struct pattern pattern = {};
	int r = pattern_make(&pattern, text);
	enum found found = FOUND_NOT;

	for (size_t i = 0; i < scan->count && !r; i++) {
		enum found one = find(&pattern, &scan->rules[i], answer);

		found = one > found ? one : found;
	}
	*of_augenrules = found == FOUND;
	if (!r)
		*of_auditctl = find(&pattern, &scan->files[AUDIT_SCAN_CONTROL], answer) == FOUND;
	return r;
}

int audit_scan_call(struct audit_scan_answer *answer, const struct audit_scan *scan,
		    enum audit_product product, enum audit_call call, const struct audit_arch *arch)
{
	bool of_augenrules[AUDIT_BITS] = {}, of_auditctl[AUDIT_BITS] = {};
	const char *name = audit_call_name(call);
	int r;

	*answer = (struct audit_scan_answer){};
	r = find_loaders(answer, scan, audit_product_wiring(product));
	for (enum audit_bits bits = 0; bits < AUDIT_BITS && !r; bits++) {
		auto_free char *text = NULL;

		if (asprintf(&text, CALL_LINE, audit_bits_name(bits), name, name,
			     audit_product_wants_auid(product) ? OF_USERS : "") < 0)
			return -ENOMEM;
		r = line_find(answer, scan, text, &of_augenrules[bits], &of_auditctl[bits]);
	}
	for (enum audit_bits bits = 0; bits < AUDIT_BITS; bits++) {
		/* A 64-bit system must have both lines, another one that for 32 bits. */
		if (bits == AUDIT_BITS_64 && !audit_arch_has(arch, bits))
			of_augenrules[bits] = of_auditctl[bits] = true;
		answer->found[bits] =
			(answer->augenrules && of_augenrules[bits]) ||
			(answer->auditctl && of_auditctl[bits]) ||
			(!answer->augenrules && !answer->auditctl && of_augenrules[bits]);
	}
	answer->passes = (answer->augenrules && of_augenrules[0] && of_augenrules[1]) ||
			 (answer->auditctl && of_auditctl[0] && of_auditctl[1]);
	return r;
}

int audit_scan_kmod(struct audit_scan_answer *answer, const struct audit_scan *scan,
		    enum audit_product product)
{
	bool of_augenrules = false, of_auditctl = false;
	int r;

	*answer = (struct audit_scan_answer){};
	r = find_loaders(answer, scan, audit_product_wiring(product));
	r = r ?: line_find(answer, scan, KMOD_LINE, &of_augenrules, &of_auditctl);
	answer->passes = (answer->augenrules && of_augenrules) || (answer->auditctl && of_auditctl);
	answer->found[AUDIT_BITS_64] = answer->passes || of_augenrules;
	return r;
}

static int rules_read(struct audit_scan *scan, const struct root *root, const char *directory,
		      int depth);

static int entry_read(struct audit_scan *scan, const struct root *root, const char *directory,
		      const char *name, int depth)
{
	auto_free char *path = NULL;
	struct audit_rules_file *more;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	if (depth < DEPTH_MAX && root_has_directory(root, path))
		return rules_read(scan, root, path, depth + 1);
	if (!is_rules_name(name))
		return 0;
	if (scan->count == AUDIT_RULES_FILES_MAX) {
		scan->is_cut = true;
		return 0;
	}
	more = reallocarray(scan->rules, scan->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	scan->rules = more;
	return audit_rules_file_read(&more[scan->count++], root, path);
}

static int rules_read(struct audit_scan *scan, const struct root *root, const char *directory,
		      int depth)
{
	char **names;
	size_t count;
	int r = root_list(root, directory, AUDIT_RULES_FILES_MAX, version_compare, &names, &count);

	if (r)
		return r == -ENOMEM || r == -EIO ? r : 0;
	for (size_t i = 0; i < count && !r; i++)
		r = entry_read(scan, root, directory, names[i], depth);
	names_free(names, count);
	return r;
}

int audit_scan_read(struct audit_scan *scan, const struct root *root)
{
	int r = 0;

	*scan = (struct audit_scan){};
	for (size_t i = 0; i < AUDIT_SCAN_FILES && !r; i++)
		r = audit_rules_file_read(&scan->files[i], root, paths[i]);
	return r ?: rules_read(scan, root, AUDIT_RULES_DIR, 0);
}

void audit_scan_clear(struct audit_scan *scan)
{
	for (size_t i = 0; i < AUDIT_SCAN_FILES; i++)
		audit_rules_file_clear(&scan->files[i]);
	for (size_t i = 0; i < scan->count; i++)
		audit_rules_file_clear(&scan->rules[i]);
	free(scan->rules);
	*scan = (struct audit_scan){};
}
