/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the container id is in a cgroup's name, as the runtimes write it and as they do not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "modwarden/container_id.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

#define DIGITS_63 "f00dcafe0123456789abcdef0123456789abcdef0123456789abcdef0123456"
#define ID        DIGITS_63 "7"
#define OTHER_ID  "1111111111111111111111111111111111111111111111111111111111111111"
#define UPPER_ID  "F00DCAFE0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF01234567"
_Static_assert(sizeof(ID) == MW_CONTAINER_ID_DIGITS + 1, "an id has 64 digits");
_Static_assert(sizeof(OTHER_ID) == sizeof(ID) && sizeof(UPPER_ID) == sizeof(ID), "so has each");

#define NOWHERE (-1)

struct name_case {
	const char *claim;
	const char *name;
	int at;
};

static const struct name_case name_cases[] = {
	{ "finds_that_of_cri_o", "crio-" ID ".scope", 5 },
	{ "finds_that_of_cri_o_with_cgroupfs", "crio-" ID, 5 },
	{ "leaves_cri_os_monitor_on_the_host", "crio-conmon-" ID ".scope", -1 },
	{ "finds_that_of_containerd", "cri-containerd-" ID ".scope", 15 },
	{ "finds_that_of_docker", "docker-" ID ".scope", 7 },
	{ "finds_that_of_podman", "libpod-" ID ".scope", 7 },
	{ "finds_that_of_podman_with_cgroupfs", "libpod-" ID, 7 },
	{ "leaves_podmans_monitor_on_the_host", "libpod-conmon-" ID ".scope", -1 },
	{ "finds_that_of_podman_in_a_service", "libpod-payload-" ID, 15 },
	{ "leaves_podmans_pod_to_its_containers", "machine-libpod_pod_" ID ".slice", NOWHERE },
	{ "finds_that_of_containerd_without_systemd",
	  "kubepods-pod0b7c3c4e_1f9a_4d2b_8f5e_0123456789ab.slice:cri-containerd:" ID, 70 },
	{ "finds_that_of_cgroupfs", ID, 0 },
	{ "finds_one_of_digits_only", OTHER_ID, 0 },

	{ "finds_none_in_the_root", "", NOWHERE },
	{ "finds_none_in_a_service", "systemd-udevd.service", NOWHERE },
	{ "finds_none_in_a_pod",
	  "kubepods-besteffort-pod0b7c3c4e_1f9a_4d2b_8f5e_0123456789ab.slice", NOWHERE },
	{ "wants_more_than_63_digits", DIGITS_63, NOWHERE },
	{ "wants_more_than_63_digits_in_a_scope", "crio-" DIGITS_63 ".scope", NOWHERE },
	{ "wants_less_than_65_digits", ID "0", NOWHERE },
	{ "wants_less_than_65_digits_in_a_scope", "crio-" ID "0.scope", NOWHERE },
	{ "counts_a_letter_that_is_a_digit_before_the_id", "crio-a" ID ".scope", NOWHERE },
	{ "wants_less_than_128_digits", ID OTHER_ID, NOWHERE },
	{ "wants_them_in_lower_case", "crio-" UPPER_ID ".scope", NOWHERE },
	{ "wants_no_dash_among_them", "crio-" DIGITS_63 "-7.scope", NOWHERE },
	{ "takes_no_g_for_a_digit", "crio-" DIGITS_63 "g.scope", NOWHERE },

	{ "takes_the_first_of_two", "crio-" ID "-" OTHER_ID ".scope", 5 },
	{ "goes_on_after_a_shorter_run", "crio-" DIGITS_63 "-" ID ".scope", 69 },
	{ "goes_on_after_a_longer_run", "crio-" ID "0-" ID ".scope", 71 },
	{ "goes_on_after_upper_case", "crio-" UPPER_ID "-" ID ".scope", 70 },
	{ "is_not_misled_by_a_shorter_run_behind", "crio-" ID "-cafe.scope", 5 },
};

/* Behind the NUL is what a longer name left there: an id, which must not be seen. */
static int find(const char *name, size_t length)
{
	struct mw_container_scan scan = { .run = 9, .start = 9, .found = 9 }; /* of a scan before */
	char *buffer = scan.name;

	memset(buffer, 'a', sizeof(scan.name));
	for (size_t at = length + 1; at + sizeof(ID) <= sizeof(scan.name); at += sizeof(ID)) {
		memcpy(&buffer[at], ID, sizeof(ID) - 1);
		buffer[at + sizeof(ID) - 1] = '.';
	}
	memcpy(buffer, name, length);
	buffer[length] = '\0';
	return mw_container_id_find(&scan);
}

static void finds(void **state)
{
	const struct name_case *test = *state;

	assert_int_equal(find(test->name, strlen(test->name)), test->at);
}

static void finds_it_at_each_place_of_the_longest_name(void **state)
{
	const int last = MW_CGROUP_NAME_SIZE - 1 - MW_CONTAINER_ID_DIGITS;
	char name[MW_CGROUP_NAME_SIZE];

	(void)state;
	for (int at = 0; at <= last; at++) {
		memset(name, '-', sizeof(name));
		memcpy(&name[at], ID, MW_CONTAINER_ID_DIGITS);
		assert_int_equal(find(name, MW_CGROUP_NAME_SIZE - 1), at);
	}
}

static void finds_none_in_the_longest_run(void **state)
{
	char name[MW_CGROUP_NAME_SIZE];

	(void)state;
	memset(name, 'f', sizeof(name));
	assert_int_equal(find(name, MW_CGROUP_NAME_SIZE - 1), NOWHERE);
}

static void finds_none_cut_off_by_the_end(void **state)
{
	char name[MW_CGROUP_NAME_SIZE];

	(void)state;
	memset(name, '-', sizeof(name));
	memcpy(&name[MW_CGROUP_NAME_SIZE - 1 - 63], DIGITS_63, 63);
	assert_int_equal(find(name, MW_CGROUP_NAME_SIZE - 1), NOWHERE);
}

/* Of podman's pods without systemd only the place tells. */
static void leaves_podmans_pod_by_its_place(void **state)
{
	static const char *const names[] = { "", "libpod_parent", OTHER_ID, "libpod-" ID };
	static const int expected[] = { NOWHERE, NOWHERE, NOWHERE, 7 };
	struct mw_container_scan scan = {};

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		memset(scan.name, 0, sizeof(scan.name));
		memcpy(scan.name, names[i], strlen(names[i]));
		assert_int_equal(mw_container_id_below(&scan), expected[i]);
	}
}

static void finds_a_container_right_below_podmans_pods(void **state)
{
	struct mw_container_scan scan = { .name = "libpod-" ID, .below_pods = true };

	(void)state;
	assert_int_equal(mw_container_id_below(&scan), 7);
	assert_false(scan.below_pods);
}

static void leaves_to_users_what_is_below_their_slice(void **state)
{
	static const struct {
		const char *name;
		bool is_users;
	} names[] = {
		{ "user.slice", true },   { "user.slices", false },  { "user.slic", false },
		{ "xuser.slice", false }, { "system.slice", false }, { "", false },
	};

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		struct mw_container_scan scan = {};

		strcpy(scan.name, names[i].name);
		assert_int_equal(mw_container_is_users(scan.name, 1), names[i].is_users);
		assert_false(mw_container_is_users(scan.name, 0));
		assert_false(mw_container_is_users(scan.name, 2));
	}
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(finds_it_at_each_place_of_the_longest_name),
	cmocka_unit_test(finds_none_in_the_longest_run),
	cmocka_unit_test(finds_none_cut_off_by_the_end),
	cmocka_unit_test(leaves_podmans_pod_by_its_place),
	cmocka_unit_test(finds_a_container_right_below_podmans_pods),
	cmocka_unit_test(leaves_to_users_what_is_below_their_slice),
};

#define PLAIN array_size(plain_tests)

int main(void)
{
	struct CMUnitTest tests[PLAIN + array_size(name_cases)] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < array_size(name_cases); i++)
		tests[PLAIN + i] = (struct CMUnitTest){ name_cases[i].claim, finds, NULL, NULL,
							(void *)&name_cases[i] };
	return cmocka_run_group_tests_name("container_id", tests, NULL, NULL);
}
