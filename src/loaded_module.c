// SPDX-License-Identifier: GPL-2.0-or-later
#include "loaded_module.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "memory_stream.h"
#include "module_list.h"
#include "words.h"

#define TAINT_UNSIGNED 13 /* by bit; the letter E */

/* At most size bytes of /sys/module/NAME/FILE; 0: there is no such file. */
static size_t sysfs_read(int sysfs, const char *name, const char *file, void *bytes, size_t size)
{
	char path[MW_NAME_SIZE + 64];
	auto_close int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", name, file);
	fd = openat(sysfs, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, bytes, size);
	return n > 0 ? (size_t)n : 0;
}

void loaded_module_read(struct loaded_module *module, const char *name, uint64_t taints, int sysfs)
{
	char letters[64];

	*module = (struct loaded_module){};
	snprintf(module->name, sizeof(module->name), "%s", name);
	module->taints =
		taints | module_taints_parse(letters, sysfs_read(sysfs, name, "taint", letters,
								 sizeof(letters)));
	/* Its setting is there where CONFIG_MODULE_SIG is. */
	module->is_checked = !faccessat(sysfs, "module/parameters/sig_enforce", F_OK, 0);
	module->is_signed = module->is_checked && !(module->taints >> TAINT_UNSIGNED & 1);
	sysfs_read(sysfs, name, "srcversion", module->srcversion, sizeof(module->srcversion) - 1);
	module->srcversion[strcspn(module->srcversion, "\n")] = '\0';
	module->build_id_size = sysfs_read(sysfs, name, "notes/.note.gnu.build-id",
					   module->build_id, sizeof(module->build_id));
}

const char *loaded_module_differs(const struct loaded_module *module,
				  const struct module_file *file)
{
	bool both_have_ids = module->build_id_size && file->build_id_size;

	if (*file->name && strcmp(file->name, module->name) != 0)
		return "its file has a module of another name";
	if (strcmp(file->srcversion, module->srcversion) != 0)
		return "its file has another srcversion";
	if (both_have_ids && (module->build_id_size != file->build_id_size ||
			      memcmp(module->build_id, file->build_id, file->build_id_size) != 0))
		return "its file is of another build";
	if (module->is_signed && file->signature == MW_SIGNATURE_ABSENT)
		return "it was signed, and its file is not";
	/* The same build may have been loaded with the signature, or more, taken off. */
	if (module->is_checked && !module->is_signed && file->signature == MW_SIGNATURE_PRESENT)
		return "its file has a signature, and the kernel found none that is valid";
	return NULL;
}

static const char *const way_names[] = {
	[LOAD_WAY_FILE] = "from the file",
	[LOAD_WAY_FILE_UNPACKED] = "from the file, unpacked in sight",
	[LOAD_WAY_MEMORY] = "from memory",
};

static void print_depends(FILE *out, __u32 criteria)
{
	const char *before = "depends on ";

	for (enum mw_criterion c = 0; c < MW_CRITERIA; c++) {
		if (!(criteria & MW_BIT(c)))
			continue;
		fprintf(out, "%s%s", before, word_of(&criterion_words, c));
		before = " and ";
	}
}

static void print_outcome(FILE *out, const struct policy *policy,
			  const struct load_outcome *outcome)
{
	__u32 rule = outcome->explanation.decision.rule;

	fprintf(out, "%s: ", way_names[outcome->way]);
	if (outcome->judgement.verdict == MW_VERDICT_PENDING) {
		print_depends(out, outcome->judgement.depends);
		return;
	}
	fputs(word_of(&verdict_words, outcome->judgement.verdict), out);
	if (rule == MW_RULE_NONE)
		fputs(" by default", out);
	else
		fprintf(out, " by rule '%s'", policy_rule_name(policy, rule));
	if (outcome->judgement.reason != MW_REASON_RULE &&
	    outcome->judgement.reason != MW_REASON_DEFAULT)
		fprintf(out, " (%s)", word_of(&reason_words, outcome->judgement.reason));
}

static char *print_ways(const struct policy *policy, const struct load_outcome *outcomes, int count)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (int i = 0; i < count; i++) {
		fputs(i ? "; " : "", out);
		print_outcome(out, policy, &outcomes[i]);
	}
	return memory_stream_close(out, &text) ? NULL : take_pointer(text);
}

/* Takes what all outcomes have in common. False: it is not all of it. */
static bool agree(struct loaded_verdict *verdict, const struct load_outcome *outcomes, int count)
{
	bool same_verdict = outcomes[0].judgement.verdict != MW_VERDICT_PENDING, same_rule = true;

	for (int i = 1; i < count; i++) {
		same_verdict &= outcomes[i].judgement.verdict == outcomes[0].judgement.verdict;
		same_rule &= outcomes[i].explanation.decision.rule ==
			     outcomes[0].explanation.decision.rule;
	}
	verdict->verdict = same_verdict ? outcomes[0].judgement.verdict : MW_VERDICT_PENDING;
	verdict->rule = same_rule ? outcomes[0].explanation.decision.rule : MW_RULE_NONE;
	return same_verdict && same_rule;
}

int loaded_module_judge(const struct loaded_module *module, const struct policy *policy,
			const struct module_file *file, const struct load_context *context,
			struct loaded_verdict *verdict)
{
	auto_free struct load_outcome *outcomes = calloc(LOAD_OUTCOMES_MAX, sizeof(*outcomes));
	struct load_context itself = *context;
	int count;

	*verdict = (struct loaded_verdict){};
	if (!outcomes)
		return -ENOMEM;
	itself.module = module->name;
	itself.is_signed = module->is_signed ? MW_TRUE : MW_FALSE;
	count = load_outcomes(policy, file, &itself, outcomes);
	if (count < 0)
		return count;
	if (agree(verdict, outcomes, count))
		return 0;
	verdict->ways = print_ways(policy, outcomes, count);
	return verdict->ways ? 0 : -ENOMEM;
}
