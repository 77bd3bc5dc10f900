/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as JSON. The names and the order of all fields are in golden/record-fields.txt; after a
 * change that is meant, UPDATE_GOLDEN=1 writes it anew. SEED=N chooses the random events.
 */
#include "record_case.h"

#include "escape.h"
#include "golden_file.h"
#include "record_text.h"

#define GOLDEN        "record-fields.txt"
#define RANDOM_EVENTS 3000

static void list_fields(FILE *out, const char *prefix, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		const json_t *inner = json_is_array(value) ? json_array_get(value, 0) : value;
		char name[128];

		fprintf(out, "%s%s%s\n", prefix, key, json_is_array(value) ? "[]" : "");
		snprintf(name, sizeof(name), "%s%s%s.", prefix, key,
			 json_is_array(value) ? "[]" : "");
		if (json_is_object(inner))
			list_fields(out, name, inner);
	}
}

static void list_record(FILE *out, json_t *record)
{
	assert_non_null(record);
	fprintf(out, "[%s]\n", json_string_value(json_object_get(record, "type")));
	list_fields(out, "", record);
	fputc('\n', out);
	json_decref(record);
}

static void list_all_records(FILE *out)
{
	const struct record_daemon daemon = { .reason = RECORD_DAEMON_STARTED };
	const struct record_policy policy = { .reason = RECORD_POLICY_LOADED };
	const struct record_module module = { .reason = RECORD_MODULE_BASELINE, .name = "x" };
	const struct record_audit audit = { .reason = RECORD_AUDIT_GAP };
	const struct mw_tamper_event tamper = {
		.attempt = MW_ATTEMPT_MAP, .pid = 1, .comm = "x", .module = "x"
	};
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	struct record_context context = sample_context();

	operation.repeated.count = 2;
	operation.requester.pid = 1;
	operation.ruling.reason = MW_REASON_INHERITED;
	list_record(out, record_of(&operation));
	operation.facts.op = MW_OP_AUTOLOAD;
	list_record(out, record_of(&operation));
	list_record(out, record_daemon(&context, 1, &daemon));
	list_record(out, record_policy(&context, 1, &policy));
	list_record(out, record_module(&context, 1, &module));
	list_record(out, record_audit(&context, 1, &audit));
	list_record(out, record_tamper(&context, &tamper, NULL));
	for (size_t i = 0; i < RECORD_LOST_KINDS; i++)
		context.lost.count[i] = 1;
	list_record(out, record_loss(&context, 1, &context.lost));
}

static void fields_are_those_of_the_golden_list(void **state)
{
	auto_free char *listed = NULL;
	size_t size;
	FILE *out = open_memstream(&listed, &size);

	(void)state;
	list_all_records(out);
	fclose(out);
	assert_golden(GOLDEN, listed);
}

static void hostile_texts_come_back_from_the_log(void **state)
{
	static const char path[] = "/tmp/\033[2J\n\xe2\x80\xa8\xff\\.ko";
	struct operation operation = sample_operation(MW_VERDICT_DENY, true, -EPERM);
	auto_free char *line = NULL, *bytes = NULL;
	json_t *record, *back;
	size_t size;
	bool cut;

	(void)state;
	SET_TEXT(operation.facts.path, path);
	record = record_of(&operation);
	line = json_dumps(record, JSON_COMPACT);
	assert_null(strpbrk(line, "\n\033\xff"));
	back = json_loads(line, 0, NULL);
	bytes = bytes_unescape(json_string_value(field(back, "module.path")), &size, &cut);
	assert_string_equal(bytes, path);
	json_decref(back);
	json_decref(record);
}

static void records_of_one_instant_have_ids_of_their_own(void **state)
{
	const struct record_daemon daemon = { .reason = RECORD_DAEMON_STARTED };
	struct record_context context = sample_context();
	json_t *first = record_daemon(&context, 1000, &daemon);
	json_t *second = record_daemon(&context, 1000, &daemon);

	(void)state;
	assert_field(first, "id", "\"5f0c1d2e-t1000\"");
	assert_field(second, "id", "\"5f0c1d2e-t1001\"");
	json_decref(first);
	json_decref(second);
}

static void losses_are_told_by_kind(void **state)
{
	struct record_context context = sample_context();
	json_t *record;

	(void)state;
	context.lost.count[RECORD_LOST_OUTCOME] = 3;
	context.lost.count[RECORD_LOST_OUTPUT] = UINT64_MAX;
	record = record_loss(&context, 1, &context.lost);
	assert_field(record, "lost", "{\"outcome\":3,\"output\":9223372036854775807}");
	json_decref(record);
}

static void times_are_utc_with_microseconds(void **state)
{
	static const struct {
		uint64_t time;
		int64_t offset;
		const char *text;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00.000000Z" },
		{ 1999999999, 0, "1970-01-01T00:00:01.999999Z" },
		{ 500, -1, "1970-01-01T00:00:00.000000Z" },
		{ 0, -1, "1969-12-31T23:59:59.999999Z" },
		{ 999999999, 1, "1970-01-01T00:00:01.000000Z" },
		{ UINT64_MAX, INT64_MAX, "2846-10-30T23:21:50.564327Z" },
		{ 0, INT64_MIN, "1677-09-21T00:12:43.145224Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *time = value_time(cases[i].time, cases[i].offset);

		assert_string_equal(json_string_value(time), cases[i].text);
		json_decref(time);
	}
}

static void every_word_can_be_parsed_back(void **state)
{
	static const struct words *const tables[] = {
		&op_words,      &gate_words,   &verdict_words,   &mode_words,
		&reason_words,  &source_words, &signature_words, &name_source_words,
		&syscall_words, &abi_words,    &criterion_words, &tamper_words,
		&lost_words,    &taint_words,  &attempt_words,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (size_t value = 0; value < tables[i]->count; value++) {
			const char *word = word_of(tables[i], value);

			if (word)
				assert_int_equal(word_parse(tables[i], word), value);
		}
		assert_null(word_of(tables[i], UINT64_MAX));
		assert_int_equal(word_parse(tables[i], "no such word"), -ENOENT);
		assert_int_equal(word_parse(tables[i], ""), -ENOENT);
	}
}

/* A value appended to an enum needs its word. */
static void every_value_of_the_kernel_side_has_a_word(void **state)
{
	static const struct {
		const struct words *words;
		unsigned int first, end;
	} tables[] = {
		{ &op_words, 1, MW_OPS },           { &gate_words, 1, MW_GATES },
		{ &reason_words, 1, MW_REASONS },   { &source_words, 1, MW_SOURCES },
		{ &syscall_words, 1, MW_SYSCALLS }, { &criterion_words, 0, MW_CRITERIA },
		{ &tamper_words, 1, MW_TAMPERS },   { &lost_words, 0, RECORD_LOST_KINDS },
		{ &attempt_words, 1, MW_ATTEMPTS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (unsigned int value = tables[i].first; value < tables[i].end; value++)
			assert_non_null(word_of(tables[i].words, value));
}

static bool is_fit_for_a_terminal(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7f)
			return false;
	return true;
}

static void check_any_operation(const struct operation *operation, void *arg)
{
	const struct record_text_style style = { .width = 32 + rand() % 100 };
	json_t *record = record_operation(arg, operation);
	auto_free char *line = json_dumps(record, JSON_COMPACT);
	auto_free char *text = NULL;
	json_t *back;

	assert_non_null(line);
	assert_null(strchr(line, '\n'));
	back = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_equal(record, back));
	text = record_text(back, &style);
	assert_non_null(text);
	assert_true(is_fit_for_a_terminal(text));
	json_decref(back);
	json_decref(record);
}

static void random_fill(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)bytes)[i] = rand() % 3 ? rand() : rand() % 8;
}

static void any_event_becomes_a_valid_record_and_safe_text(void **state)
{
	const char *seed = getenv("SEED");
	struct record_context context = sample_context();
	struct operations *operations;

	(void)state;
	srand(seed ? atoi(seed) : 1);
	operations_new(&operations, 64, check_any_operation, &context);
	for (int i = 0; i < RANDOM_EVENTS; i++) {
		union {
			struct mw_event event;
			struct mw_decision_event decision;
			struct mw_outcome outcome;
		} any;

		random_fill(&any, sizeof(any));
		any.event.type = MW_EVENT_DECISION + rand() % 2;
		any.event.size = sizeof(any);
		any.event.seq = rand() % 100;
		operations_add_event(operations, &any, sizeof(any), i);
	}
	operations_flush(operations);
	operations_free(operations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_those_of_the_golden_list),
		cmocka_unit_test(hostile_texts_come_back_from_the_log),
		cmocka_unit_test(records_of_one_instant_have_ids_of_their_own),
		cmocka_unit_test(losses_are_told_by_kind),
		cmocka_unit_test(times_are_utc_with_microseconds),
		cmocka_unit_test(every_word_can_be_parsed_back),
		cmocka_unit_test(every_value_of_the_kernel_side_has_a_word),
		cmocka_unit_test(any_event_becomes_a_valid_record_and_safe_text),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
