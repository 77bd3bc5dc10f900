/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking a container runtime: what it says is taken, and what bad ones do costs its names only. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boottime.h"
#include "cri.h"
#include "cri_process.h"
#include "cri_server.h"

#define NS_PER_MS 1000000ULL
#define LONG_MS   20000 /* only a failure takes that long */
#define SHORT_MS  150   /* for those that would not answer at all */

struct manner_case {
	const char *claim;
	enum cri_manner manner;
	unsigned int time_ms;
	int error;
	const char *pod, *image;
};

#define UNTAGGED "registry.example/driver:1.2"

static const struct manner_case cases[] = {
	{ "takes_the_names_of_pod_and_image", CRI_GOOD, LONG_MS, 0, "driver-x7k2p", UNTAGGED },
	{ "takes_the_users_name_of_an_image", CRI_USER_IMAGE, LONG_MS, 0, "driver-x7k2p",
	  "driver:newest" },
	{ "knows_that_a_container_is_not_known", CRI_EMPTY, LONG_MS, -ENOENT, "", "" },
	{ "takes_no_other_container_for_it", CRI_ANOTHER, LONG_MS, -ENOENT, "", "" },
	{ "says_nothing_of_a_pod_that_is_gone", CRI_NO_POD, LONG_MS, 0, "", UNTAGGED },
	{ "keeps_the_pod_of_a_container_that_went_meanwhile", CRI_GONE_MEANWHILE, LONG_MS, 0,
	  "driver-x7k2p", "" },
	{ "takes_no_name_that_does_not_fit", CRI_LONG_NAMES, LONG_MS, 0, "", UNTAGGED },
	{ "tells_a_socket_without_the_service", CRI_UNIMPLEMENTED, LONG_MS, -EOPNOTSUPP, "", "" },
	{ "tells_a_failing_runtime", CRI_FAILS, LONG_MS, -EREMOTEIO, "", "" },
	{ "ends_with_the_time_where_it_hangs", CRI_HANGS, SHORT_MS, -ETIMEDOUT, "", "" },
	{ "ends_with_the_time_where_it_is_deaf", CRI_DEAF, SHORT_MS, -ETIMEDOUT, "", "" },
	{ "ends_with_the_time_in_half_an_answer", CRI_FALLS_SILENT, SHORT_MS, -ETIMEDOUT, "", "" },
	{ "refuses_what_is_not_http2", CRI_GARBAGE, LONG_MS, -EPROTO, "", "" },
	{ "refuses_half_an_answer", CRI_CUT, LONG_MS, -EPIPE, "", "" },
	{ "refuses_a_size_that_is_not_true", CRI_LIES, LONG_MS, -EPROTO, "", "" },
	{ "refuses_compressed_answers", CRI_COMPRESSED, LONG_MS, -EPROTO, "", "" },
	{ "refuses_an_answer_without_a_status", CRI_NO_STATUS, LONG_MS, -EPROTO, "", "" },
	{ "refuses_what_is_no_message", CRI_MALFORMED, LONG_MS, -EPROTO, "", "" },
	{ "takes_the_names_of_a_pod_with_much_text", CRI_LARGE_POD, LONG_MS, 0, "driver-x7k2p",
	  UNTAGGED },
	{ "names_what_it_can_where_a_pod_is_too_large", CRI_HUGE_POD, LONG_MS, 0, "", UNTAGGED },
	{ "reads_no_endless_answer", CRI_ENDLESS, LONG_MS, -EMSGSIZE, "", "" },
	{ "reads_no_endless_pings", CRI_PINGS, LONG_MS, -EMSGSIZE, "", "" },
};

static uint64_t in(unsigned int ms)
{
	return boottime_now() + ms * NS_PER_MS;
}

static void meets(void **state)
{
	const struct manner_case *test = *state;
	struct cri_server server;
	struct pod_names names;
	uint64_t until;
	bool has_pod;
	int error;

	cri_server_begin(&server, test->manner);
	until = in(test->time_ms);
	error = cri_find(server.path, CRI_ID, until, &names);
	cri_server_end(&server);
	assert_int_equal(error, test->error);
	assert_true(boottime_now() < until + LONG_MS * NS_PER_MS);
	if (error)
		return;
	assert_string_equal(names.pod, test->pod);
	assert_string_equal(names.image, test->image);
	assert_string_equal(names.container, "driver");
	assert_string_equal(names.image_digest, *test->image ? "sha256:" CRI_OTHER : "");
	has_pod = *test->pod || test->manner == CRI_LONG_NAMES;
	assert_string_equal(names.pod_namespace, has_pod ? "gpu" : "");
	assert_string_equal(names.pod_uid, has_pod ? "0b2f4c1e-7d3a-4e59-9c66-2f1e8d7c6b5a" : "");
}

static void says_that_nobody_is_there(void **state)
{
	struct pod_names names;
	char path[64];

	(void)state;
	assert_int_equal(cri_find("/tmp/cri-server.none", CRI_ID, in(LONG_MS), &names),
			 -ECONNREFUSED);
	snprintf(path, sizeof(path), "/tmp/cri-server.%d.file", getpid());
	close(open(path, O_CREAT | O_RDWR, 0600));
	assert_int_equal(cri_find(path, CRI_ID, in(LONG_MS), &names), -ECONNREFUSED);
	unlink(path);
}

/* Of the process. */
static int begin_at(struct cri_process **ret, const char *path, const char *another)
{
	const struct cri_sockets sockets = { .path = { path, another }, .count = another ? 2 : 1 };

	return cri_process_new(ret, &sockets);
}

static void get(struct cri_process *process, const char *id, struct cri_answer *answer)
{
	struct pollfd ready = { .fd = cri_process_fd(process), .events = POLLIN };

	assert_true(cri_process_ask(process, id));
	assert_int_equal(poll(&ready, 1, LONG_MS), 1);
	assert_true(cri_process_answer(process, answer));
}

static void a_process_asks(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_GOOD);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, 0);
	assert_string_equal(answer.id, CRI_ID);
	assert_string_equal(answer.names.pod, "driver-x7k2p");
	get(process, CRI_OTHER, &answer);
	assert_int_equal(answer.error, ENOENT);
	assert_string_equal(answer.id, CRI_OTHER);
	assert_string_equal(answer.names.pod, "");
	assert_false(cri_process_ask(process, "no id"));
	cri_process_free(process);
	cri_server_end(&server);
}

static void a_socket_that_failed_is_left_alone(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_GARBAGE);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, EPROTO);
	get(process, CRI_OTHER, &answer);
	assert_int_equal(answer.error, EPROTO);
	assert_int_equal(*server.connections, 1);
	cri_process_free(process);
	cri_server_end(&server);
}

/* Who has much to say of one container says nothing against the others. */
static void too_large_an_answer_is_held_against_nobody_else(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_ENDLESS);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, EMSGSIZE);
	get(process, CRI_OTHER, &answer);
	assert_int_equal(answer.error, EMSGSIZE);
	assert_int_equal(*server.connections, 2);
	cri_process_free(process);
	cri_server_end(&server);
}

static void a_process_that_was_killed_is_begun_again(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_KILLS);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, ESRCH);
	assert_string_equal(answer.id, "");
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, 0);
	assert_string_equal(answer.names.pod, "driver-x7k2p");
	cri_process_free(process);
	cri_server_end(&server);
}

/* Its child may answer before it is ended with it. */
static void wait_for_end(struct cri_process *process)
{
	struct pollfd ready = { .events = POLLIN };
	struct cri_answer answer;

	while ((ready.fd = cri_process_fd(process)) >= 0) {
		assert_int_equal(poll(&ready, 1, LONG_MS), 1);
		cri_process_answer(process, &answer);
	}
}

static void a_process_that_is_gone_is_begun_again(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_KILLS_PARENT);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	assert_true(cri_process_ask(process, CRI_ID));
	wait_for_end(process);
	assert_false(cri_process_ask(process, CRI_ID));
	assert_int_equal(cri_process_begin_again(process), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, 0);
	assert_string_equal(answer.names.pod, "driver-x7k2p");
	cri_process_free(process);
	cri_server_end(&server);
}

static void each_of_several_sockets_is_told_of(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server bad, good;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&bad, CRI_GARBAGE);
	cri_server_begin(&good, CRI_GOOD);
	assert_int_equal(begin_at(&process, bad.path, good.path), 0);
	get(process, CRI_ID, &answer);
	assert_int_equal(answer.error, 0);
	assert_int_equal(answer.sockets[0], EPROTO);
	assert_int_equal(answer.sockets[1], 0);
	assert_int_equal(answer.sockets[2], CRI_NOT_ASKED);
	get(process, CRI_OTHER, &answer);
	assert_int_equal(answer.error, EPROTO);
	assert_int_equal(answer.sockets[0], EPROTO);
	assert_int_equal(answer.sockets[1], 0);
	cri_process_free(process);
	cri_server_end(&good);
	cri_server_end(&bad);
}

static void of_several_sockets_one_that_is_not_there_is_none(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	struct cri_answer answer;

	(void)state;
	cri_server_begin(&server, CRI_GOOD);
	assert_int_equal(begin_at(&process, "/tmp/cri-server.none", server.path), 0);
	get(process, CRI_OTHER, &answer);
	assert_int_equal(answer.error, ENOENT);
	assert_int_equal(answer.sockets[0], CRI_NOT_ASKED);
	assert_int_equal(answer.sockets[1], 0);
	cri_process_free(process);
	cri_server_end(&server);
}

/* Whoever else begins it with that word is told that there is no such verb. */
static void only_the_daemon_begins_the_process(void **state)
{
	static char name[] = "modwarden", word[] = CRI_PROCESS_WORD, path[] = "/x";
	char *argv[] = { name, word, path, NULL };

	(void)state;
	assert_false(cri_process_is_meant(3, argv));
}

static void what_the_process_cannot_take_is_not_waited_for(void **state)
{
	struct cri_process *process = NULL;
	struct cri_server server;
	unsigned int taken = 0;

	(void)state;
	cri_server_begin(&server, CRI_HANGS);
	assert_int_equal(begin_at(&process, server.path, NULL), 0);
	while (taken < 100000 && cri_process_ask(process, CRI_ID))
		taken++;
	assert_in_range(taken, 1, 99999);
	cri_process_free(process);
	cri_server_end(&server);
}

static void auto_names_the_usual_sockets(void **state)
{
	const struct cri_sockets one = cri_sockets("/x"), usual = cri_sockets(CRI_SOCKET_AUTO);

	(void)state;
	assert_string_equal(one.path[0], "/x");
	assert_int_equal(one.count, 1);
	assert_string_equal(usual.path[0], "/run/containerd/containerd.sock");
	assert_string_equal(usual.path[1], "/run/crio/crio.sock");
	assert_int_equal(usual.count, 5);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(says_that_nobody_is_there),
	cmocka_unit_test(a_process_asks),
	cmocka_unit_test(a_socket_that_failed_is_left_alone),
	cmocka_unit_test(too_large_an_answer_is_held_against_nobody_else),
	cmocka_unit_test(a_process_that_was_killed_is_begun_again),
	cmocka_unit_test(a_process_that_is_gone_is_begun_again),
	cmocka_unit_test(each_of_several_sockets_is_told_of),
	cmocka_unit_test(of_several_sockets_one_that_is_not_there_is_none),
	cmocka_unit_test(only_the_daemon_begins_the_process),
	cmocka_unit_test(what_the_process_cannot_take_is_not_waited_for),
	cmocka_unit_test(auto_names_the_usual_sockets),
};

#define PLAIN (sizeof(plain_tests) / sizeof(*plain_tests))
#define CASES (sizeof(cases) / sizeof(*cases))

/* The process is this program again. */
int main(int argc, char **argv)
{
	struct CMUnitTest tests[PLAIN + CASES] = {};

	if (cri_process_is_meant(argc, argv))
		return cri_process_main(argc, argv);
	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < CASES; i++)
		tests[PLAIN + i] =
			(struct CMUnitTest){ cases[i].claim, meets, NULL, NULL, (void *)&cases[i] };
	return cmocka_run_group_tests_name("cri", tests, NULL, NULL);
}
