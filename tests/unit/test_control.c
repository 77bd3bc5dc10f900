/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: real sockets, and clients of every bad kind. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control_client.h"
#include "control_server.h"

static char directory[] = "/tmp/modwarden-control-XXXXXX";
static char below[64], path[80];
static struct event_base *loop;
static struct control_server *server;
static unsigned int calls;
static pid_t asker;

static int call_echo(void *arg, const json_t *request, json_t *reply)
{
	calls++;
	asker = control_server_peer(server)->pid;
	if (arg != &calls)
		return control_refuse(reply, EXIT_FAILED, "wrong argument");
	json_object_set(reply, "said", json_object_get(request, "say"));
	return EXIT_DONE;
}

static int call_fail(void *arg, const json_t *request, json_t *reply)
{
	(void)arg;
	(void)request;
	return control_refuse(reply, EXIT_KERNEL, "not %s", "here");
}

static int call_flood(void *arg, const json_t *request, json_t *reply)
{
	static char much[4 << 20];

	(void)arg;
	(void)request;
	memset(much, 'x', sizeof(much) - 1);
	json_object_set_new(reply, "much", json_string(much));
	return EXIT_DONE;
}

static const char *const echo_keys[] = { "say", NULL };
static const struct control_verb verbs[] = {
	{ "echo", call_echo, echo_keys },
	{ "fail", call_fail, NULL },
	{ "flood", call_flood, NULL },
};

static struct control_options options_for(uid_t uid)
{
	return (struct control_options){
		.path = path,
		.verbs = verbs,
		.verb_count = sizeof(verbs) / sizeof(verbs[0]),
		.arg = &calls,
		.send_time = { .tv_usec = 200000 },
		.answer_time = { .tv_usec = 200000 },
		.uid = uid,
	};
}

static void be_patient(void)
{
	struct control_options options = options_for(geteuid());

	control_server_free(server);
	options.send_time = options.answer_time = (struct timeval){ .tv_sec = 600 };
	assert_int_equal(control_server_new(&server, loop, &options), 0);
}

static int begin(void **state)
{
	const struct control_options options = options_for(geteuid());

	(void)state;
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(below, sizeof(below), "%s/run", directory);
	snprintf(path, sizeof(path), "%s/control.sock", below);
	calls = 0;
	loop = event_base_new();
	return control_server_new(&server, loop, &options);
}

static int end(void **state)
{
	(void)state;
	control_server_free(server);
	server = NULL;
	event_base_free(loop);
	unlink(path);
	return rmdir(below) || rmdir(directory);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int join(void)
{
	int fd = control_socket_connect(path);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void say(int fd, const char *text, size_t size)
{
	assert_int_equal(send(fd, text, size, MSG_NOSIGNAL), size);
}

/* Runs the loop until there is something to read; false: not within ten seconds. */
static bool pump(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int64_t limit = milliseconds() + 10000;

	while (milliseconds() < limit) {
		event_base_loop(loop, EVLOOP_NONBLOCK);
		if (poll(&wait, 1, 1))
			return true;
	}
	return false;
}

/* What comes until the end of the connection. */
static char *heard(int fd)
{
	static char text[1024];
	size_t size = 0;
	ssize_t n;

	do {
		assert_true(pump(fd));
		n = recv(fd, text + size, sizeof(text) - 1 - size, 0);
		size += n > 0 ? (size_t)n : 0;
	} while (n > 0 && size < sizeof(text) - 1);
	text[size] = '\0';
	close(fd);
	return text;
}

static char *answer_to(const char *text)
{
	int fd = join();

	say(fd, text, strlen(text));
	return heard(fd);
}

#define HELLO    "{\"verb\":\"echo\",\"say\":\"hello\"}\n"
#define GREETING "{\"said\":\"hello\",\"ok\":true}\n"

static void answers_one_line_with_one_line(void **state)
{
	(void)state;
	assert_string_equal(answer_to(HELLO), GREETING);
	assert_int_equal(asker, getpid());
	assert_string_equal(answer_to("{\"verb\":\"fail\"}\n"),
			    "{\"error\":\"not here\",\"ok\":false,\"exit\":4}\n");
}

static void answers_once_a_connection(void **state)
{
	(void)state;
	assert_string_equal(answer_to(HELLO HELLO HELLO), GREETING);
	assert_int_equal(calls, 1);
}

static void takes_a_request_in_pieces(void **state)
{
	int fd = join();

	(void)state;
	for (const char *c = HELLO; *c; c++) {
		say(fd, c, 1);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_string_equal(heard(fd), GREETING);
}

static void refuses_what_it_does_not_know(void **state)
{
	static const char *const bad[] = {
		"\n",
		"hello\n",
		"[]\n",
		"null\n",
		"{}\n",
		"{\"verb\":\"echo\"\n",
		"{\"verb\":\"Echo\"}\n",
		"{\"verb\":1}\n",
		"{\"verb\":[\"echo\"]}\n",
		"{\"verb\":\"echo\",\"shout\":1}\n",
		"{\"verb\":\"fail\",\"say\":1}\n",
		"{\"verb\":\"echo\",\"verb\":\"fail\"}\n",
		"{\"verb\":\"echo\"} {}\n",
		"{\"verb\":\"echo\",\"say\":\"\xff\"}\n",
		"{\"verb\":\"ec\\u0000ho\"}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *answer = answer_to(bad[i]);

		if (!strstr(answer, "\"ok\":false") || !strstr(answer, "\"exit\":2"))
			fail_msg("%zu: %s", i, answer);
	}
	assert_int_equal(calls, 0);
	assert_string_equal(answer_to(HELLO), GREETING);
}

/* As deep as 64 KiB let it be. */
static void refuses_a_deep_request(void **state)
{
	static char deep[30001];
	int fd = join();

	(void)state;
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\n';
	say(fd, deep, sizeof(deep));
	assert_non_null(strstr(heard(fd), "is not JSON"));
}

static void refuses_a_request_that_is_too_long(void **state)
{
	static char line[CONTROL_REQUEST_MAX + 2];
	int fd = join();

	(void)state;
	memset(line, 'x', sizeof(line));
	for (size_t at = 0; at < sizeof(line);) {
		ssize_t n = send(fd, line + at, sizeof(line) - at, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			break;
		at += n > 0 ? (size_t)n : 0;
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_non_null(strstr(heard(fd), "longer than 65536 bytes"));
}

static void ends_a_client_that_is_too_slow(void **state)
{
	int fd = join();

	(void)state;
	say(fd, "{\"verb\"", 7);
	assert_non_null(strstr(heard(fd), "took too long"));
	assert_non_null(strstr(heard(join()), "took too long"));
}

/* Each byte that comes does not give it more time. */
static void ends_a_client_that_drips(void **state)
{
	int64_t limit = milliseconds() + 5000;
	struct pollfd wait;
	int fd = join();

	(void)state;
	wait = (struct pollfd){ .fd = fd, .events = POLLIN };
	while (milliseconds() < limit && !poll(&wait, 1, 20)) {
		send(fd, " ", 1, MSG_NOSIGNAL);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_true(milliseconds() < limit);
	close(fd);
}

static void ends_a_client_that_takes_no_answer(void **state)
{
	struct pollfd wait;
	int64_t limit = milliseconds() + 10000;
	int fd = join();

	(void)state;
	wait = (struct pollfd){ .fd = fd, .events = 0 };
	say(fd, "{\"verb\":\"flood\"}\n", 17);
	while (milliseconds() < limit && !(poll(&wait, 1, 1) && wait.revents & POLLHUP))
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_true(milliseconds() < limit);
	close(fd);
}

/* It must not be ended by the signal that writing to it gives. */
static void outlives_a_client_that_goes_without_its_answer(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		int fd = join();

		say(fd, "{\"verb\":\"flood\"}\n", 17);
		if (i % 2)
			event_base_loop(loop, EVLOOP_NONBLOCK);
		close(fd);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_string_equal(answer_to(HELLO), GREETING);
}

static void serves_a_client_beside_silent_ones(void **state)
{
	int silent[CONTROL_CLIENTS_MAX - 1];

	(void)state;
	be_patient();
	for (int i = 0; i < CONTROL_CLIENTS_MAX - 1; i++)
		silent[i] = join();
	assert_string_equal(answer_to(HELLO), GREETING);
	for (int i = 0; i < CONTROL_CLIENTS_MAX - 1; i++)
		close(silent[i]);
}

static void serves_whoever_comes_to_a_full_house(void **state)
{
	int silent[CONTROL_CLIENTS_MAX];

	(void)state;
	be_patient();
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		silent[i] = join();
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	assert_string_equal(answer_to(HELLO), GREETING);
	/* At the cost of the one who was there first. */
	assert_string_equal(heard(silent[0]), "");
	for (int i = 1; i < CONTROL_CLIENTS_MAX; i++)
		close(silent[i]);
}

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void keeps_nothing_of_clients_that_have_gone(void **state)
{
	int before = descriptors();

	(void)state;
	for (int i = 0; i < 500; i++) {
		int fd = join();

		if (i % 3)
			say(fd, i % 3 == 1 ? "{" : HELLO, 1);
		close(fd);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	for (int i = 0; i < 4; i++)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_int_equal(descriptors(), before);
}

static void refuses_another_user(void **state)
{
	const struct control_options options = options_for(geteuid() + 1);

	(void)state;
	control_server_free(server);
	assert_int_equal(control_server_new(&server, loop, &options), 0);
	assert_string_equal(answer_to(HELLO),
			    "{\"error\":\"only root may ask\",\"ok\":false,\"exit\":5}\n");
	assert_int_equal(calls, 0);
}

static void is_open_to_its_owner_only(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(stat(below, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void refuses_a_second_daemon(void **state)
{
	const struct control_options options = options_for(geteuid());
	struct control_server *second = NULL;

	(void)state;
	assert_int_equal(control_server_new(&second, loop, &options), -EADDRINUSE);
	assert_string_equal(answer_to(HELLO), GREETING);
}

static void replaces_the_socket_of_a_dead_daemon(void **state)
{
	const struct control_options options = options_for(geteuid());
	struct stat file;
	int fd;

	(void)state;
	control_server_free(server);
	fd = control_socket_listen(path, &file);
	assert_true(fd >= 0);
	close(fd); /* as a kill would */
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(control_server_new(&server, loop, &options), 0);
	assert_string_equal(answer_to(HELLO), GREETING);
}

static void refuses_what_is_no_socket(void **state)
{
	const struct control_options options = options_for(geteuid());
	int fd;

	(void)state;
	control_server_free(server);
	server = NULL;
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(control_server_new(&server, loop, &options), -EEXIST);
	assert_int_equal(chmod(below, 0777), 0);
	assert_int_equal(control_server_new(&server, loop, &options), -EPERM);
}

static void takes_only_its_own_socket_away(void **state)
{
	struct stat file;
	int fd;

	(void)state;
	unlink(path);
	fd = control_socket_listen(path, &file);
	control_server_free(server);
	server = NULL;
	assert_int_equal(access(path, F_OK), 0);
	control_socket_remove(path, &file);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
}

/* The client of the verbs. */

static volatile bool is_over;

static void *serve(void *arg)
{
	while (!is_over) {
		event_base_loop(loop, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	return arg;
}

static int ask(const char *verb, json_t **reply)
{
	pthread_t thread;
	int code;

	is_over = false;
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	code = control_ask(path, json_pack("{s:s}", "verb", verb), reply);
	is_over = true;
	pthread_join(thread, NULL);
	return code;
}

static void client_has_the_answer_or_its_exit_code(void **state)
{
	json_t *reply;

	(void)state;
	be_patient();
	assert_int_equal(ask("echo", &reply), EXIT_DONE);
	assert_int_equal(json_object_size(reply), 0);
	json_decref(reply);
	assert_int_equal(ask("flood", &reply), EXIT_DONE);
	assert_int_equal(json_string_length(json_object_get(reply, "much")), (4 << 20) - 1);
	json_decref(reply);
	assert_int_equal(ask("fail", &reply), EXIT_KERNEL);
	assert_null(reply);
	assert_int_equal(ask("none", &reply), EXIT_USAGE);
}

static void lose_all_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	syscall(SYS_capset, &header, none);
}

/* Root of a container may have no more than the user id, and the host's /run. */
static void refuses_root_without_any_capability(void **state)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct own[2] = {};
	int status = 0, fd;
	pid_t child;

	(void)state;
	if (syscall(SYS_capget, &header, own) || !(own[0].effective & 1U << CAP_SYS_ADMIN))
		skip(); /* nobody here has more than another */
	child = fork();
	if (!child) {
		char reply[256] = "";

		lose_all_capabilities();
		fd = control_socket_connect(path);
		if (fd < 0 || write(fd, "{\"verb\":\"echo\"}\n", 16) != 16 ||
		    read(fd, reply, sizeof(reply) - 1) <= 0)
			_exit(2);
		_exit(strstr(reply, "CAP_SYS_MODULE may ask") ? 0 : 1);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	assert_int_equal(status, 0);
	assert_int_equal(calls, 0);
}

/* Anybody may lock what they can open, and a directory is made to be looked into. */
static void does_not_wait_for_a_lock_of_the_directory(void **state)
{
	int held = open(below, O_RDONLY | O_DIRECTORY), fd;
	struct stat file;

	(void)state;
	control_server_free(server);
	server = NULL;
	assert_int_equal(flock(held, LOCK_EX), 0);
	alarm(10);
	fd = control_socket_listen(path, &file);
	alarm(0);
	assert_true(fd >= 0);
	close(fd);
	close(held);
}

static void client_says_that_no_daemon_is_there(void **state)
{
	struct stat file;
	json_t *reply;
	int fd;

	(void)state;
	control_server_free(server);
	server = NULL;
	assert_int_equal(control_ask(path, json_object(), &reply), EXIT_NO_DAEMON);
	fd = control_socket_listen(path, &file);
	close(fd);
	assert_int_equal(control_ask(path, json_object(), &reply), EXIT_NO_DAEMON);
}

/* What is said on standard error meanwhile. */
static FILE *heard_by_people;
static int standard_error;

static void listen_to_people(void)
{
	heard_by_people = tmpfile();
	assert_non_null(heard_by_people);
	standard_error = dup(STDERR_FILENO);
	dup2(fileno(heard_by_people), STDERR_FILENO);
}

static const char *said_to_people(void)
{
	static char text[2048];
	size_t n;

	fflush(stderr);
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	rewind(heard_by_people);
	n = fread(text, 1, sizeof(text) - 1, heard_by_people);
	text[n] = '\0';
	fclose(heard_by_people);
	return text;
}

static int listener;

/* Takes one connection, reads the request or leaves it unread, and is gone. */
static void *drop_one(void *arg)
{
	bool reads = *(bool *)arg;
	struct pollfd wait = { .fd = listener, .events = POLLIN };
	char bytes[64];
	int fd;

	poll(&wait, 1, 10000);
	fd = accept(listener, NULL, NULL);
	wait = (struct pollfd){ .fd = fd, .events = POLLIN };
	poll(&wait, 1, 10000);
	if (reads && read(fd, bytes, sizeof(bytes)) < 0)
		arg = NULL;
	close(fd);
	return arg;
}

static void client_tells_that_the_daemon_went_before_it_answered(void **state)
{
	const char *said;
	struct stat file;
	json_t *reply;

	(void)state;
	control_server_free(server);
	server = NULL;
	listener = control_socket_listen(path, &file);
	assert_true(listener >= 0);
	for (int reads = 0; reads < 2; reads++) {
		bool arg = reads;
		pthread_t thread;
		int code;

		listen_to_people();
		assert_int_equal(pthread_create(&thread, NULL, drop_one, &arg), 0);
		code = control_ask(path, json_pack("{s:s}", "verb", "echo"), &reply);
		pthread_join(thread, NULL);
		said = said_to_people();
		assert_int_equal(code, EXIT_FAILED);
		assert_null(reply);
		if (!strstr(said, "ended or closed the connection before it answered"))
			fail_msg("%d: %s", reads, said);
	}
	close(listener);
}

static void client_says_that_it_waits_and_for_whom(void **state)
{
	static const struct control_patience patience = { .quiet = 20, .limit = 1000 };
	char expected[96];
	const char *said;
	struct stat file;
	json_t *reply;
	int fd, code;

	(void)state;
	control_server_free(server);
	server = NULL;
	fd = control_socket_listen(path, &file); /* and nobody accepts */
	assert_true(fd >= 0);
	listen_to_people();
	code = control_ask_patiently(path, json_object(), &patience, &reply);
	said = said_to_people();
	close(fd);
	assert_int_equal(code, EXIT_FAILED);
	snprintf(expected, sizeof(expected), "waiting for the daemon (pid %d) to answer, up to 1 s",
		 getpid());
	if (!strstr(said, expected))
		fail_msg("%s", said);
	snprintf(expected, sizeof(expected), "`kill -CONT %d` lets it go on", getpid());
	if (!strstr(said, expected))
		fail_msg("%s", said);
}

static void says_nothing_of_waiting_where_the_answer_comes(void **state)
{
	const char *said;
	json_t *reply;
	int code;

	(void)state;
	be_patient();
	listen_to_people();
	code = ask("echo", &reply);
	said = said_to_people();
	assert_int_equal(code, EXIT_DONE);
	assert_string_equal(said, "");
	json_decref(reply);
}

static const char *problem_of(mode_t mode)
{
	static char text[CONTROL_PROBLEM_SIZE];
	struct stat file;
	int error;

	assert_int_equal(chmod(below, mode), 0);
	error = control_socket_listen(path, &file);
	assert_true(error < 0);
	control_socket_problem(path, error, text);
	return text;
}

static void tells_why_it_cannot_listen_and_what_helps(void **state)
{
	char expected[256], text[CONTROL_PROBLEM_SIZE];

	(void)state;
	control_server_free(server);
	server = NULL;
	snprintf(expected, sizeof(expected),
		 "others can write its directory '%s' (mode 0757); name a ", below);
	assert_non_null(strstr(problem_of(0757), expected));
	snprintf(expected, sizeof(expected), "its group can write its directory '%s' (mode 0770); ",
		 below);
	assert_non_null(strstr(problem_of(0770), expected));
	assert_int_equal(chmod(below, 0700), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_non_null(strstr(problem_of(0700), "is no socket"));
	assert_int_equal(rmdir(path), 0);
	control_socket_problem("/none/such/socket", -ENOENT, text);
	assert_non_null(strstr(text, "its directory '/none/such' is missing"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_one_line_with_one_line),
		TEST(answers_once_a_connection),
		TEST(takes_a_request_in_pieces),
		TEST(refuses_what_it_does_not_know),
		TEST(refuses_a_deep_request),
		TEST(refuses_a_request_that_is_too_long),
		TEST(ends_a_client_that_is_too_slow),
		TEST(ends_a_client_that_drips),
		TEST(ends_a_client_that_takes_no_answer),
		TEST(outlives_a_client_that_goes_without_its_answer),
		TEST(serves_a_client_beside_silent_ones),
		TEST(serves_whoever_comes_to_a_full_house),
		TEST(keeps_nothing_of_clients_that_have_gone),
		TEST(refuses_another_user),
		TEST(is_open_to_its_owner_only),
		TEST(refuses_a_second_daemon),
		TEST(replaces_the_socket_of_a_dead_daemon),
		TEST(refuses_what_is_no_socket),
		TEST(takes_only_its_own_socket_away),
		TEST(client_has_the_answer_or_its_exit_code),
		TEST(does_not_wait_for_a_lock_of_the_directory),
		TEST(refuses_root_without_any_capability),
		TEST(client_says_that_no_daemon_is_there),
		TEST(client_tells_that_the_daemon_went_before_it_answered),
		TEST(client_says_that_it_waits_and_for_whom),
		TEST(says_nothing_of_waiting_where_the_answer_comes),
		TEST(tells_why_it_cannot_listen_and_what_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
