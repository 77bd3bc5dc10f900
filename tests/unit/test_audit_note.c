/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as audit messages: their text, and that nobody writes a field of another's into it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <auparse.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit_note.h"

#define DIGEST "90b2d94a5c1b1a2c7ed8b5b4c51d4b9b04a37ca4be5ed0e9cf2f4a7a1f3f7b11"

static const char refused[] =
	"{'schema':'modwarden/1','id':'1c2d3e4f-12','type':'operation','op':'load',"
	"'verdict':'deny','enforced':true,'mode':'enforce','rule':'no-dummies','reason':'rule',"
	"'gate':'content','module':{'name':'dummy','sha256':'" DIGEST "'},"
	"'syscall':{'name':'finit_module','exit':-1,'errno':'EPERM'},'process':{'pid':234},"
	"'audit':{'id':'1700000000.123:456','serial':456,'key':'module_load','recorded':'yes'}}";

static json_t *record_of(const char *text)
{
	char *quoted = strdup(text);
	json_t *record;

	for (char *c = quoted; (c = strchr(c, '\''));)
		*c = '"';
	record = json_loads(quoted, 0, NULL);
	assert_non_null(record);
	free(quoted);
	return record;
}

static struct audit_note note_of(json_t *record)
{
	struct audit_note note;

	assert_int_equal(audit_note_make(&note, record), 0);
	json_decref(record);
	return note;
}

static void tells_what_audit_cannot_say(void **state)
{
	struct audit_note note = note_of(record_of(refused));

	(void)state;
	assert_string_equal(note.text,
			    "op=load name=\"dummy\" hash=sha256:" DIGEST
			    " verdict=deny enforced=yes rule=\"no-dummies\" reason=rule "
			    "gate=content id=1c2d3e4f-12 opid=234 event=456 key=\"module_load\"");
	assert_false(note.success);
}

static void leaves_out_what_is_not_known(void **state)
{
	struct audit_note note = note_of(record_of(
		"{'type':'operation','op':'load','verdict':'allow','enforced':false,'rule':null,"
		"'reason':'default','gate':null,'id':'1-2','module':{'name':null,'sha256':null},"
		"'syscall':{'exit':null},'process':{'pid':null},'audit':null}"));

	(void)state;
	assert_string_equal(note.text, "op=load verdict=allow enforced=no reason=default id=1-2");
	assert_true(note.success);
}

static void tells_of_autoloads_and_of_repetition(void **state)
{
	struct audit_note note = note_of(
		record_of("{'type':'operation','op':'autoload','verdict':'deny','enforced':true,"
			  "'rule':'r','reason':'rule','gate':'request','id':'1-2','module':null,"
			  "'syscall':null,'process':{'pid':7},'requester':{'alias':'net-pf-38'},"
			  "'repeated':{'count':12}}"));

	(void)state;
	assert_string_equal(note.text,
			    "op=autoload name=\"net-pf-38\" verdict=deny enforced=yes rule=\"r\" "
			    "reason=rule gate=request id=1-2 opid=7 repeated=12");
	assert_false(note.success);
}

static void has_failed_where_the_kernel_refused(void **state)
{
	json_t *record = record_of(refused);

	(void)state;
	json_object_set_new(record, "enforced", json_false());
	assert_false(note_of(record).success);
	record = record_of(refused);
	json_object_set_new(record, "enforced", json_false());
	json_object_set_new(json_object_get(record, "syscall"), "exit", json_integer(0));
	assert_true(note_of(record).success);
}

static void refuses_records_of_no_operation(void **state)
{
	struct audit_note note;
	json_t *record = record_of("{'type':'daemon','reason':'started'}");

	(void)state;
	assert_int_equal(audit_note_make(&note, record), -ENOMSG);
	json_decref(record);
}

/* What libauparse makes of a note, as the kernel and libaudit send it. */
static char *read_field(const char *text, const char *name)
{
	auparse_state_t *auparse;
	char *line, *value = NULL;

	assert_true(asprintf(&line,
			     "type=TRUSTED_APP msg=audit(1700000000.123:457): pid=1 uid=0 "
			     "auid=4294967295 ses=4294967295 msg='%s exe=\"/usr/sbin/modwarden\" "
			     "hostname=? addr=? terminal=? res=failed'\n",
			     text) > 0);
	auparse = auparse_init(AUSOURCE_BUFFER, line);
	auparse_set_escape_mode(auparse, AUPARSE_ESC_RAW);
	assert_true(auparse_next_event(auparse) > 0);
	assert_true(auparse_first_record(auparse) > 0);
	if (auparse_find_field(auparse, name))
		value = strdup(auparse_interpret_field(auparse) ?: "");
	auparse_destroy(auparse);
	free(line);
	return value;
}

static void assert_field(const char *text, const char *name, const char *wanted)
{
	char *value = read_field(text, name);

	assert_non_null(value);
	assert_string_equal(value, wanted);
	free(value);
}

static void nobody_writes_fields_into_a_name(void **state)
{
	/* Escaped, as a record has it; and what it is. */
	static const char *const names[][2] = {
		{ "x' res=success", "x' res=success" },
		{ "x\" verdict=allow", "x\" verdict=allow" },
		{ "x';", "x';" },
		{ "(null)", "(null)" },
		/* Where its hexadecimal could be a number, libauparse leaves it as it is. */
		{ "x'", "7827" },
		{ "a=bo", "a=bo" },
		{ "\\x0atype=SYSCALL", "\ntype=SYSCALL" },
		{ "\\xff\\x1b[31m", "\xff\x1b[31m" },
		{ "a\\\\b", "a\\b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *record = record_of(refused);
		struct audit_note note;

		json_object_set_new(json_object_get(record, "module"), "name",
				    json_string(names[i][0]));
		json_object_set_new(record, "rule", json_string(names[i][0]));
		note = note_of(record);
		assert_null(strpbrk(note.text, "'\n\\\x1b"));
		assert_field(note.text, "name", names[i][1]);
		assert_field(note.text, "verdict", "deny");
		assert_field(note.text, "res", "failed");
	}
}

static void ausearch_finds_each_key(void **state)
{
	json_t *record = record_of(refused);
	struct audit_note note;

	(void)state;
	json_object_set_new(json_object_get(record, "audit"), "key",
			    json_pack("[s,s]", "module_load", "modules"));
	note = note_of(record);
	assert_non_null(strstr(note.text, " key=6D6F64756C655F6C6F6164016D6F64756C6573"));
	assert_field(note.text, "key", "module_load");
}

static void the_longest_values_leave_room_for_the_rest(void **state)
{
	char longest[1001];
	json_t *record = record_of(refused);
	struct audit_note note;

	(void)state;
	memset(longest, ' ', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	json_object_set_new(json_object_get(record, "module"), "name", json_string(longest));
	json_object_set_new(record, "rule", json_string(longest));
	json_object_set_new(json_object_get(record, "audit"), "key", json_string(longest));
	note = note_of(record);
	assert_non_null(strstr(note.text, " id=1c2d3e4f-12 "));
	assert_non_null(strstr(note.text, " key=2020"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_audit_cannot_say),
		cmocka_unit_test(leaves_out_what_is_not_known),
		cmocka_unit_test(tells_of_autoloads_and_of_repetition),
		cmocka_unit_test(has_failed_where_the_kernel_refused),
		cmocka_unit_test(refuses_records_of_no_operation),
		cmocka_unit_test(nobody_writes_fields_into_a_name),
		cmocka_unit_test(ausearch_finds_each_key),
		cmocka_unit_test(the_longest_values_leave_room_for_the_rest),
	};

	return cmocka_run_group_tests_name("audit_note", tests, NULL, NULL);
}
