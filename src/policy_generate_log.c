// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_generate_log.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "digest.h"
#include "escape.h"
#include "log.h"
#include "log_fields.h"
#include "log_filter.h"
#include "modwarden/policy_image.h"
#include "record_walk.h"

struct reading {
	int error;
	struct generation *generation;
	size_t loads;
	size_t refused; /* in enforce mode: nobody has said that these were right */
	size_t others; /* that no gate stopped, or that the kernel refused: not monitor mode's doing
			*/
	size_t unknown; /* without a digest */
};

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is(const json_t *object, const char *key, const char *word)
{
	const char *text = text_at(object, key);

	return text && !strcmp(text, word);
}

/* As the bytes were; what is no escaped text stays as it is. */
static char *text_unescape(const char *escaped)
{
	size_t size;
	bool cut;
	char *text = bytes_unescape(escaped, &size, &cut);

	return text || errno == ENOMEM ? text : strdup(escaped);
}

/* The path, or the module's name with .ko; is_elf: as it would be called unpacked. */
static char *name_of(const json_t *module, bool is_elf)
{
	const char *path = text_at(module, "path"), *name = text_at(module, "name");
	auto_free char *text = text_unescape(path ?: name ?: "unknown");
	char *with_suffix;

	if (!text)
		return NULL;
	if (path)
		return is_elf ? module_path_unpacked(text) : take_pointer(text);
	return asprintf(&with_suffix, "%s.ko", text) < 0 ? NULL : with_suffix;
}

static int add_digest(struct digest_list *list, const json_t *module, const char *key, bool is_elf)
{
	const char *hex = text_at(module, key);
	auto_free char *name = name_of(module, is_elf);
	__u8 digest[MW_DIGEST_SIZE];

	if (!name)
		return -ENOMEM;
	if (!hex || strlen(hex) != DIGEST_HEX_SIZE - 1 || digest_parse(hex, strlen(hex), digest))
		return -ENOENT;
	return digest_list_add(list, digest, name);
}

/* The same loads come again and again: only different ones count. */
static int bound(struct generation *generation)
{
	if (generation->stored.count + generation->elf.count < 4UL * MW_DIGESTS_MAX)
		return 0;
	digest_list_sort(&generation->stored);
	digest_list_sort(&generation->elf);
	return generation->stored.count + generation->elf.count > 2UL * MW_DIGESTS_MAX ? -ENOSPC
										       : 0;
}

/* What came from memory was unpacked; of a file the kernel may have shown both. */
static int add_module(struct reading *reading, const json_t *module)
{
	struct generation *generation = reading->generation;
	bool is_elf = is(module, "source", "memory");
	int error = add_digest(is_elf ? &generation->elf : &generation->stored, module, "sha256",
			       is_elf);
	int second = add_digest(&generation->elf, module, "sha256_elf", true);

	if (error == -ENOMEM || second == -ENOMEM)
		return -ENOMEM;
	reading->loads++;
	reading->unknown += error && second;
	return bound(generation);
}

/* Let in because the mode was monitor, or never decided there. */
static bool monitor_let_in(const json_t *record)
{
	struct log_fields fields;
	enum tally_end end;

	log_fields_of(&fields, record);
	end = log_outcome(&fields);
	return end == TALLY_WOULD_DENY ||
	       (end == TALLY_UNDECIDED && !log_field_is(&fields, LOG_MODE, "enforce"));
}

static int add_record(const json_t *record, struct reading *reading)
{
	const json_t *module = json_object_get(record, "module");

	if (!is(record, "verdict", "deny") && !is(record, "verdict", "pending"))
		return 0;
	if (is(record, "type", "module") && is(record, "reason", "baseline"))
		return add_module(reading, module);
	if (!is(record, "type", "operation") || !is(record, "op", "load"))
		return 0;
	if (json_is_true(json_object_get(record, "enforced")))
		reading->refused++;
	else if (monitor_let_in(record))
		return add_module(reading, module);
	else
		reading->others++;
	return 0;
}

static int take_record(const json_t *record, void *arg)
{
	struct reading *reading = arg;

	reading->error = add_record(record, reading);
	return !!reading->error;
}

/* The decompressed bytes of a file that is still the one on record: it may come from memory, too.
 */
static int add_unpacked(struct digest_list *elf, const struct digest_line *line)
{
	cleanup(cleanup_module_file) struct module_file *file = NULL;
	auto_free char *name = module_path_unpacked(line->name);

	if (!name)
		return -ENOMEM;
	if (*name != '/' || module_file_look(&file, line->name) ||
	    file->compression == COMPRESSION_NONE ||
	    memcmp(file->stored_sha256, line->digest, sizeof(line->digest)) != 0)
		return 0;
	return digest_list_add(elf, file->elf_sha256, name);
}

static int finish(struct generation *generation)
{
	int error = 0;

	digest_list_sort(&generation->stored);
	for (size_t i = 0; i < generation->stored.count && !error; i++)
		error = add_unpacked(&generation->elf, &generation->stored.lines[i]);
	digest_list_sort(&generation->elf);
	return error;
}

static enum exit_code tell(const struct reading *reading)
{
	if (reading->refused)
		log_warning("policy generate: %zu load%s that enforce mode refused: not listed",
			    reading->refused, reading->refused == 1 ? "" : "s");
	if (reading->others)
		log_warning(
			"policy generate: %zu load%s that enforce mode did not stop, or that the "
			"kernel refused: not listed",
			reading->others, reading->others == 1 ? "" : "s");
	if (reading->unknown)
		log_warning("policy generate: %zu record%s without a digest: not listed",
			    reading->unknown, reading->unknown == 1 ? "" : "s");
	if (reading->loads > reading->unknown)
		return EXIT_DONE;
	log_error("policy generate: the log has no load that monitor mode let in and enforce mode "
		  "would have refused");
	return EXIT_NOTHING;
}

enum exit_code generation_of_logs(struct generation *generation, char *const *paths, int count,
				  const struct generation_output *output)
{
	struct reading reading = { .generation = generation };
	enum exit_code code;

	*generation = (struct generation){
		.origin = "the loads that a log told of, and that would have been refused",
		.scope = DIGEST_SCOPE_NEEDED,
		.is_of_this_kernel = true,
	};
	code = policy_generate_begin(generation, output);
	if (code)
		return code;
	code = record_walk(paths, (size_t)count, NULL, take_record, &reading);
	if (reading.error)
		log_error("policy generate: cannot list the loads of the logs: %s",
			  reading.error == -ENOSPC ? "there are more than a policy can list"
						   : strerror(-reading.error));
	if (reading.error || code)
		return EXIT_FAILED;
	if (finish(generation)) {
		log_error("policy generate: cannot list the loads: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	return tell(&reading);
}
