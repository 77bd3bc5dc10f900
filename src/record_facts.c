// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_facts.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "escape.h"
#include "record_value.h"

#define HASHED_MAX (256LL << 20) /* bytes; of a larger image the gates know no digest */

/* What one record says, besides its facts, of how far the operation came. */
struct progress {
	const json_t *record;
	const json_t *module;
	const json_t *process;
	bool has_caller;   /* the gates' own event is in it, not only a count or an end */
	bool saw_content;  /* the bytes were seen */
	bool came_through; /* as far as the kernel's own view of the signature */
	bool is_loaded;
	bool is_observed; /* by the tracepoints, which see no bytes */
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int word_at(const struct words *words, const json_t *object, const char *key)
{
	const char *word = text_of(object, key);
	int value = word ? word_parse(words, word) : -ENOENT;

	return value < 0 ? 0 : value;
}

/* Takes a text, whose escapes are taken off, as far as the gates could have held it. */
static int text_take(struct mw_facts *facts, enum mw_criterion criterion, const char *escaped,
		     size_t room)
{
	auto_free char *text = NULL;
	size_t size;
	bool is_cut;

	if (!escaped)
		return 0;
	text = bytes_unescape(escaped, &size, &is_cut);
	if (!text)
		return errno == ENOMEM ? -ENOMEM : 0;
	if (is_cut || !size || size >= room || memchr(text, '\0', size))
		return 0;
	memcpy((char *)facts + mw_text_offset(criterion), text, size + 1);
	facts->known |= MW_BIT(criterion);
	return 0;
}

static void absent_take(struct mw_facts *facts, __u32 criteria)
{
	facts->known |= criteria;
	facts->absent |= criteria;
}

static bool id_take(const json_t *value, __u32 *id)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
		return false;
	*id = (__u32)number;
	return true;
}

/* An auid that is null was not set, where the gates looked. */
static void auid_take(struct mw_facts *facts, const json_t *object, bool has_caller)
{
	const json_t *auid = json_object_get(object, "auid");

	facts->auid = UNSET_ID;
	if ((has_caller && json_is_null(auid)) || id_take(auid, &facts->auid))
		facts->known |= MW_BIT(MW_CRITERION_AUID);
}

static int container_take(struct mw_facts *facts, const char *id, bool has_caller)
{
	if (!id && has_caller)
		absent_take(facts, MW_BIT(MW_CRITERION_CONTAINER));
	return text_take(facts, MW_CRITERION_CONTAINER, id, sizeof(facts->container));
}

static int caller_take(struct record_facts *ret, const struct progress *progress)
{
	struct mw_facts *facts = &ret->facts;
	int r = container_take(facts, text_of(json_object_get(progress->record, "container"), "id"),
			       progress->has_caller);

	if (id_take(json_object_get(progress->process, "euid"), &facts->uid))
		facts->known |= MW_BIT(MW_CRITERION_UID);
	auid_take(facts, progress->process, progress->has_caller);
	if (progress->has_caller)
		ret->never |= MW_BIT(MW_CRITERION_LOADER);
	return r
		       ?: text_take(facts, MW_CRITERION_LOADER, text_of(progress->process, "exe"),
				    sizeof(facts->loader));
}

static void digest_take(struct mw_facts *facts, const json_t *module, const char *key)
{
	const char *hex = text_of(module, key);

	if (hex && strlen(hex) == 2 * MW_DIGEST_SIZE &&
	    !digest_parse(hex, strlen(hex), facts->digest[facts->digest_count]))
		facts->digest_count++;
}

/*
 * Of a compressed file the gates may show the stored bytes first and the unpacked ones then: one
 * digest alone is all of them only where the load went on.
 */
static void digests_take(struct record_facts *ret, const struct progress *progress)
{
	struct mw_facts *facts = &ret->facts;
	bool is_packed = json_is_true(json_object_get(progress->module, "compressed"));

	digest_take(facts, progress->module, "sha256");
	digest_take(facts, progress->module, "sha256_elf");
	if (facts->digest_count && (facts->digest_count == MW_DIGESTS || progress->came_through ||
				    (!is_packed && progress->has_caller)))
		facts->known |= MW_BIT(MW_CRITERION_DIGEST);
	if (progress->is_observed ||
	    json_integer_value(json_object_get(progress->module, "size")) > HASHED_MAX)
		ret->never |= MW_BIT(MW_CRITERION_DIGEST);
}

/* Absent: no kernel takes it for valid. Present, and yet gone through: this kernel checks none. */
static void signature_take(struct mw_facts *facts, const struct progress *progress)
{
	facts->signature = word_at(&signature_words, progress->module, "signature");
	if (facts->signature == MW_SIGNATURE_VALID)
		facts->is_signed = MW_TRUE;
	else if (facts->signature == MW_SIGNATURE_REFUSED ||
		 facts->signature == MW_SIGNATURE_ABSENT || progress->is_loaded ||
		 word_at(&gate_words, progress->record, "gate") == MW_GATE_UNSIGNED)
		facts->is_signed = MW_FALSE;
	else
		return;
	facts->known |= MW_BIT(MW_CRITERION_SIGNED);
}

/* The kernel's own name comes too late for a module that is not validly signed. */
static int name_take(struct record_facts *ret, const struct progress *progress)
{
	struct mw_facts *facts = &ret->facts;
	const json_t *module = progress->module;
	bool is_packed = json_is_true(json_object_get(module, "compressed")) &&
			 !json_is_string(json_object_get(module, "sha256_elf"));

	facts->name_source = word_at(&name_source_words, module, "name_source");
	if (facts->op == MW_OP_LOAD && facts->is_signed == MW_FALSE && progress->saw_content) {
		ret->never |= MW_BIT(MW_CRITERION_MODULE);
		if (facts->name_source == MW_NAME_KERNEL && is_packed)
			return 0;
	}
	return text_take(facts, MW_CRITERION_MODULE, text_of(module, "name"),
			 sizeof(facts->module));
}

static int file_take(struct record_facts *ret, const struct progress *progress)
{
	struct mw_facts *facts = &ret->facts;
	__u32 of_file = MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);
	int r;

	facts->source = word_at(&source_words, progress->module, "source");
	if (facts->source)
		facts->known |= MW_BIT(MW_CRITERION_SOURCE);
	if (facts->source == MW_SOURCE_MEMORY) {
		absent_take(facts, of_file);
		return 0;
	}
	if (progress->has_caller)
		ret->never |= of_file;
	r = text_take(facts, MW_CRITERION_PATH, text_of(progress->module, "path"),
		      sizeof(facts->path));
	return r
		       ?: text_take(facts, MW_CRITERION_FILESYSTEM,
				    text_of(progress->module, "filesystem"),
				    sizeof(facts->filesystem));
}

static int load_take(struct record_facts *ret, const struct progress *progress)
{
	int r = file_take(ret, progress);

	digests_take(ret, progress);
	signature_take(&ret->facts, progress);
	r = r ?: name_take(ret, progress);
	return r ?: caller_take(ret, progress);
}

/* An unload's name is read once, where it is judged, or never. */
static int unload_take(struct record_facts *ret, const struct progress *progress)
{
	int r = name_take(ret, progress);

	if (progress->has_caller)
		ret->never |= MW_BIT(MW_CRITERION_MODULE);
	return r ?: caller_take(ret, progress);
}

/* Who asked stands in the requester: the process may be a helper of the kernel's. */
static int autoload_take(struct record_facts *ret, const struct progress *progress)
{
	static const __u32 of_process = MW_BIT(MW_CRITERION_UID) | MW_BIT(MW_CRITERION_AUID) |
					MW_BIT(MW_CRITERION_CONTAINER) |
					MW_BIT(MW_CRITERION_LOADER);
	const json_t *requester = json_object_get(progress->record, "requester");
	struct mw_facts *facts = &ret->facts;
	int r = caller_take(ret, progress);

	r = r
		    ?: text_take(facts, MW_CRITERION_ALIAS, text_of(requester, "alias"),
				 sizeof(facts->alias));
	if (id_take(json_object_get(requester, "uid"), &facts->uid))
		facts->known |= MW_BIT(MW_CRITERION_UID);
	auid_take(facts, requester, progress->has_caller);
	if (json_is_true(json_object_get(requester, "kernel_thread"))) {
		facts->unattributed = of_process;
		facts->known |= of_process;
	}
	return r;
}

static struct progress progress_of(const json_t *record)
{
	struct progress progress = {
		.record = record,
		.module = json_object_get(record, "module"),
		.process = json_object_get(record, "process"),
	};
	enum mw_gate gate = word_at(&gate_words, record, "gate");

	progress.has_caller = json_is_integer(json_object_get(progress.process, "ppid"));
	progress.is_loaded = json_is_array(json_object_get(progress.module, "taints"));
	progress.is_observed = gate == MW_GATE_CALL || gate == MW_GATE_LOADED;
	progress.saw_content = json_is_integer(json_object_get(progress.module, "size"));
	progress.came_through = progress.is_loaded || gate == MW_GATE_UNSIGNED ||
				gate == MW_GATE_NAME || gate == MW_GATE_LOADED;
	return progress;
}

static bool reason_is_aside(enum mw_op op, enum mw_reason reason)
{
	switch (reason) {
	case MW_REASON_INHERITED:
	case MW_REASON_NO_TICKET:
	case MW_REASON_INTERNAL:
	case MW_REASON_KERNEL:
		return true;
	case MW_REASON_UNREADABLE:
		return op != MW_OP_UNLOAD;
	default:
		return false;
	}
}

static uint64_t count_of(const json_t *record)
{
	json_int_t count =
		json_integer_value(json_object_get(json_object_get(record, "repeated"), "count"));

	return count > 0 ? (uint64_t)count : 1;
}

int record_facts_read(struct record_facts *ret, const json_t *record)
{
	static int (*const takers[MW_OPS])(struct record_facts *, const struct progress *) = {
		[MW_OP_LOAD] = load_take,
		[MW_OP_UNLOAD] = unload_take,
		[MW_OP_AUTOLOAD] = autoload_take,
	};
	struct progress progress = progress_of(record);
	const char *type = text_of(record, "type");
	enum mw_op op = word_at(&op_words, record, "op");

	if (!type || strcmp(type, "operation") != 0 || !op)
		return -EINVAL;
	*ret = (struct record_facts){
		.facts = { .op = op },
		.verdict = word_at(&verdict_words, record, "verdict"),
		.reason = word_at(&reason_words, record, "reason"),
		.gate = word_at(&gate_words, record, "gate"),
		.count = count_of(record),
	};
	if (ret->verdict != MW_VERDICT_ALLOW && ret->verdict != MW_VERDICT_DENY)
		return -EINVAL;
	ret->is_aside = reason_is_aside(op, ret->reason);
	return takers[op](ret, &progress);
}
