/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digest files as they are written: in order, and read back as they were meant. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "digest_file.h"
#include "digest_list.h"

static const __u8 one[MW_DIGEST_SIZE] = { 1 }, two[MW_DIGEST_SIZE] = { 2 };

#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"

static void check_text(struct digest_list *list, const char *head, const char *expected)
{
	char *text;
	size_t size;

	digest_list_sort(list);
	assert_int_equal(digest_list_write(list, head, &text, &size), 0);
	assert_int_equal(size, strlen(expected));
	assert_string_equal(text, expected);
	free(text);
	digest_list_clear(list);
}

static void lines_are_in_order_and_once(void **state)
{
	struct digest_list list = {};

	(void)state;
	digest_list_add(&list, two, "b");
	digest_list_add(&list, one, "b");
	digest_list_add(&list, two, "a");
	digest_list_add(&list, two, "b");
	check_text(&list, "# h\n",
		   "# h\n02" ZEROS "  a\n"
		   "01" ZEROS "  b\n"
		   "02" ZEROS "  b\n");
}

static int count(const __u8 digest[MW_DIGEST_SIZE], struct place place, void *arg)
{
	(void)place;
	assert_memory_equal(digest, one, MW_DIGEST_SIZE);
	++*(int *)arg;
	return 0;
}

static void names_of_any_bytes_are_read_back(void **state)
{
	struct digest_list list = {};
	struct diags diags = {};
	char *text;
	size_t size;
	int lines = 0;

	(void)state;
	digest_list_add(&list, one, "a\\b\nc\rd");
	assert_int_equal(digest_list_write(&list, "", &text, &size), 0);
	assert_string_equal(text, "\\01" ZEROS "  a\\\\b\\nc\\rd\n");
	assert_int_equal(digest_file_parse("f", text, size, count, &lines, &diags), 0);
	assert_int_equal(lines, 1);
	free(text);
	digest_list_clear(&list);
}

static void the_first_line_tells_the_scope(void **state)
{
	(void)state;
	for (enum digest_scope scope = DIGEST_SCOPE_NEEDED; scope <= DIGEST_SCOPE_UNSIGNED;
	     scope++) {
		char *head = digest_head_write(scope, "6.9", scope == DIGEST_SCOPE_ALL);

		assert_int_equal(digest_head_read(head), scope);
		free(head);
	}
	assert_int_equal(digest_head_read("# modwarden: allmodules\n"), DIGEST_SCOPE_NONE);
	assert_int_equal(digest_head_read("01  a.ko\n"), DIGEST_SCOPE_NONE);
	assert_int_equal(digest_head_read(""), DIGEST_SCOPE_NONE);
}

static void lists_of_a_tree(void **state)
{
	struct tree_module plain = { .path = "/t/kernel/a.ko" };
	struct tree_module packed = { .path = "/t/kernel/b.ko.xz" };
	struct tree_module other = { .path = "/t/updates/kernel/c.ko" };
	struct tree_module *modules[] = { &plain, &packed, &other };
	struct tree_set set = { .modules = modules, .count = 3 };
	struct module_digest digests[] = {
		{ .stored = { 1 }, .elf = { 1 } },
		{ .stored = { 1 }, .elf = { 2 }, .compression = COMPRESSION_XZ },
		{ .stored = { 1 }, .elf = { 1 }, .signature = MW_SIGNATURE_PRESENT },
	};
	struct digest_list stored = {}, elf = {};

	(void)state;
	assert_int_equal(digest_list_of_tree("/t", &set, digests, DIGEST_SCOPE_ALL, &stored, &elf),
			 0);
	check_text(&stored, "",
		   "01" ZEROS "  /t/kernel/a.ko\n"
		   "01" ZEROS "  /t/kernel/b.ko.xz\n"
		   "01" ZEROS "  /t/updates/kernel/c.ko\n");
	check_text(&elf, "", "02" ZEROS "  /t/kernel/b.ko\n");
	/* What the distribution has signed is below kernel/. */
	digests[1].signature = MW_SIGNATURE_PRESENT;
	assert_int_equal(
		digest_list_of_tree("/t", &set, digests, DIGEST_SCOPE_UNSIGNED, &stored, &elf), 0);
	check_text(&stored, "",
		   "01" ZEROS "  /t/kernel/a.ko\n"
		   "01" ZEROS "  /t/updates/kernel/c.ko\n");
	check_text(&elf, "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_in_order_and_once),
		cmocka_unit_test(names_of_any_bytes_are_read_back),
		cmocka_unit_test(the_first_line_tells_the_scope),
		cmocka_unit_test(lists_of_a_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
