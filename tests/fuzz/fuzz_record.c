// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of the ring buffer, of whatever bytes: the record that comes of them is one line of JSON,
 * reads back as itself and as the facts that the gates had, and is shown without harm.
 */
#include "fuzz.h"

#include "../unit/sample_events.h"
#include "audit_note.h"
#include "log_fields.h"
#include "ocsf.h"
#include "operations.h"
#include "record_facts.h"
#include "record_text.h"

/* The quick reader may leave a line to the slow one; what it tells is the same. */
static void require_fields(const char *line, const json_t *record)
{
	struct log_fields scanned, walked;

	if (!log_fields_scan(&scanned, line, strlen(line)))
		return;
	log_fields_of(&walked, record);
	for (int i = 0; i < LOG_FIELDS; i++) {
		const struct log_value *a = &scanned.values[i], *b = &walked.values[i];

		require(a->kind == b->kind);
		if (a->kind == LOG_VALUE_STRING)
			require(a->size == b->size && !memcmp(a->text, b->text, a->size));
		else if (a->kind != LOG_VALUE_LIST)
			require(a->number == b->number);
	}
}

/* A text that the gates knew comes back as it was, or is not told; never as another one. */
static void require_text(const struct mw_facts *was, const struct mw_facts *is,
			 enum mw_criterion criterion)
{
	size_t at = mw_text_offset(criterion);

	if (!mw_fact_known(is, criterion) || is->absent & MW_BIT(criterion))
		return;
	require(!strcmp((const char *)was + at, (const char *)is + at));
}

static void require_facts(const struct operation *operation, const json_t *record)
{
	const struct mw_facts *was = &operation->facts;
	struct record_facts read;

	if (record_facts_read(&read, record))
		return;
	require(read.facts.op == was->op && read.count >= 1);
	require(read.facts.digest_count <= MW_DIGESTS);
	if (!(operation->has & OPERATION_HAS_DECISION))
		return;
	for (int i = 0; i < read.facts.digest_count && i < was->digest_count; i++)
		require(!memcmp(read.facts.digest[i], was->digest[i], MW_DIGEST_SIZE));
	if (was->op != MW_OP_AUTOLOAD) {
		require_text(was, &read.facts, MW_CRITERION_MODULE);
		require_text(was, &read.facts, MW_CRITERION_LOADER);
	}
	if (was->op == MW_OP_LOAD) {
		require_text(was, &read.facts, MW_CRITERION_PATH);
		require_text(was, &read.facts, MW_CRITERION_FILESYSTEM);
	}
}

static void require_shown(const json_t *record)
{
	static const struct record_text_style styles[] = {
		{ .width = 0 }, { .width = 60 }, { .one_line = true }
	};
	struct audit_note note;
	json_t *event = NULL;

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		char *text = record_text(record, &styles[i]);

		require(text && *text && is_harmless(text));
		require(!styles[i].one_line ||
			strchr(text, '\n') == text + strlen(text) - 1);
		free(text);
	}
	require(!ocsf_of(record, &event));
	json_decref(event);
	require(!audit_note_make(&note, record));
	require(strlen(note.text) < AUDIT_NOTE_SIZE && is_harmless(note.text) &&
		!strchr(note.text, '\n'));
}

static void take(const struct operation *operation, void *arg)
{
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, operation), *again;
	char *line;

	(void)arg;
	require(record);
	line = json_dumps(record, JSON_COMPACT);
	require(line && is_harmless(line) && !strchr(line, '\n'));
	again = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	require(again && json_equal(record, again));
	require_fields(line, again);
	require_facts(operation, again);
	require_shown(again);
	json_decref(again);
	free(line);
	json_decref(record);
}

/* The sample, with the input's bytes over a part of it. */
static void lay_over(struct input_bytes *input, void *event, size_t size)
{
	size_t at = (size_t)(take_byte(input) << 8 | take_byte(input)) % size;
	size_t most = (size_t)(take_byte(input) << 8 | take_byte(input)) % (size - at) + 1;

	take_bytes(input, (char *)event + at, most);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_bytes input = { data, size };
	uint8_t shape = take_byte(&input);
	struct mw_decision_event decision =
		sample_decision(7, shape & 1 ? MW_VERDICT_DENY : MW_VERDICT_ALLOW, shape & 2);
	struct mw_outcome outcome = sample_outcome(&decision, shape & 4 ? -1 : 0);
	struct operations *operations = NULL;

	require(!operations_new(&operations, 16, take, NULL));
	for (int i = 0; i < 4 && input.size; i++)
		lay_over(&input, &decision, sizeof(decision));
	if (shape & 8)
		lay_over(&input, &outcome, sizeof(outcome));
	if (shape & 16)
		operations_add_event(operations, data, size, 1);
	if (!(shape & 32))
		operations_add_event(operations, &decision, sizeof(decision), 1);
	if (!(shape & 64))
		operations_add_event(operations, &outcome, sizeof(outcome), 2);
	operations_end_window(operations);
	operations_flush(operations);
	operations_free(operations);
	return 0;
}
