/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what is not heeded is refused, and each verb tells of itself. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command_line.h"
#include "exit_code.h"

#define WORDS_MAX 16
#define DIGEST    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char said[16384];

/* In a process of its own, as argp ends the process. Blanks part the words; %e is an empty one. */
static int status_of(const char *line)
{
	char copy[256], *words[WORDS_MAX] = {}, *rest = copy;
	FILE *out = tmpfile();
	int argc = 0, status;
	pid_t pid;

	assert_non_null(out);
	snprintf(copy, sizeof(copy), "modwarden %s", line);
	while ((words[argc] = strsep(&rest, " ")))
		if (*words[argc])
			argc++;
	for (int i = 0; i < argc; i++)
		if (!strcmp(words[i], "%e"))
			*words[i] = '\0';
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(out), STDERR_FILENO);
		argp_err_exit_status = EXIT_USAGE;
		exit(command_line_run(argc, words));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rewind(out);
	said[fread(said, 1, sizeof(said) - 1, out)] = '\0';
	fclose(out);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const char *const verbs[] = { "run",          "doctor",         "status", "list",
				     "mode",         "allow",          "reload", "stop",
				     "policy check", "policy explain", "version" };

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void what_would_be_ignored_is_a_usage_error(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "", "no verb is given" },
		{ "walk", "no verb 'walk'" },
		{ "version now", "unexpected argument 'now'" },
		{ "--version now", "unexpected argument 'now'" },
		{ "-V now", "unexpected argument 'now'" },
		{ "help walk", "no verb 'walk'" },
		{ "help run fast", "unexpected argument 'fast'" },
		{ "help policy check now", "unexpected argument 'now'" },
		{ "help policy walk", "no verb 'walk'" },
		{ "help help run", "unexpected argument 'run'" },
		{ "policy", "no verb is given" },
		{ "policy help check now", "unexpected argument 'now'" },
		{ "--usage run", "no verb '--usage'" },
		{ "run now", "unexpected argument" },
		{ "run --output-limit 1M", "--output-limit goes with --output FILE" },
		{ "run --output-limit 1M --output -", "--output-limit goes with --output FILE" },
		{ "run --output-keep 2", "--output-keep goes with --output-limit" },
		{ "run --output-keep 2 -o /dev/null", "--output-keep goes with --output-limit" },
		{ "run --policy %e", "--policy is empty" },
		{ "run --output %e", "--output is empty" },
		{ "run --socket %e", "--socket is empty" },
		{ "run --node %e", "--node is empty" },
		{ "run --mode off", "unknown mode 'off'" },
		{ "status now", "unexpected argument" },
		{ "status --socket %e", "--socket is empty" },
		{ "status --for 5m", "unrecognized option" },
		{ "list now", "unexpected argument" },
		{ "reload now", "unexpected argument" },
		{ "mode monitor enforce", "unexpected argument" },
		{ "mode --for 5m", "--for goes with monitor or enforce" },
		{ "mode policy --for 5m", "--for goes with monitor or enforce" },
		{ "mode --socket %e", "--socket is empty" },
		{ "allow", "it takes the ID" },
		{ "allow 1-2 --for 5m --write", "are of a rule" },
		{ "allow 1-2 --for 0s", "unknown time" },
		{ "allow 1-2 3-4 --for 5m", "unexpected argument" },
		{ "allow 1-2 --remove --for 5m", "exclude each other" },
		{ "allow 1-2 --for 5m --sha256 " DIGEST, "it takes the ID" },
		{ "allow --sha256 00 --for 5m", "64 hexadecimal digits" },
		{ "allow --list --for 5m", "--list goes with nothing else" },
		{ "allow --list 1-2", "--list goes with nothing else" },
		{ "allow --list --remove", "--list goes with nothing else" },
		{ "allow --socket %e --list", "--socket is empty" },
		{ "log --since soon", "unknown time" },
		{ "log --since now --until -1h", "--until is not after --since" },
		{ "log --verdict no", "it is one of: allow, deny" },
		{ "log --module a/b", "bad pattern" },
		{ "log --uid root", "write a number" },
		{ "log --rule %e", "--rule is empty" },
		{ "log --format xml", "it is text, table, json or ocsf" },
		{ "log --summary --follow", "--follow does not" },
		{ "log --summary --format ocsf", "--summary is text or json" },
		{ "log --wide --json", "--wide goes with --format table" },
		{ "log -n 0", "is no number" },
		{ "log -n 10001", "is no number" },
		{ "stop now", "unexpected argument" },
		{ "stop --format json", "--format goes with --output" },
		{ "stop --format auto", "--format goes with --output" },
		{ "stop --output %e", "--output is empty" },
		{ "doctor now", "unexpected argument" },
		{ "policy check --strict", "--strict goes with --lint" },
		{ "policy explain", "no KO" },
		{ "policy explain --source memory --path /a a.ko", "not with --source memory" },
		{ "policy explain --source memory --filesystem ext4 a.ko",
		  "not with --source memory" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = status_of(cases[i].line);

		if (status != EXIT_USAGE || !strstr(said, cases[i].says))
			fail_msg("'%s' ended with %d: %s", cases[i].line, status, said);
	}
}

static void is_told(const char *line, const char *words)
{
	int status = status_of(line);

	if (status || !strstr(said, words))
		fail_msg("'%s' ended with %d: %s", line, status, said);
}

static void each_verb_has_help_and_usage(void **state)
{
	char line[64], usage[64];

	(void)state;
	for (size_t i = 0; i < VERBS; i++) {
		snprintf(usage, sizeof(usage), "Usage: modwarden %s", verbs[i]);
		snprintf(line, sizeof(line), "%s --help", verbs[i]);
		is_told(line, usage);
		assert_non_null(strstr(said, "Exit status: 0 "));
		assert_non_null(strstr(said, " 2 usage"));
		snprintf(line, sizeof(line), "help %s", verbs[i]);
		is_told(line, usage);
		assert_non_null(strstr(said, "Exit status: 0 "));
		snprintf(line, sizeof(line), "%s --usage", verbs[i]);
		is_told(line, usage);
	}
	is_told("policy help check", "Usage: modwarden policy check");
	is_told("policy --help", "Usage: modwarden policy VERB");
	is_told("help policy", "Usage: modwarden policy VERB");
	is_told("policy --usage", "Usage: modwarden policy VERB");
	is_told("help", "Usage: modwarden VERB");
	is_told("--usage", "Usage: modwarden VERB");
	is_told("help help", "Usage: modwarden VERB");
	is_told("--version", "modwarden 0");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_be_ignored_is_a_usage_error),
		cmocka_unit_test(each_verb_has_help_and_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
