// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls the module system calls as a test wants them and tells, to the errno, what came of it.
 *
 *   load [options] OPERATION [+ OPERATION]...
 *
 *   finit FILE [PARAMS [FLAGS]]   finit_module
 *   init FILE [PARAMS]            init_module of the file's bytes
 *   memfd FILE [PARAMS]           finit_module of a memfd with the file's bytes
 *   sealed FILE [PARAMS]          the same, the memfd sealed against every change
 *   tmpfile FILE [PARAMS]         the same of a file beside FILE that never had a name
 *   cycle FILE NAME               finit_module, and where it succeeded delete_module
 *   changing HOW FILE OTHER NAME  the same of a memfd that all the while another thread makes OTHER
 *                                 of FILE and back: by a descriptor ("fd") or a mapping ("map")
 *   parked FILE BEGUN GO          finit_module, in the middle of which it makes the file BEGUN and
 *                                 waits for the file GO: the page of the parameters is long in coming
 *   delete NAME                   delete_module
 *   kexec FILE                    kexec_file_load, which reads files through the same hooks
 *   socket FAMILY                 socket, for which the kernel may ask for a module
 *
 * All operations are done one after another by one task, or with -j at once by one thread each on a
 * CPU of its own. Prints for each operation and outcome "INDEX OPERATION ERRNO COUNT", in which the
 * errno is "0" or a name. Exit: 0 whatever the outcomes are, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/capability.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPERATIONS_MAX	16
#define WORDS_MAX	5
#define ERRNO_MAX	512
#define DELETE_ATTEMPTS 1000 /* someone may be reading the module's sysfs just now */

struct operation {
	const char *words[WORDS_MAX];
	int word_count;
	int index;
	uint8_t *bytes; /* the file's, where they are needed */
	uint8_t *other;
	size_t size;
	unsigned long outcomes[ERRNO_MAX];
};

static struct options {
	unsigned long count;
	useconds_t pause;
	const char *until; /* a file that ends the loop */
	bool announce;
	bool compat;
	bool parallel;
	bool vary;
} options = { .count = 1 };

static struct operation operations[OPERATIONS_MAX];
static int operation_count;
static pthread_barrier_t barrier;

static void usage(void)
{
	fputs("usage: load [-n COUNT] [-p PAUSE_US] [-u UID] [-w UNTIL_FILE] [-3adjv] OPERATION\n"
	      "            [+ OPERATION]...\n"
	      "  -3  by the 32-bit system calls; ENOSYS where there are none; not with -j\n"
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

/* What a 32-bit system call is to find has to lie where 32 bits reach. */
static int low(void)
{
	return options.compat ? MAP_32BIT : 0;
}

static const char *low_string(const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | low(),
			  -1, 0);

	if (copy == MAP_FAILED)
		die("mmap");
	return memcpy(copy, string, size);
}

static uint8_t *read_bytes(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	uint8_t *bytes;

	if (fd < 0 || fstat(fd, &stat))
		die(path);
	*size = stat.st_size;
	/* A byte more, so that an empty file is no mapping of nothing. Private: -v writes to it. */
	bytes = mmap(NULL, *size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | low(), fd, 0);
	if (bytes == MAP_FAILED)
		die("mmap");
	close(fd);
	return bytes;
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

/* The three system calls, and their numbers among the 32-bit ones. */
static const struct call {
	long native, compat;
} init_module_call = { SYS_init_module, 128 }, finit_module_call = { SYS_finit_module, 350 },
  delete_module_call = { SYS_delete_module, 129 };

static sigjmp_buf no_compat;

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(no_compat, 1);
}

/* Any 64-bit process may come in by the 32-bit gate; where there is none, it faults. */
static int call_compat(long number, uintptr_t a, uintptr_t b, uintptr_t c)
{
	long result;

	if ((a | b | c) > UINT32_MAX) {
		errno = EOVERFLOW;
		die("an argument of a 32-bit system call");
	}
	if (sigsetjmp(no_compat, 1))
		return ENOSYS;
	signal(SIGSEGV, on_fault);
	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(number), "b"(a), "c"(b), "d"(c)
		     : "r8", "r9", "r10", "r11", "memory");
	signal(SIGSEGV, SIG_DFL);
	return -(int)result;
}

static int call(const struct call *call, uintptr_t a, uintptr_t b, uintptr_t c)
{
	if (options.compat)
		return call_compat(call->compat, a, b, c);
	return syscall(call->native, a, b, c) ? errno : 0;
}

static int finit(int fd, const char *params, int flags)
{
	int error = call(&finit_module_call, fd, (uintptr_t)params, flags);

	close(fd);
	return error;
}

static int init(const struct operation *operation)
{
	return call(&init_module_call, (uintptr_t)operation->bytes, operation->size,
		    (uintptr_t)word(operation, 2));
}

static int finit_file(struct operation *operation, const char *params, int flags)
{
	int fd = open(operation->words[1], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(operation->words[1]);
	return finit(fd, params, flags);
}

struct parking {
	const char *begun, *go; /* files */
	int fault;
	void *page;
};

/* The kernel asks for the page, and has it when there is the word. */
static void *give_page(void *arg)
{
	static const _Alignas(4096) char content[4096];
	const struct parking *parking = arg;
	struct uffdio_copy give = { .dst = (uintptr_t)parking->page,
				    .src = (uintptr_t)content,
				    .len = sizeof(content) };
	struct uffd_msg message;

	if (read(parking->fault, &message, sizeof(message)) != sizeof(message) ||
	    close(open(parking->begun, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)))
		die("cannot wait for the kernel");
	while (access(parking->go, F_OK))
		usleep(10000);
	if (ioctl(parking->fault, UFFDIO_COPY, &give))
		die("cannot give the page");
	return NULL;
}

static int finit_parked(struct operation *operation)
{
	struct parking parking = {
		.begun = operation->words[2],
		.go = operation->words[3],
		.fault = syscall(SYS_userfaultfd, O_CLOEXEC),
		.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0),
	};
	struct uffdio_register where = { .range = { (uintptr_t)parking.page, 4096 },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	pthread_t thread;
	int error;

	if (parking.fault < 0 || ioctl(parking.fault, UFFDIO_API, &api) ||
	    ioctl(parking.fault, UFFDIO_REGISTER, &where) ||
	    pthread_create(&thread, NULL, give_page, &parking))
		die("userfaultfd");
	error = finit_file(operation, parking.page, 0);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	close(parking.fault);
	return error;
}

static int new_memfd(const struct operation *operation)
{
	int fd = memfd_create("module", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || write(fd, operation->bytes, operation->size) != (ssize_t)operation->size)
		die("memfd");
	return fd;
}

/* The same file, but not to be written; the other descriptor is closed. */
static int read_only(int fd)
{
	char path[64];
	int reader;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (reader < 0)
		die(path);
	return reader;
}

static int finit_memfd(const struct operation *operation)
{
	return finit(read_only(new_memfd(operation)), word(operation, 2), 0);
}

static int finit_sealed(const struct operation *operation)
{
	int fd = new_memfd(operation);

	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		die("cannot seal");
	return finit(fd, word(operation, 2), 0);
}

static int finit_tmpfile(const struct operation *operation)
{
	char *path = strdup(operation->words[1]);
	int fd = open(dirname(path), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, operation->bytes, operation->size) != (ssize_t)operation->size)
		die("tmpfile");
	free(path);
	/* The kernel reads no module from a file on disk that is open for writing. */
	return finit(read_only(fd), word(operation, 2), 0);
}

/* Writes the one and the other into a memfd, where they differ, until it is over. */
struct changer {
	const uint8_t *bytes[2];
	size_t first, count;
	int fd;
	uint8_t *map; /* NULL: by the descriptor */
	atomic_bool over;
	pthread_t thread;
};

static void *change(void *arg)
{
	struct changer *changer = arg;

	for (unsigned int i = 1; !atomic_load(&changer->over); i++) {
		const uint8_t *from = changer->bytes[i & 1] + changer->first;

		if (changer->map)
			memcpy(changer->map + changer->first, from, changer->count);
		else if (pwrite(changer->fd, from, changer->count, changer->first) < 0)
			die("cannot change");
	}
	return NULL;
}

static void find_changes(struct changer *changer, size_t size)
{
	size_t end = size;

	while (changer->first < size &&
	       changer->bytes[0][changer->first] == changer->bytes[1][changer->first])
		changer->first++;
	while (end > changer->first && changer->bytes[0][end - 1] == changer->bytes[1][end - 1])
		end--;
	changer->count = end - changer->first;
}

static int delete (const char *name)
{
	int error = 0;

	for (int i = 0; i < DELETE_ATTEMPTS; i++) {
		error = call(&delete_module_call, (uintptr_t)name, O_NONBLOCK, 0);
		if (error != EAGAIN && error != EBUSY && error != EWOULDBLOCK)
			break;
		usleep(1000);
	}
	return error;
}

static int cycle(struct operation *operation)
{
	int error = finit_file(operation, "", 0);

	if (!error && delete (operation->words[2]))
		die(operation->words[2]);
	return error;
}

static int finit_changing(const struct operation *operation)
{
	bool by_map = !strcmp(operation->words[1], "map");
	struct changer changer = { .bytes = { operation->bytes, operation->other } };
	int fd = new_memfd(operation), error;

	find_changes(&changer, operation->size);
	changer.fd = fd;
	if (by_map) {
		changer.map =
			mmap(NULL, operation->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (changer.map == MAP_FAILED)
			die("mmap");
		fd = read_only(fd);
	}
	if (pthread_create(&changer.thread, NULL, change, &changer))
		die("pthread_create");
	error = call(&finit_module_call, fd, (uintptr_t) "", 0);
	atomic_store(&changer.over, true);
	pthread_join(changer.thread, NULL);
	if (by_map)
		munmap(changer.map, operation->size);
	close(fd);
	if (!error && delete (operation->words[4]))
		die(operation->words[4]);
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

static int open_socket(const struct operation *operation)
{
	int fd = socket(atoi(operation->words[1]), SOCK_DGRAM, 0);
	int error = fd < 0 ? errno : 0;

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
		return init(operation);
	if (!strcmp(verb, "memfd"))
		return finit_memfd(operation);
	if (!strcmp(verb, "sealed"))
		return finit_sealed(operation);
	if (!strcmp(verb, "tmpfile"))
		return finit_tmpfile(operation);
	if (!strcmp(verb, "cycle"))
		return cycle(operation);
	if (!strcmp(verb, "changing"))
		return finit_changing(operation);
	if (!strcmp(verb, "parked"))
		return finit_parked(operation);
	if (!strcmp(verb, "delete"))
		return delete (operation->words[1]);
	if (!strcmp(verb, "socket"))
		return open_socket(operation);
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
	/* bytes: the word that names the file whose bytes are needed; other: and another one's */
	static const struct {
		const char *verb;
		int least, most, bytes, other;
	} verbs[] = {
		{ "finit", 2, 4, 0, 0 },    { "init", 2, 3, 1, 0 },    { "memfd", 2, 3, 1, 0 },
		{ "sealed", 2, 3, 1, 0 },   { "tmpfile", 2, 3, 1, 0 }, { "cycle", 3, 3, 0, 0 },
		{ "changing", 5, 5, 2, 3 }, { "delete", 2, 2, 0, 0 },  { "kexec", 2, 2, 0, 0 },
		{ "socket", 2, 2, 0, 0 },   { "parked", 4, 4, 0, 0 },
	};
	struct operation *operation = &operations[operation_count];
	size_t size;

	if (operation_count == OPERATIONS_MAX)
		usage();
	operation->index = operation_count++;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!count || strcmp(words[0], verbs[i].verb))
			continue;
		if (count < verbs[i].least || count > verbs[i].most)
			usage();
		for (int n = 0; n < count; n++)
			operation->words[n] = low_string(words[n]);
		operation->word_count = count;
		if (verbs[i].bytes)
			operation->bytes = read_bytes(words[verbs[i].bytes], &operation->size);
		if (verbs[i].other)
			operation->other = read_bytes(words[verbs[i].other], &size);
		if (verbs[i].other && size != operation->size)
			usage();
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

	while ((option = getopt(argc, argv, "+3adjn:p:u:vw:")) != -1) {
		switch (option) {
		case '3': options.compat = true; break;
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
	if (options.compat && options.parallel)
		usage();
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
