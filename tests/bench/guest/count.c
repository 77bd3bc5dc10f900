// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In the guest: how many instructions something takes, where the processor's clock counts them
 * (tests/vm/run -i: a nanosecond is one). What is counted is the time that the scheduler gave to
 * this task, so neither what others do meanwhile nor waiting is in it.
 *
 *   count [options] getppid             a system call that does nothing
 *   count [options] open FILE           open and close
 *   count [options] exec PROGRAM [ARG]  fork, exec and wait; the child's time is in it
 *   count [options] finit FILE NAME     finit_module of a fresh copy of FILE
 *   count [options] init FILE NAME      init_module of its bytes
 *   count tracepoint PROGRAM [ARG]...   runs it while an empty program is at raw_syscalls:sys_enter
 *
 *   -n ROUNDS  in a batch (1)       -b BATCHES  (7)
 *   -e ERRNO   what a load has to end with (0); the bytes then differ from round to round
 *   -o PID     a task whose time is told, too; may be given again
 *
 * Prints MEDIAN LEAST MOST of the batches, of exec the mean, and what those others took: all for
 * one round.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COPY        "/tmp/count.ko"
#define BATCHES_MAX 101
#define OTHERS_MAX  8
#define ATTEMPTS    1000 /* at unloading: somebody may look at the module just now */

static struct {
	unsigned long rounds;
	int batches;
	int error;
	const char *others[OTHERS_MAX];
	int other_count;
	char **words;
	int word_count;
} options = { .rounds = 1, .batches = 7 };

static struct {
	uint8_t *bytes; /* with room for the number of a round */
	size_t size;
	uint64_t number;
} file;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
	exit(1);
}

_Noreturn static void usage(void)
{
	fputs("usage: count [-n ROUNDS] [-b BATCHES] [-e ERRNO] [-o PID]... WHAT [WORD]...\n",
	      stderr);
	exit(2);
}

static uint64_t nanoseconds(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_usec * 1000;
}

static uint64_t own_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint64_t childrens_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

/* The first number of /proc/PID/schedstat. */
static uint64_t others_time(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < options.other_count; i++) {
		unsigned long long time = 0;
		char path[64];
		FILE *stat;

		snprintf(path, sizeof(path), "/proc/%s/schedstat", options.others[i]);
		stat = fopen(path, "re");
		if (!stat || fscanf(stat, "%llu", &time) != 1)
			die(path);
		fclose(stat);
		sum += time;
	}
	return sum;
}

/* What they have taken since, when they have had the time to. Waiting costs no instructions. */
static uint64_t others_since(uint64_t before)
{
	sleep(2);
	return others_time() - before;
}

/* What they take at rest. */
static uint64_t others_at_rest(void)
{
	sleep(2);
	return others_since(others_time());
}

static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		die(path);
	file.bytes = malloc((size_t)stat.st_size + sizeof(file.number));
	file.size = (size_t)stat.st_size;
	if (!file.bytes || read(fd, file.bytes, file.size) != stat.st_size)
		die(path);
	close(fd);
}

/* Nobody has seen this file before; neither have its bytes been seen, where they are refused. */
static size_t renew(void)
{
	size_t size = file.size;

	if (options.error) {
		memcpy(file.bytes + size, &file.number, sizeof(file.number));
		size += sizeof(file.number);
		file.number++;
	}
	return size;
}

static int open_copy(void)
{
	size_t size = renew();
	int fd;

	unlink(COPY);
	fd = open(COPY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, file.bytes, size) != (ssize_t)size || close(fd))
		die(COPY);
	fd = open(COPY, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(COPY);
	return fd;
}

static void check_load(long result)
{
	int error = result ? errno : 0;

	if (error != options.error) {
		errno = error;
		die("not the outcome that was expected");
	}
	for (int i = 0; !error && syscall(SYS_delete_module, options.words[2], O_NONBLOCK); i++) {
		if (i == ATTEMPTS)
			die(options.words[2]);
		usleep(1000);
	}
}

static uint64_t count_finit(void)
{
	int fd = open_copy();
	uint64_t begin = own_time(), time;
	long result = syscall(SYS_finit_module, fd, "", 0);

	time = own_time() - begin;
	check_load(result);
	close(fd);
	return time;
}

static uint64_t count_init(void)
{
	size_t size = renew();
	uint64_t begin = own_time(), time;
	long result = syscall(SYS_init_module, file.bytes, size, "");

	time = own_time() - begin;
	check_load(result);
	return time;
}

static uint64_t count_getppid(void)
{
	uint64_t begin = own_time();

	for (unsigned long i = 0; i < options.rounds; i++)
		syscall(SYS_getppid);
	return own_time() - begin;
}

static uint64_t count_open(void)
{
	uint64_t begin = own_time();

	for (unsigned long i = 0; i < options.rounds; i++) {
		long fd = syscall(SYS_openat, AT_FDCWD, options.words[1], O_RDONLY, 0);

		if (fd < 0 || syscall(SYS_close, fd))
			die(options.words[1]);
	}
	return own_time() - begin;
}

static uint64_t count_exec(void)
{
	uint64_t begin = own_time(), children = childrens_time();

	for (unsigned long i = 0; i < options.rounds; i++) {
		int status = 0;
		pid_t pid = fork();

		if (!pid) {
			execv(options.words[1], options.words + 1);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			die(options.words[1]);
	}
	return own_time() - begin + childrens_time() - children;
}

/*
 * A fork costs some percents more where the next task, or one of what belongs to it, needs a slab
 * of its own, and that depends on how many there are. So each batch is measured with one task more.
 */
static pid_t company[BATCHES_MAX];
static int company_count;

static void one_more_task(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	if (pid < 0)
		die("fork");
	company[company_count++] = pid;
}

static void dismiss_company(void)
{
	while (company_count) {
		kill(company[--company_count], SIGKILL);
		waitpid(company[company_count], NULL, 0);
	}
}

static const struct what {
	const char *name;
	int words;
	bool is_load;
	uint64_t (*count)(void);
} whats[] = {
	{ "getppid", 1, false, count_getppid }, { "open", 2, false, count_open },
	{ "exec", 2, false, count_exec },       { "finit", 3, true, count_finit },
	{ "init", 3, true, count_init },
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The rounds of a load are measured one by one: what is between them is none of it. */
static uint64_t count_batch(const struct what *what)
{
	uint64_t sum = 0;

	if (!what->is_load)
		return what->count();
	for (unsigned long i = 0; i < options.rounds; i++)
		sum += what->count();
	return sum;
}

static double mean(const uint64_t *times)
{
	double sum = 0;

	for (int i = 0; i < options.batches; i++)
		sum += (double)times[i];
	return sum / options.batches;
}

static void count(const struct what *what)
{
	double rounds = (double)options.rounds;
	double middle;
	uint64_t times[BATCHES_MAX], others, rest;

	if (what->is_load)
		read_file(options.words[1]);
	count_batch(what); /* caches; not counted */
	rest = others_at_rest();
	others = others_time();
	for (int i = 0; i < options.batches; i++) {
		times[i] = count_batch(what);
		if (what->count == count_exec)
			one_more_task();
	}
	dismiss_company();
	others = others_since(others);
	others = others > rest ? others - rest : 0;
	qsort(times, (size_t)options.batches, sizeof(times[0]), compare);
	middle = what->count == count_exec ? mean(times) : (double)times[options.batches / 2];
	printf("%.1f %.1f %.1f %.1f\n", middle / rounds, (double)times[0] / rounds,
	       (double)times[options.batches - 1] / rounds,
	       (double)others / rounds / options.batches);
}

/* The least that a program at every system call can be. */
static void attach_nothing(void)
{
	struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
				.insns = (uintptr_t)nothing,
				.insn_cnt = 2,
				.license = (uintptr_t) "GPL" };
	union bpf_attr attach = { .raw_tracepoint.name = (uintptr_t) "sys_enter" };
	long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));

	if (fd < 0)
		die("cannot load a program");
	attach.raw_tracepoint.prog_fd = (uint32_t)fd;
	fd = syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attach, sizeof(attach));
	if (fd < 0 || fcntl((int)fd, F_SETFD, 0)) /* stays open as long as what is run */
		die("cannot attach to sys_enter");
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+b:e:n:o:")) != -1) {
		if (option == 'b')
			options.batches = atoi(optarg);
		else if (option == 'e')
			options.error = atoi(optarg);
		else if (option == 'n')
			options.rounds = strtoul(optarg, NULL, 10);
		else if (option == 'o' && options.other_count < OTHERS_MAX)
			options.others[options.other_count++] = optarg;
		else
			usage();
	}
	options.words = argv + optind;
	options.word_count = argc - optind;
	if (!options.word_count || !options.rounds || options.batches < 1 ||
	    options.batches > BATCHES_MAX)
		usage();
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	if (!strcmp(options.words[0], "tracepoint") && options.word_count > 1) {
		attach_nothing();
		execvp(options.words[1], options.words + 1);
		die(options.words[1]);
	}
	for (size_t i = 0; i < sizeof(whats) / sizeof(*whats); i++) {
		if (strcmp(options.words[0], whats[i].name) != 0 ||
		    options.word_count < whats[i].words)
			continue;
		count(&whats[i]);
		return 0;
	}
	usage();
}
