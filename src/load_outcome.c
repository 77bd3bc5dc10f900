// SPDX-License-Identifier: GPL-2.0-or-later
#include "load_outcome.h"

#include <errno.h>

static void text_learn(struct mw_facts *facts, enum mw_criterion criterion, char *to, size_t size,
		       const char *text)
{
	/* A longer text stays unknown, as it does in the kernel. */
	if (!text || strlen(text) >= size)
		return;
	memcpy(to, text, strlen(text) + 1);
	facts->known |= MW_BIT(criterion);
}

#define text_learn(facts, criterion, field, text)                                                  \
	text_learn((facts), (criterion), (facts)->field, sizeof((facts)->field), (text))

static void digest_learn(struct mw_facts *facts, const __u8 digest[MW_DIGEST_SIZE])
{
	memcpy(facts->digest[facts->digest_count++], digest, MW_DIGEST_SIZE);
}

static void bytes_learn(struct mw_facts *facts, const struct module_file *file, enum load_way way)
{
	facts->source = way == LOAD_WAY_MEMORY ? MW_SOURCE_MEMORY : MW_SOURCE_FILE;
	facts->known |= MW_BIT(MW_CRITERION_SOURCE);
	if (!file)
		return;
	if (way == LOAD_WAY_MEMORY)
		digest_learn(facts, file->elf_sha256);
	else
		digest_learn(facts, file->stored_sha256);
	if (way == LOAD_WAY_FILE_UNPACKED)
		digest_learn(facts, file->elf_sha256);
	facts->size = way == LOAD_WAY_MEMORY ? file->elf_size : file->stored_size;
	facts->signature = file->signature;
	facts->known |= MW_BIT(MW_CRITERION_DIGEST);
}

static void caller_learn(struct mw_facts *facts, const struct load_context *context)
{
	facts->uid = context->uid;
	facts->auid = context->auid;
	facts->known |= context->known & (MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID));
	text_learn(facts, MW_CRITERION_LOADER, loader, context->loader);
	if (context->container && !strcmp(context->container, "none")) {
		facts->known |= MW_BIT(MW_CRITERION_CONTAINER);
		facts->absent |= MW_BIT(MW_CRITERION_CONTAINER);
	} else {
		text_learn(facts, MW_CRITERION_CONTAINER, container, context->container);
	}
}

static void file_learn(struct mw_facts *facts, const struct load_context *context)
{
	__u32 of_file = MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);

	if (facts->source == MW_SOURCE_MEMORY) {
		facts->known |= of_file;
		facts->absent |= of_file;
		return;
	}
	text_learn(facts, MW_CRITERION_PATH, path, context->path);
	text_learn(facts, MW_CRITERION_FILESYSTEM, filesystem, context->filesystem);
}

__u32 load_facts(struct mw_facts *facts, const struct module_file *file, enum load_way way,
		 enum mw_tristate is_signed, const struct load_context *context)
{
	bool packed = way == LOAD_WAY_FILE && file && file->compression != COMPRESSION_NONE;
	const char *name = file ? file->name : context->module;

	*facts = (struct mw_facts){ .op = MW_OP_LOAD, .is_signed = is_signed };
	if (is_signed != MW_UNKNOWN)
		facts->known |= MW_BIT(MW_CRITERION_SIGNED);
	bytes_learn(facts, file, way);
	caller_learn(facts, context);
	file_learn(facts, context);
	if ((packed || !*name) && is_signed != MW_TRUE)
		return MW_BIT(MW_CRITERION_MODULE);
	if (!*name)
		return 0;
	text_learn(facts, MW_CRITERION_MODULE, module, name);
	facts->name_source = packed ? MW_NAME_KERNEL : MW_NAME_ELF;
	return 0;
}

static bool way_exists(enum load_way way, const struct module_file *file,
		       const struct load_context *context)
{
	enum mw_source source = way == LOAD_WAY_MEMORY ? MW_SOURCE_MEMORY : MW_SOURCE_FILE;

	if (way == LOAD_WAY_FILE_UNPACKED && (!file || file->compression == COMPRESSION_NONE))
		return false;
	return !context->source || context->source == source;
}

/* Bytes without a signature cannot be validly signed, whatever the context supposes. */
static bool signature_exists(enum mw_tristate is_signed, const struct module_file *file,
			     const struct load_context *context)
{
	if (file && file->signature == MW_SIGNATURE_ABSENT)
		return is_signed == MW_FALSE;
	return !context->is_signed || context->is_signed == is_signed;
}

int load_outcomes(const struct policy *policy, const struct module_file *file,
		  const struct load_context *context,
		  struct load_outcome outcomes[LOAD_OUTCOMES_MAX])
{
	int count = 0;

	for (enum load_way way = LOAD_WAY_FILE; way < LOAD_WAYS; way++)
		for (enum mw_tristate is_signed = MW_TRUE; is_signed > MW_UNKNOWN; is_signed--) {
			struct load_outcome *outcome = &outcomes[count];
			__u32 never_known;

			if (!way_exists(way, file, context) ||
			    !signature_exists(is_signed, file, context))
				continue;
			*outcome = (struct load_outcome){ .way = way, .is_signed = is_signed };
			never_known = load_facts(&outcome->facts, file, way, is_signed, context);
			if (context->is_brief)
				policy_decide(policy, &outcome->facts,
					      &outcome->explanation.decision);
			else if (policy_explain(policy, &outcome->facts, &outcome->explanation) < 0)
				return -ENOMEM;
			outcome->judgement =
				decision_judge(&outcome->explanation.decision, never_known);
			count++;
		}
	return count;
}

void other_facts(struct mw_facts *facts, enum mw_op op, const char *subject,
		 const struct load_context *context)
{
	*facts = (struct mw_facts){ .op = op };
	caller_learn(facts, context);
	if (op == MW_OP_UNLOAD)
		text_learn(facts, MW_CRITERION_MODULE, module, subject);
	else
		text_learn(facts, MW_CRITERION_ALIAS, alias, subject);
	if (op != MW_OP_AUTOLOAD || !context->kernel_asks)
		return;
	facts->unattributed = MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID) |
			      MW_BIT(MW_CRITERION_CONTAINER) | MW_BIT(MW_CRITERION_LOADER);
	facts->known |= facts->unattributed;
}
