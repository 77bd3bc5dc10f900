// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log that anybody may have written to: each line is a record or counted as damage, it says the
 * same to the quick reader and to the slow one, and is shown without harm.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "log_filter.h"
#include "log_reader.h"
#include "ocsf.h"
#include "record_facts.h"
#include "record_text.h"

static bool is_same(const struct log_value *a, const struct log_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == LOG_VALUE_STRING)
		return a->size == b->size && !memcmp(a->text, b->text, a->size);
	return a->kind == LOG_VALUE_LIST || a->number == b->number;
}

static void require_shown(const json_t *record)
{
	static const struct record_text_style styles[] = { { .width = 0 }, { .width = 40 } };
	struct record_facts facts;
	json_t *event = NULL;

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		char *text = record_text(record, &styles[i]);

		require(text && is_harmless(text));
		free(text);
	}
	ocsf_of(record, &event);
	json_decref(event);
	if (!record_facts_read(&facts, record)) {
		require(facts.facts.op > MW_OP_NONE && facts.facts.op < MW_OPS);
		require(facts.facts.digest_count <= MW_DIGESTS && facts.count >= 1);
		require(!(facts.facts.absent & ~facts.facts.known));
	}
}

static void require_line(struct log_line *line)
{
	const json_t *record = log_line_record(line);
	struct log_fields scanned, walked;

	require(record && line->size && line->size < (1U << 20) + 1);
	log_fields_of(&walked, record);
	for (int i = 0; i < LOG_FIELDS; i++)
		require(is_same(&line->fields.values[i], &walked.values[i]));
	if (log_fields_scan(&scanned, line->text, line->size))
		for (int i = 0; i < LOG_FIELDS; i++)
			require(is_same(&scanned.values[i], &walked.values[i]));
	require(log_fields_count(&line->fields) >= 1);
	log_outcome(&line->fields);
	require_shown(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	struct log_reader *reader = NULL;
	struct log_line *line;
	uint64_t records = 0, lines = 0;
	char path[32];

	log_set_level(LOG_LEVEL_ERROR);
	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	require(!log_reader_new(&reader, INT64_MIN, INT64_MAX));
	if (log_reader_add(reader, path, false)) {
		while (log_reader_next(reader, &line)) {
			require_line(line);
			records++;
		}
		for (size_t i = 0; i < size; i++)
			lines += data[i] == '\n' ? 1 : !data[i] && (!i || data[i - 1]) ? 2 : 0;
		/* A run of NULs is a line of its own, and ends one. What is compressed has more than are seen here. */
		if (size < 2 || (data[0] != 0x1f && data[0] != 0xfd && data[0] != 0x28))
			require(records + log_reader_damaged(reader) <= lines + 1);
	}
	log_reader_end(reader);
	close(fd);
	return 0;
}
