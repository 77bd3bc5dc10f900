// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls the module system calls as a test wants them and tells, to the errno, what came of it.
 *
 *   load [options] OPERATION [+ OPERATION]...
 *
 *   finit FILE [PARAMS [FLAGS]]   finit_module
 *   init FILE [PARAMS]            init_module of the file's bytes
 *   memfd FILE [PARAMS]           finit_module of a memfd with the file's bytes
 *   cycle FILE NAME               finit_module, and where it succeeded delete_module
 *   delete NAME                   delete_module
 *   kexec FILE                    kexec_file_load, which reads files through the same hooks
 *
 * All operations are done one after another by one task, or with -j at once by one thread each on a
 * CPU of its own. Prints for each operation and outcome "INDEX OPERATION ERRNO COUNT", in which the
 * errno is "0" or a name. Exit: 0 whatever the outcomes are, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPERATIONS_MAX	16
#define WORDS_MAX	4
#define ERRNO_MAX	512
#define DELETE_ATTEMPTS 1000 /* someone may be reading the module's sysfs just now */

struct operation {
	const char *words[WORDS_MAX];
	int word_count;
	int index;
	uint8_t *bytes; /* the file's, where they are needed */
	size_t size;
	unsigned long outcomes[ERRNO_MAX];
};

static struct options {
	unsigned long count;
	useconds_t pause;
	const char *until; /* a file that ends the loop */
	bool announce;
	bool parallel;
	bool vary;
} options = { .count = 1 };

static struct operation operations[OPERATIONS_MAX];
static int operation_count;
static pthread_barrier_t barrier;

static void usage(void)
{
	fputs("usage: load [-n COUNT] [-p PAUSE_US] [-u UID] [-w UNTIL_FILE] [-adjv] OPERATION\n"
	      "            [+ OPERATION]...\n"
	      "  -d  without CAP_SYS_MODULE\n"
	      "  -a  say 'go' right before the first attempt\n"
	      "  -j  every operation in a thread of its own, in step\n"
	      "  -u  as this user, with CAP_SYS_MODULE and nothing else\n"
	      "  -v  make the bytes of init and memfd different in each attempt\n", stderr);
	exit(2);
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* As an ordinary user who may load modules. */
static void become(unsigned long uid)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	data[0].permitted = data[0].effective = 1U << CAP_SYS_MODULE;
	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    syscall(SYS_capset, &header, data))
		die("cannot become another user");
}

static void drop_capability(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capset, &header, data))
		die("cannot drop the capability");
}

static void read_bytes(struct operation *operation)
{
	int fd = open(operation->words[1], O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		die(operation->words[1]);
	operation->size = stat.st_size;
	/* A byte more, so that an empty file is no mapping of nothing. Private: -v writes to it. */
	operation->bytes = mmap(NULL, operation->size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (operation->bytes == MAP_FAILED)
		die("mmap");
	close(fd);
}

/* A counter in the last bytes, which in a module without a signature nobody reads. */
static void vary(struct operation *operation, unsigned long round)
{
	if (options.vary && operation->size >= sizeof(round))
		memcpy(operation->bytes + operation->size - sizeof(round), &round, sizeof(round));
}

static const char *word(const struct operation *operation, int at)
{
	return at < operation->word_count ? operation->words[at] : "";
}

static int finit(int fd, const char *params, int flags)
{
	int error = syscall(SYS_finit_module, fd, params, flags) ? errno : 0;

	close(fd);
	return error;
}

static int finit_file(struct operation *operation, const char *params, int flags)
{
	int fd = open(operation->words[1], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(operation->words[1]);
	return finit(fd, params, flags);
}

static int finit_memfd(struct operation *operation)
{
	int fd = memfd_create("module", MFD_CLOEXEC);
	char path[64];
	int reader;

	if (fd < 0 || write(fd, operation->bytes, operation->size) != (ssize_t)operation->size)
		die("memfd");
	/* The kernel reads no module from a file that is open for writing. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (reader < 0)
		die(path);
	return finit(reader, word(operation, 2), 0);
}

static int delete(const char *name)
{
	int error = 0;

	for (int i = 0; i < DELETE_ATTEMPTS; i++) {
		error = syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
		if (error != EAGAIN && error != EBUSY && error != EWOULDBLOCK)
			break;
		usleep(1000);
	}
	return error;
}

static int cycle(struct operation *operation)
{
	int error = finit_file(operation, "", 0);

	if (!error && delete(operation->words[2]))
		die(operation->words[2]);
	return error;
}

static int kexec(const struct operation *operation)
{
	int fd = open(operation->words[1], O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		die(operation->words[1]);
	/* KEXEC_FILE_NO_INITRAMFS */
	error = syscall(SYS_kexec_file_load, fd, -1, 1UL, "", 4UL) ? errno : 0;
	close(fd);
	return error;
}

static int attempt(struct operation *operation, unsigned long round)
{
	const char *verb = operation->words[0];

	vary(operation, round);
	if (!strcmp(verb, "finit"))
		return finit_file(operation, word(operation, 2), atoi(word(operation, 3)));
	if (!strcmp(verb, "init"))
		return syscall(SYS_init_module, operation->bytes, operation->size,
			       word(operation, 2)) ? errno : 0;
	if (!strcmp(verb, "memfd"))
		return finit_memfd(operation);
	if (!strcmp(verb, "cycle"))
		return cycle(operation);
	if (!strcmp(verb, "delete"))
		return delete(operation->words[1]);
	return kexec(operation);
}

static bool is_over(unsigned long round)
{
	if (options.until)
		return !access(options.until, F_OK);
	return round >= options.count;
}

static void rest(void)
{
	if (options.pause)
		usleep(options.pause);
}

static void *run_one(void *arg)
{
	struct operation *operation = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(operation->index % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	for (unsigned long round = 0; round < options.count; round++) {
		pthread_barrier_wait(&barrier);
		operation->outcomes[attempt(operation, round)]++;
		rest();
	}
	return NULL;
}

static void run_parallel(void)
{
	pthread_t threads[OPERATIONS_MAX];

	pthread_barrier_init(&barrier, NULL, operation_count);
	for (int i = 0; i < operation_count; i++)
		if (pthread_create(&threads[i], NULL, run_one, &operations[i]))
			die("pthread_create");
	for (int i = 0; i < operation_count; i++)
		pthread_join(threads[i], NULL);
}

static void run_serial(void)
{
	for (unsigned long round = 0; !is_over(round); round++) {
		for (int i = 0; i < operation_count; i++)
			operations[i].outcomes[attempt(&operations[i], round)]++;
		rest();
	}
}

static void parse_operation(char **words, int count)
{
	static const struct { const char *verb; int least, most; bool bytes; } verbs[] = {
		{ "finit", 2, 4, false }, { "init", 2, 3, true },     { "memfd", 2, 3, true },
		{ "cycle", 3, 3, false }, { "delete", 2, 2, false }, { "kexec", 2, 2, false },
	};
	struct operation *operation = &operations[operation_count];

	if (operation_count == OPERATIONS_MAX)
		usage();
	operation->index = operation_count++;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!count || strcmp(words[0], verbs[i].verb))
			continue;
		if (count < verbs[i].least || count > verbs[i].most)
			usage();
		memcpy(operation->words, words, count * sizeof(*words));
		operation->word_count = count;
		if (verbs[i].bytes)
			read_bytes(operation);
		return;
	}
	usage();
}

static void parse_operations(char **words)
{
	while (*words) {
		int count = 0;

		while (words[count] && strcmp(words[count], "+") != 0)
			count++;
		parse_operation(words, count);
		words += count + !!words[count];
	}
	if (!operation_count)
		usage();
}

static void print_outcomes(void)
{
	for (int i = 0; i < operation_count; i++)
		for (int error = 0; error < ERRNO_MAX; error++)
			if (operations[i].outcomes[error])
				printf("%d %s %s %lu\n", i, operations[i].words[0],
				       error ? strerrorname_np(error) ?: "UNKNOWN" : "0",
				       operations[i].outcomes[error]);
}

int main(int argc, char **argv)
{
	bool drop = false;
	long uid = -1;
	int option;

	while ((option = getopt(argc, argv, "+adjn:p:u:vw:")) != -1) {
		switch (option) {
		case 'a': options.announce = true; break;
		case 'd': drop = true; break;
		case 'j': options.parallel = true; break;
		case 'n': options.count = strtoul(optarg, NULL, 10); break;
		case 'p': options.pause = strtoul(optarg, NULL, 10); break;
		case 'u': uid = strtol(optarg, NULL, 10); break;
		case 'v': options.vary = true; break;
		case 'w': options.until = optarg; break;
		default: usage();
		}
	}
	parse_operations(argv + optind);
	if (uid >= 0)
		become(uid);
	if (drop)
		drop_capability();
	if (options.announce) {
		puts("go");
		fflush(stdout);
	}
	if (options.parallel)
		run_parallel();
	else
		run_serial();
	print_outcomes();
	return 0;
}
