/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls are about modules: those of the kernel's tables, and no other. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/syscall.h>

#include "modwarden/arch.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

#define NATIVE MW_ABI_NATIVE
#define COMPAT MW_ABI_COMPAT
#define INIT   MW_SYSCALL_INIT_MODULE
#define FINIT  MW_SYSCALL_FINIT_MODULE
#define DELETE MW_SYSCALL_DELETE_MODULE
#define NONE   MW_SYSCALL_NONE

struct syscall_case {
	const char *claim;
	enum mw_abi abi;
	__u32 number;
	enum mw_syscall syscall;
};

static const struct syscall_case syscall_cases[] = {
	{ "knows_the_c_librarys_init_module", NATIVE, SYS_init_module, INIT },
	{ "knows_the_c_librarys_finit_module", NATIVE, SYS_finit_module, FINIT },
	{ "knows_the_c_librarys_delete_module", NATIVE, SYS_delete_module, DELETE },
	{ "knows_no_call_that_minus_1_is_the_number_of", NATIVE, -1U, NONE },
	{ "knows_no_compat_call_that_minus_1_is_the_number_of", COMPAT, -1U, NONE },
#ifdef __x86_64__
#define X32 0x40000000U
	{ "knows_init_module", NATIVE, 175, INIT },
	{ "knows_delete_module", NATIVE, 176, DELETE },
	{ "knows_finit_module", NATIVE, 313, FINIT },
	{ "knows_init_module_of_x32", NATIVE, X32 | 175, INIT },
	{ "knows_delete_module_of_x32", NATIVE, X32 | 176, DELETE },
	{ "knows_finit_module_of_x32", NATIVE, X32 | 313, FINIT },
	{ "knows_init_module_of_i386", COMPAT, 128, INIT },
	{ "knows_delete_module_of_i386", COMPAT, 129, DELETE },
	{ "knows_finit_module_of_i386", COMPAT, 350, FINIT },
	{ "takes_no_native_number_for_one_of_i386", COMPAT, 313, NONE },
	{ "takes_no_number_of_i386_for_a_native_one", NATIVE, 128, NONE },
	{ "has_no_x32_bit_in_i386", COMPAT, X32 | 128, NONE },
	{ "ignores_no_bit_but_that_of_x32", NATIVE, 0x80000000U | 175, NONE },
#endif
};

static void knows(void **state)
{
	const struct syscall_case *test = *state;

	assert_int_equal(mw_syscall_of(test->abi, test->number), test->syscall);
}

/* The table's word on a number; what it does not list is no module system call. */
static enum mw_syscall syscall_listed(enum mw_abi abi, __u32 number)
{
	for (size_t i = 0; i < array_size(syscall_cases); i++)
		if (syscall_cases[i].abi == abi && syscall_cases[i].number == number)
			return syscall_cases[i].syscall;
	return NONE;
}

static void knows_nothing_else(enum mw_abi abi, __u32 first)
{
	int found = 0;

	for (__u32 number = first; number <= first + 600; number++) {
		enum mw_syscall syscall = mw_syscall_of(abi, number);

		assert_int_equal(syscall, syscall_listed(abi, number));
		found += syscall != NONE;
	}
	assert_int_equal(found, MW_SYSCALLS - 1);
}

static void knows_three_native_calls_and_no_other(void **state)
{
	(void)state;
	knows_nothing_else(NATIVE, 0);
}

static void knows_three_compat_calls_and_no_other(void **state)
{
	(void)state;
	knows_nothing_else(COMPAT, 0);
}

#ifdef __x86_64__
static void knows_three_x32_calls_and_no_other(void **state)
{
	(void)state;
	knows_nothing_else(NATIVE, X32);
}
#endif

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(knows_three_native_calls_and_no_other),
	cmocka_unit_test(knows_three_compat_calls_and_no_other),
#ifdef __x86_64__
	cmocka_unit_test(knows_three_x32_calls_and_no_other),
#endif
};

#define PLAIN array_size(plain_tests)

int main(void)
{
	struct CMUnitTest tests[PLAIN + array_size(syscall_cases)] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(syscall_cases); i++)
		tests[PLAIN + i] = (struct CMUnitTest){ syscall_cases[i].claim, knows, NULL, NULL,
							(void *)&syscall_cases[i] };
	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
