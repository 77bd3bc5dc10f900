// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Races module loads on one processor: each operation preempts the one before it, and the last one
 * is what the others are to help through the gates.
 *
 *   race [-i] [-n ATTEMPTS] [-s SECONDS] OPERATION [@PLACE] + OPERATION [@PLACE]... + OPERATION
 *
 *   load FILE NAME   finit_module, or with -i init_module; where it succeeded, delete_module NAME
 *   mkdir DIRECTORY  and rmdir; in cgroupfs this makes nodes of kernfs, as a load does in sysfs
 *
 * With a PLACE, an operation is preempted when its task stands in a BPF program whose name has this
 * in it, and repeated until that is so or the time is up. Without one it is preempted after a part
 * of the time that it takes, each round another part, from none of it to all of it.
 *
 * Prints "rounds N", "attempts N": how often the last operation was tried, which is once a round
 * where all others stood in their places; for each operation and outcome "INDEX OPERATION ERRNO
 * COUNT", in which the errno is "0" or a name; and for each operation but the last "INDEX at
 * PROGRAM COUNT": in which BPF program (or "-") it stood when the last one was begun. Exit: 0
 * whatever the outcomes are, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STAGES_MAX      8
#define ERRNO_MAX       512
#define PLACES_MAX      32
#define PLACE_SIZE      64
#define STACK_SIZE      8192
#define DELETE_ATTEMPTS 1000   /* someone may be reading the module's sysfs just now */
#define UNRACED         5      /* times that an operation is measured */
#define LOOK_NS         200000 /* at most between two looks for a place */
#define LOOKS           32     /* between two looks at the places of those before */
#define GOLDEN          0.618033988749895
#define SECOND_NS       1000000000LL
#define SYMBOL          "bpf_prog_"
#define TAG_LENGTH      16 /* hexadecimal */

struct place {
	char name[PLACE_SIZE];
	unsigned long count;
};

/* One operation and the task that does it. */
struct stage {
	const char *verb, *path, *name;
	const char *wanted; /* part of the program's name */
	const void *bytes;
	size_t size;
	long long length; /* ns */
	int priority;     /* 0: not in real time */
	int stack;        /* /proc/.../stack */
	bool begun;
	sem_t go, done, ready;
	atomic_bool running, repeats;
	struct place places[PLACES_MAX];
	unsigned long outcomes[ERRNO_MAX];
};

static struct stage stages[STAGES_MAX];
static int stage_count;
static bool from_memory;
static long long deadline = LLONG_MAX;
static unsigned long rounds, attempts;

static void usage(void)
{
	fputs("usage: race [-i] [-n ATTEMPTS] [-s SECONDS] OPERATION [@PLACE] + OPERATION...\n",
	      stderr);
	exit(2);
}

static void die(const char *what)
{
	fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
	exit(3);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND_NS + time.tv_nsec;
}

/* Lets all others run, those of the highest priority first. */
static void rest(long long ns)
{
	struct timespec time = { .tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS };

	nanosleep(&time, NULL);
}

static void become_real_time(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
}

/* Every thread that is begun after this stays there, too. */
static void stay_on_one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static void read_bytes(struct stage *stage)
{
	int fd = open(stage->path, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		die(stage->path);
	stage->size = stat.st_size;
	stage->bytes = mmap(NULL, stage->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (stage->bytes == MAP_FAILED)
		die(stage->path);
	close(fd);
}

static int load(const struct stage *stage)
{
	int error, fd;

	if (from_memory)
		return syscall(SYS_init_module, stage->bytes, stage->size, "") ? errno : 0;
	fd = open(stage->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(stage->path);
	error = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return error;
}

static void unload(const char *name)
{
	for (int i = 0; i < DELETE_ATTEMPTS; i++) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			return;
		if (errno != EAGAIN && errno != EBUSY)
			break;
		usleep(1000);
	}
	die(name);
}

static bool is_load(const struct stage *stage)
{
	return !strcmp(stage->verb, "load");
}

static void operate(struct stage *stage)
{
	int error;

	stage->running = true;
	if (is_load(stage))
		error = load(stage);
	else
		error = mkdir(stage->path, 0755) ? errno : 0;
	stage->running = false;
	stage->outcomes[error]++;
	if (!error && is_load(stage))
		unload(stage->name);
	else if (!error && rmdir(stage->path))
		die(stage->path);
}

static void *run_stage(void *arg)
{
	struct stage *stage = arg;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", gettid());
	stage->stack = open(path, O_RDONLY | O_CLOEXEC);
	if (stage->stack < 0)
		die(path);
	if (stage->priority)
		become_real_time(stage->priority);
	sem_post(&stage->ready);
	for (;;) {
		sem_wait(&stage->go);
		do
			operate(stage);
		while (stage->repeats);
		sem_post(&stage->done);
	}
	return NULL;
}

static void begin(struct stage *stage)
{
	stage->running = true; /* before it has come to say so itself */
	stage->begun = true;
	sem_post(&stage->go);
}

static void wait_for_end(struct stage *stage)
{
	if (stage->begun)
		sem_wait(&stage->done);
	stage->begun = false;
}

/* The name in "bpf_prog_TAG_NAME+...", or NULL: it is another symbol of that kind. */
static const char *name_in(const char *symbol)
{
	const char *tag = symbol + strlen(SYMBOL);
	size_t length = strspn(tag, "0123456789abcdef");

	return length == TAG_LENGTH && tag[length] == '_' ? tag + length + 1 : NULL;
}

/* The program in which a task stands that is not running: the outermost on its stack, or "-". */
static void find_place(const struct stage *stage, char place[PLACE_SIZE])
{
	char text[STACK_SIZE];
	ssize_t size = pread(stage->stack, text, sizeof(text) - 1, 0);
	const char *outermost = NULL;

	if (size < 0)
		die("cannot read a task's stack");
	text[size] = '\0';
	for (const char *at = text; (at = strstr(at, SYMBOL)); at++)
		outermost = name_in(at) ?: outermost;
	if (outermost)
		snprintf(place, PLACE_SIZE, "%.*s", (int)strcspn(outermost, "+ \n"), outermost);
	else
		strcpy(place, "-");
}

static void count_place(struct stage *stage, const char *name)
{
	struct place *place = stage->places;

	while (place->count && strcmp(place->name, name) != 0)
		if (++place == stage->places + PLACES_MAX)
			return;
	strcpy(place->name, name);
	place->count++;
}

static bool is_in_place(const struct stage *stage)
{
	char place[PLACE_SIZE];

	if (!stage->wanted)
		return true;
	find_place(stage, place);
	return strstr(place, stage->wanted);
}

static bool are_in_place(const struct stage *end)
{
	for (const struct stage *stage = stages; stage < end; stage++)
		if (!is_in_place(stage))
			return false;
	return true;
}

/*
 * Ends with the task in its place, or not: those before it have left theirs. It repeats what it
 * does by itself, so that they do not go on while nothing else is to be done.
 */
static bool meet(struct stage *stage)
{
	bool met = false;

	stage->repeats = true;
	begin(stage);
	for (int looks = 1; !met && now() < deadline; looks++) {
		rest(lrand48() % LOOK_NS);
		met = is_in_place(stage);
		if (!met && looks % LOOKS == 0 && !are_in_place(stage))
			break;
	}
	stage->repeats = false;
	return met;
}

/* The parts come close to every one between 0 and 1, and to none twice. */
static double part_of_round(void)
{
	double part = rounds * GOLDEN;

	return part - (unsigned long)part;
}

static bool preempt(struct stage *stage)
{
	if (stage->wanted)
		return meet(stage);
	begin(stage);
	rest(stage->length * part_of_round());
	return true;
}

/* All but the last, one after another; true where they are all where they were met. */
static bool preempt_all(void)
{
	struct stage *last = &stages[stage_count - 1];

	for (struct stage *stage = stages; stage < last; stage++)
		if (!preempt(stage))
			return false;
	return are_in_place(last);
}

static void count_places(void)
{
	for (int i = 0; i < stage_count - 1; i++) {
		char place[PLACE_SIZE];

		find_place(&stages[i], place);
		count_place(&stages[i], place);
	}
}

static void race(unsigned long count)
{
	for (rounds = 0; attempts < count && now() < deadline; rounds++) {
		if (preempt_all()) {
			count_places();
			operate(&stages[stage_count - 1]);
			attempts++;
		}
		for (int i = 0; i < stage_count - 1; i++)
			wait_for_end(&stages[i]);
	}
}

static int compare(const void *a, const void *b)
{
	long long left = *(const long long *)a, right = *(const long long *)b;

	return (left > right) - (left < right);
}

static long long median_length(struct stage *stage)
{
	long long took[UNRACED];

	for (int i = 0; i < UNRACED; i++) {
		long long began = now();

		begin(stage);
		while (stage->running)
			sched_yield();
		took[i] = now() - began;
		wait_for_end(stage);
	}
	qsort(took, UNRACED, sizeof(*took), compare);
	return took[UNRACED / 2];
}

static void start_stages(void)
{
	for (int i = 0; i < stage_count - 1; i++) {
		struct stage *stage = &stages[i];
		pthread_t thread;

		stage->priority = i;
		sem_init(&stage->ready, 0, 0);
		sem_init(&stage->go, 0, 0);
		sem_init(&stage->done, 0, 0);
		if (pthread_create(&thread, NULL, run_stage, stage))
			die("pthread_create");
		sem_wait(&stage->ready);
		if (!stage->wanted)
			stage->length = median_length(stage);
	}
}

static void parse_stage(char **words, int count)
{
	struct stage *stage = &stages[stage_count++];

	if (count && words[count - 1][0] == '@')
		stage->wanted = words[--count] + 1;
	if (count == 3 && !strcmp(words[0], "load"))
		stage->name = words[2];
	else if (count != 2 || strcmp(words[0], "mkdir") != 0)
		usage();
	stage->verb = words[0];
	stage->path = words[1];
	if (is_load(stage))
		read_bytes(stage);
}

static void parse_stages(char **words)
{
	while (*words) {
		int count = 0;

		while (words[count] && strcmp(words[count], "+") != 0)
			count++;
		if (stage_count == STAGES_MAX)
			usage();
		parse_stage(words, count);
		words += count + !!words[count];
	}
	if (stage_count < 2)
		usage();
}

static void print_stage(int index)
{
	const struct stage *stage = &stages[index];

	for (int error = 0; error < ERRNO_MAX; error++) {
		const char *name = error ? strerrorname_np(error) : "0";

		if (stage->outcomes[error])
			printf("%d %s %s %lu\n", index, stage->verb, name ?: "UNKNOWN",
			       stage->outcomes[error]);
	}
	for (int i = 0; i < PLACES_MAX && stage->places[i].count; i++)
		printf("%d at %s %lu\n", index, stage->places[i].name, stage->places[i].count);
}

int main(int argc, char **argv)
{
	unsigned long count = ULONG_MAX;
	int option;

	while ((option = getopt(argc, argv, "+in:s:")) != -1) {
		switch (option) {
		case 'i':
			from_memory = true;
			break;
		case 'n':
			count = strtoul(optarg, NULL, 10);
			break;
		case 's':
			deadline = now() + strtol(optarg, NULL, 10) * SECOND_NS;
			break;
		default:
			usage();
		}
	}
	parse_stages(argv + optind);
	stay_on_one_processor();
	start_stages();
	become_real_time(stage_count);
	race(count);
	printf("rounds %lu\nattempts %lu\n", rounds, attempts);
	for (int i = 0; i < stage_count; i++)
		print_stage(i);
	return 0;
}
