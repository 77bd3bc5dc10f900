// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets one system call, or one allocation, of a command fail, again and again, each time another
 * one: how does it end?
 *
 *   fault [OPTION]... COMMAND [ARGUMENT]...
 *     -m PRELOAD     allocations fail, by this library (fail_malloc.so), instead of system calls
 *     -s SEED        which ones of a sample, and with which errno (1)
 *     -n COUNT       a sample of so many; default all
 *     -f NUMBER      none before this one
 *     -i NUMBER      only this one
 *     -l             no fault: lists what could fail
 *     -t SECONDS     as long as one run may take (60)
 *     -b SECONDS     begins no other run after so many
 *     -g MODULE      the command is a daemon that keeps this file out, and says READY=1
 *     -r FILE WORDS  its records; one with these words and a denial comes of trying MODULE
 *     -p             its gates stay when it ends
 *     -a             they were there before it; they are taken over
 *     -v             what it prints may vary: it tells what it could find out
 *
 * The same number is, as a rule, the same call in each run. Reads of one file that follow one
 * another count as one, and so do allocations with the same stack.
 *
 * A daemon either comes up whole: as many links as without a fault, unless it warned; MODULE is
 * refused with EPERM, the record comes, SIGTERM ends it with 0. Or it fails, and all is as it was
 * before: links, programs, pins, socket, and what becomes of MODULE. Any other command either does
 * what it does without a fault, or fails. What fails says so, with an error.
 *
 * Prints a line for each run and what was wrong with it. Exit: 0 nothing was, 1 something, 2 usage,
 * 3 it could not try.
 */
#include "preload/fail_malloc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PINS        "/sys/fs/bpf/modwarden"
#define SOCKET      "/run/modwarden/control.sock"
#define IDS_MAX     512
#define TEXT_MAX    65536
#define PATIENCE    20 /* seconds in which what was let go is gone, and a record comes */
#define NO_COMMAND  (-1)
#define READ_MAX    65536
#define LOADER_SIZE 0x40000

static struct {
	const char *preload, *module, *records, *words;
	unsigned int seed, first, only, limit, budget;
	size_t sample;
	bool lists, persists, adopts, varies;
	char **command;
} options = { .seed = 1, .first = 1, .limit = 60 };

static void die(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(3);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* System calls. */

/* What cannot fail, or is nobody's to answer for; all others are stopped. */
static const int spared[] = {
	SYS_execve,
	SYS_exit,
	SYS_exit_group,
	SYS_brk,
	SYS_close,
	SYS_munmap,
	SYS_futex,
	SYS_rt_sigaction,
	SYS_rt_sigreturn,
	SYS_rt_sigprocmask,
	SYS_arch_prctl,
	SYS_set_tid_address,
	SYS_rseq,
	SYS_set_robust_list,
	SYS_getpid,
	SYS_gettid,
	SYS_getppid,
	SYS_getuid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getegid,
	SYS_uname,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_sched_yield,
	SYS_restart_syscall,
	SYS_getcpu,
	SYS_madvise,
	SYS_kill,
	SYS_tgkill,
};

#define ERRORS 2

static const struct {
	int call, command;
	const char *name;
	int errors[ERRORS];
} known[] = {
	{ SYS_bpf, BPF_PROG_LOAD, "bpf PROG_LOAD", { ENOMEM, EPERM } },
	{ SYS_bpf, BPF_MAP_CREATE, "bpf MAP_CREATE", { ENOMEM, EPERM } },
	{ SYS_bpf, BPF_MAP_UPDATE_ELEM, "bpf MAP_UPDATE_ELEM", { ENOMEM, E2BIG } },
	{ SYS_bpf, BPF_MAP_LOOKUP_ELEM, "bpf MAP_LOOKUP_ELEM", { ENOMEM, ENOMEM } },
	{ SYS_bpf, BPF_MAP_FREEZE, "bpf MAP_FREEZE", { EPERM, EBUSY } },
	{ SYS_bpf, BPF_OBJ_PIN, "bpf OBJ_PIN", { ENOSPC, ENOMEM } },
	{ SYS_bpf, BPF_OBJ_GET, "bpf OBJ_GET", { ENOMEM, EMFILE } },
	{ SYS_bpf, BPF_LINK_CREATE, "bpf LINK_CREATE", { ENOMEM, EBUSY } },
	{ SYS_bpf, BPF_BTF_LOAD, "bpf BTF_LOAD", { ENOMEM, EPERM } },
	{ SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, "bpf RAW_TRACEPOINT_OPEN", { ENOMEM, EBUSY } },
	{ SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, "bpf OBJ_GET_INFO_BY_FD", { ENOMEM, EFAULT } },
	{ SYS_bpf, BPF_PROG_RUN, "bpf PROG_RUN", { ENOMEM, EPERM } },
	{ SYS_bpf, BPF_ITER_CREATE, "bpf ITER_CREATE", { ENOMEM, EMFILE } },
	{ SYS_bpf, BPF_MAP_GET_FD_BY_ID, "bpf MAP_GET_FD_BY_ID", { ENOMEM, EPERM } },
	{ SYS_bpf, NO_COMMAND, "bpf", { ENOMEM, EPERM } },
	{ SYS_mmap, NO_COMMAND, "mmap", { ENOMEM, EAGAIN } },
	{ SYS_mremap, NO_COMMAND, "mremap", { ENOMEM, EAGAIN } },
	{ SYS_mprotect, NO_COMMAND, "mprotect", { ENOMEM, EACCES } },
	{ SYS_openat, NO_COMMAND, "openat", { EMFILE, ENOMEM } },
	{ SYS_open, NO_COMMAND, "open", { EMFILE, ENOMEM } },
	{ SYS_read, NO_COMMAND, "read", { EIO, ENOMEM } },
	{ SYS_pread64, NO_COMMAND, "pread64", { EIO, ENOMEM } },
	{ SYS_write, NO_COMMAND, "write", { ENOSPC, EIO } },
	{ SYS_writev, NO_COMMAND, "writev", { ENOSPC, EIO } },
	{ SYS_lseek, NO_COMMAND, "lseek", { ESPIPE, EOVERFLOW } },
	{ SYS_fstat, NO_COMMAND, "fstat", { ENOMEM, EIO } },
	{ SYS_newfstatat, NO_COMMAND, "newfstatat", { ENOMEM, EACCES } },
	{ SYS_statfs, NO_COMMAND, "statfs", { EIO, ENOSYS } },
	{ SYS_access, NO_COMMAND, "access", { EACCES, ENOMEM } },
	{ SYS_faccessat2, NO_COMMAND, "faccessat2", { EACCES, ENOMEM } },
	{ SYS_getdents64, NO_COMMAND, "getdents64", { EIO, ENOMEM } },
	{ SYS_mkdir, NO_COMMAND, "mkdir", { ENOSPC, EROFS } },
	{ SYS_unlink, NO_COMMAND, "unlink", { EIO, EROFS } },
	{ SYS_unlinkat, NO_COMMAND, "unlinkat", { EIO, EROFS } },
	{ SYS_rename, NO_COMMAND, "rename", { ENOSPC, EROFS } },
	{ SYS_chmod, NO_COMMAND, "chmod", { EPERM, EROFS } },
	{ SYS_fchmod, NO_COMMAND, "fchmod", { EPERM, EROFS } },
	{ SYS_ioctl, NO_COMMAND, "ioctl", { EINVAL, ENOMEM } },
	{ SYS_fcntl, NO_COMMAND, "fcntl", { EINVAL, EMFILE } },
	{ SYS_socket, NO_COMMAND, "socket", { EMFILE, ENOBUFS } },
	{ SYS_socketpair, NO_COMMAND, "socketpair", { EMFILE, ENOMEM } },
	{ SYS_bind, NO_COMMAND, "bind", { ENOMEM, EACCES } },
	{ SYS_listen, NO_COMMAND, "listen", { EADDRINUSE, EACCES } },
	{ SYS_connect, NO_COMMAND, "connect", { ECONNREFUSED, EAGAIN } },
	{ SYS_setsockopt, NO_COMMAND, "setsockopt", { ENOMEM, EPERM } },
	{ SYS_sendto, NO_COMMAND, "sendto", { ENOBUFS, EPERM } },
	{ SYS_pipe2, NO_COMMAND, "pipe2", { EMFILE, ENFILE } },
	{ SYS_dup, NO_COMMAND, "dup", { EMFILE, EMFILE } },
	{ SYS_eventfd2, NO_COMMAND, "eventfd2", { EMFILE, ENOMEM } },
	{ SYS_signalfd4, NO_COMMAND, "signalfd4", { EMFILE, ENOMEM } },
	{ SYS_timerfd_create, NO_COMMAND, "timerfd_create", { EMFILE, ENOMEM } },
	{ SYS_epoll_create1, NO_COMMAND, "epoll_create1", { EMFILE, ENOMEM } },
	{ SYS_epoll_ctl, NO_COMMAND, "epoll_ctl", { ENOMEM, ENOSPC } },
	{ SYS_inotify_init1, NO_COMMAND, "inotify_init1", { EMFILE, ENOMEM } },
	{ SYS_inotify_add_watch, NO_COMMAND, "inotify_add_watch", { ENOSPC, ENOMEM } },
	{ SYS_perf_event_open, NO_COMMAND, "perf_event_open", { EMFILE, EACCES } },
	{ SYS_userfaultfd, NO_COMMAND, "userfaultfd", { EPERM, ENOMEM } },
	{ SYS_clone, NO_COMMAND, "clone", { EAGAIN, ENOMEM } },
	{ SYS_clone3, NO_COMMAND, "clone3", { EAGAIN, ENOMEM } },
	{ SYS_finit_module, NO_COMMAND, "finit_module", { ENOMEM, EBUSY } },
	{ SYS_init_module, NO_COMMAND, "init_module", { ENOMEM, EBUSY } },
	{ SYS_delete_module, NO_COMMAND, "delete_module", { EBUSY, EPERM } },
	{ SYS_sched_setaffinity, NO_COMMAND, "sched_setaffinity", { EPERM, ENOMEM } },
	{ SYS_sched_getaffinity, NO_COMMAND, "sched_getaffinity", { ENOMEM, EINVAL } },
	{ SYS_prlimit64, NO_COMMAND, "prlimit64", { EPERM, EPERM } },
	{ SYS_getrandom, NO_COMMAND, "getrandom", { EAGAIN, ENOSYS } },
};

#define KNOWN (sizeof(known) / sizeof(*known))

/* Where it stands in the list, or KNOWN. */
static size_t find_known(const struct seccomp_data *data)
{
	size_t i = 0;

	while (i < KNOWN && (known[i].call != data->nr ||
			     (known[i].command >= 0 && known[i].command != (int)data->args[0])))
		i++;
	return i;
}

static const char *call_name(const struct seccomp_data *data)
{
	static char name[32];
	size_t i = find_known(data);

	snprintf(name, sizeof(name), i < KNOWN ? "%s" : "%s %d", i < KNOWN ? known[i].name : "call",
		 data->nr);
	return name;
}

static int call_error(const struct seccomp_data *data)
{
	size_t i = find_known(data);

	return i < KNOWN ? known[i].errors[options.seed % ERRORS] : ENOMEM;
}

#define STATEMENT(code, k)     ((struct sock_filter)BPF_STMT(code, k))
#define JUMP(code, k, yes, no) ((struct sock_filter)BPF_JUMP(code, k, yes, no))

/* In the child: from here on its calls wait for an answer. Returns the descriptor to read at. */
static int stop_calls(void)
{
	enum { SPARED = sizeof(spared) / sizeof(*spared) };
	struct sock_filter filter[SPARED + 6];
	struct sock_fprog program = { .len = SPARED + 6, .filter = filter };
	int n = 0;

	filter[n++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < SPARED; i++)
		filter[n++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, spared[i], SPARED + 3 - i, 0);
	/* The kernel's types are read by thousands: only the last of them. */
	filter[n++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 0, 2);
	filter[n++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]));
	filter[n++] = JUMP(BPF_JMP | BPF_JGT | BPF_K, READ_MAX, 1, 0);
	filter[n++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	filter[n++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs");
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &program);
}

/* Links, programs and pins, as they are. */

struct state {
	unsigned int links[IDS_MAX], programs[IDS_MAX];
	size_t link_count, program_count;
	char pins[TEXT_MAX / 4];
	bool has_socket;
	int outcome; /* of the module: 0 or an errno */
};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* What is on its way out still has an id, but cannot be had any more. */
static bool is_held(int command, unsigned int id)
{
	union bpf_attr attr = { .start_id = id }; /* link_id, prog_id */
	int fd = (int)bpf(command, &attr);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static size_t read_ids(int next, int get, unsigned int *ids)
{
	union bpf_attr attr = {};
	size_t n = 0;

	while (n < IDS_MAX && !bpf(next, &attr)) {
		attr = (union bpf_attr){ .start_id = attr.next_id };
		if (is_held(get, attr.start_id))
			ids[n++] = attr.start_id;
	}
	return n;
}

/* The tree as text. Only one walk at a time. */
static char *listing;
static size_t listing_size;

static int list_pin(const char *path, const struct stat *st, int type, struct FTW *at)
{
	size_t length = strlen(listing);

	(void)st;
	(void)type;
	if (!at->level)
		return 0; /* an empty directory pins nothing */
	snprintf(listing + length, listing_size - length, "%s ", path + strlen(PINS));
	return 0;
}

static int remove_pin(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_pins(void)
{
	nftw(PINS, remove_pin, 8, FTW_PHYS | FTW_DEPTH);
}

static int try_module(void)
{
	int fd = open(options.module, O_RDONLY | O_CLOEXEC), error;
	const char *name = strrchr(options.module, '/');
	char loaded[256];

	if (fd < 0)
		die(options.module);
	error = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	if (error)
		return error;
	/* CASE.NAME.ko */
	snprintf(loaded, sizeof(loaded), "%s", name ? name + 1 : options.module);
	*strrchr(loaded, '.') = '\0';
	name = strrchr(loaded, '.') ? strrchr(loaded, '.') + 1 : loaded;
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		die(name);
	return 0;
}

static void read_state(struct state *state)
{
	*state = (struct state){};
	if (!options.module)
		return;
	state->link_count = read_ids(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, state->links);
	state->program_count =
		read_ids(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, state->programs);
	listing = state->pins;
	listing_size = sizeof(state->pins);
	nftw(PINS, list_pin, 8, FTW_PHYS);
	state->has_socket = !access(SOCKET, F_OK);
}

static bool has_id(const unsigned int *ids, size_t count, unsigned int id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* How many links of the one are not in the other. */
static size_t lacking(const struct state *one, const struct state *other)
{
	size_t n = 0;

	for (size_t i = 0; i < one->link_count; i++)
		n += !has_id(other->links, other->link_count, one->links[i]);
	return n;
}

static size_t kept_links; /* that a takeover without a fault leaves, instead of those before */

static const char *link_difference(const struct state *before, const struct state *after)
{
	static char text[64];
	size_t gone = lacking(before, after), come = lacking(after, before);

	if (!gone && !come)
		return NULL;
	/* It failed after the takeover: no less whole than before. */
	if (options.adopts && gone == kept_links && come == kept_links)
		return NULL;
	snprintf(text, sizeof(text), "links (%zu gone, %zu new)", gone, come);
	return text;
}

static size_t pin_count(const struct state *state)
{
	size_t n = 0;

	for (const char *c = state->pins; *c; c++)
		n += *c == ' ';
	return n;
}

/* What is not as it was, or NULL. Programs without links may have been on their way out before. */
static const char *difference(const struct state *before, const struct state *after)
{
	const char *links = link_difference(before, after);

	if (links)
		return links;
	if (before->has_socket != after->has_socket)
		return "the socket";
	if (lacking(before,
		    after)) /* taken over: under other numbers, each link with its program */
		return pin_count(before) == pin_count(after) ? NULL : "pins";
	if (strcmp(before->pins, after->pins))
		return "pins";
	for (size_t i = 0; i < after->program_count; i++)
		if (!has_id(before->programs, before->program_count, after->programs[i]))
			return "programs";
	return NULL;
}

/* The kernel lets go of programs when it has the time. */
static const char *difference_from(const struct state *before)
{
	double end = now() + PATIENCE;
	struct state state;
	const char *what;

	for (;;) {
		read_state(&state);
		what = difference(before, &state);
		if (!what || now() > end)
			return what;
		nap();
	}
}

/* One run. */

struct run {
	unsigned int number; /* of what fails; 0: nothing */
	pid_t pid;
	int stops; /* where its system calls are read; -1: they are not stopped */
	int manager, errors, output;
	unsigned int count;       /* of what could have failed */
	struct seccomp_data last; /* a read that may be followed by more of the same */
	uint64_t loader;          /* where the dynamic loader is; 0: not known yet */
	bool is_ready, is_hit, has_ended;
	char what[64];
	int status;
	size_t errors_length, output_length;
	char errors_text[TEXT_MAX], output_text[TEXT_MAX];
	char wrong[256];
	double began;
};

static struct fault_page *page;
static int page_fd;

__attribute__((format(printf, 2, 3))) static void say_wrong(struct run *run, const char *format,
							    ...)
{
	va_list args;

	if (*run->wrong)
		return;
	va_start(args, format);
	vsnprintf(run->wrong, sizeof(run->wrong), format, args);
	va_end(args);
}

static int open_manager(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int length = snprintf(address.sun_path, sizeof(address.sun_path), "@fault.%d", getpid());

	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	address.sun_path[0] = '\0';
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + length))
		die("bind");
	return fd;
}

/* What the child and this process wait for each other with. */
struct handshake {
	int fd, is_taken;
};

static void become_command(struct handshake *handshake, int errors, int output)
{
	char name[64];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	personality(ADDR_NO_RANDOMIZE);
	if (dup2(open("/dev/null", O_RDONLY), 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0)
		_exit(126);
	if (options.preload) {
		snprintf(name, sizeof(name), "/proc/%d/fd/%d", getppid(), page_fd);
		setenv(FAULT_PAGE, name, 1);
		setenv("LD_PRELOAD", options.preload, 1);
	} else {
		__atomic_store_n(&handshake->fd, stop_calls(), __ATOMIC_SEQ_CST);
		while (!__atomic_load_n(&handshake->is_taken, __ATOMIC_SEQ_CST))
			syscall(SYS_sched_yield);
	}
	execve(*options.command, options.command, environ);
	_exit(127);
}

static int take_stops(pid_t pid, struct handshake *handshake)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), fd, theirs;

	while (!(theirs = __atomic_load_n(&handshake->fd, __ATOMIC_SEQ_CST)))
		sched_yield();
	if (theirs < 0) {
		fprintf(stderr, "fault: this kernel does not let system calls be answered for\n");
		exit(3);
	}
	fd = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
	if (fd < 0)
		die("pidfd_getfd");
	close(process);
	__atomic_store_n(&handshake->is_taken, 1, __ATOMIC_SEQ_CST);
	return fd;
}

static void start(struct run *run)
{
	struct handshake *handshake = mmap(NULL, sizeof(*handshake), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int errors[2], output[2];

	if (handshake == MAP_FAILED || pipe2(errors, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		die("pipe");
	page->count = 0;
	page->hit = 0;
	page->fail_at = options.preload ? run->number : 0;
	run->manager = open_manager();
	run->began = now();
	run->pid = fork();
	if (run->pid < 0)
		die("fork");
	if (!run->pid)
		become_command(handshake, errors[1], output[1]);
	close(errors[1]);
	close(output[1]);
	run->errors = errors[0];
	run->output = output[0];
	run->stops = options.preload ? -1 : take_stops(run->pid, handshake);
	munmap(handshake, sizeof(*handshake));
}

/* False: nothing was there. */
static bool take_text(int fd, char *text, size_t *length)
{
	ssize_t size = read(fd, text + *length, TEXT_MAX - 1 - *length);

	if (size <= 0)
		return false;
	*length += (size_t)size;
	return true;
}

static bool has_text(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLIN;
}

static void take_all(struct run *run)
{
	char text[4096];
	ssize_t size;

	while (has_text(run->errors) &&
	       take_text(run->errors, run->errors_text, &run->errors_length))
		;
	while (has_text(run->output) &&
	       take_text(run->output, run->output_text, &run->output_length))
		;
	while ((size = recv(run->manager, text, sizeof(text) - 1, 0)) >= 0) {
		text[size] = '\0';
		run->is_ready |= !strcmp(text, "READY=1");
	}
	/* What was to tell that it is ready may be what failed. */
	run->is_ready |= strstr(run->errors_text, "Ctrl-C or SIGTERM stops") != NULL;
}

static bool goes_on(const struct seccomp_data *a, const struct seccomp_data *b)
{
	return a->nr == b->nr && a->nr == SYS_read && a->args[0] == b->args[0] &&
	       a->instruction_pointer == b->instruction_pointer;
}

static uint64_t find_loader(pid_t pid)
{
	char path[64];
	uint64_t pair[2], base = 1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	while (fread(pair, sizeof(pair), 1, file) == 1)
		if (pair[0] == AT_BASE)
			base = pair[1];
	fclose(file);
	return base;
}

/* What the loader does for the program comes before its first instruction. */
static bool is_loading(struct run *run, const struct seccomp_data *data)
{
	if (!run->loader)
		run->loader = find_loader(run->pid);
	return data->instruction_pointer - run->loader < LOADER_SIZE;
}

/* Whether this is the one that fails. */
static bool count_call(struct run *run, const struct seccomp_data *data)
{
	bool counts = !run->is_ready && !goes_on(data, &run->last) && !is_loading(run, data);

	run->last = *data;
	if (!counts)
		return false;
	take_all(run);
	if (run->is_ready)
		return false;
	run->count++;
	if (options.lists && !run->number)
		printf("%u %s\n", run->count, call_name(data));
	return run->count == run->number;
}

static void answer(struct run *run)
{
	struct seccomp_notif call = {};
	struct seccomp_notif_resp response = {};

	if (ioctl(run->stops, SECCOMP_IOCTL_NOTIF_RECV, &call))
		return; /* it has been killed meanwhile */
	response.id = call.id;
	response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!run->is_hit && count_call(run, &call.data)) {
		run->is_hit = true;
		response.flags = 0;
		response.error = -call_error(&call.data);
		snprintf(run->what, sizeof(run->what), "%s %s", call_name(&call.data),
			 strerrorname_np(call_error(&call.data)));
	}
	ioctl(run->stops, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void end(struct run *run)
{
	say_wrong(run, "it did not end within %u s", options.limit);
	kill(run->pid, SIGKILL);
	waitpid(run->pid, &run->status, 0);
	run->has_ended = true;
	if (!options.module)
		return;
	unlink(SOCKET);
	if (!options.adopts)
		remove_pins();
}

/* Waits a moment for anything, and deals with it. */
static void step(struct run *run)
{
	struct pollfd fds[] = { { run->stops, POLLIN, 0 },
				{ run->errors, POLLIN, 0 },
				{ run->manager, POLLIN, 0 } };

	poll(fds, 3, 20);
	if (fds[0].revents & POLLIN)
		answer(run);
	if (fds[0].revents & POLLIN && now() < run->began + options.limit)
		return; /* quickly: there are thousands */
	take_all(run);
	if (waitpid(run->pid, &run->status, WNOHANG) == run->pid) {
		run->has_ended = true;
		take_all(run);
	}
	if (!run->has_ended && now() > run->began + options.limit)
		end(run);
}

static void begin(struct run *run)
{
	start(run);
	while (!run->has_ended && !run->is_ready)
		step(run);
	if (!options.preload)
		return;
	run->count = page->count;
	run->is_hit = page->hit;
	snprintf(run->what, sizeof(run->what), "allocation");
}

static void finish(struct run *run)
{
	run->began = now();
	while (!run->has_ended)
		step(run);
}

static void close_run(struct run *run)
{
	if (run->stops >= 0)
		close(run->stops);
	close(run->errors);
	close(run->output);
	close(run->manager);
}

/* What has to be true of it. */

static bool record_has_come(long from)
{
	FILE *file = fopen(options.records, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!file || fseek(file, from, SEEK_SET))
		die(options.records);
	while (!found && getline(&line, &size, file) > 0)
		found = strstr(line, options.words) && strstr(line, "\"verdict\":\"deny\"");
	free(line);
	fclose(file);
	return found;
}

static long records_size(void)
{
	struct stat st;

	return options.records && !stat(options.records, &st) ? st.st_size : 0;
}

static void check_record(struct run *run, long from)
{
	double end = now() + PATIENCE;

	while (options.records && !record_has_come(from) && now() < end && !run->has_ended)
		step(run);
	if (options.records && !record_has_come(from))
		say_wrong(run, "no record came");
}

/* System calls go on to be stopped, so that whoever waits must answer: a child tries. */
static int module_outcome(struct run *run)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(try_module());
	while (!waitpid(pid, &status, WNOHANG))
		step(run);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t whole_links; /* of a start without a fault */

/* Ids only grow: those of programs that were taken over from do not count, whenever they go. */
static size_t new_links(const struct state *before, const struct state *after)
{
	unsigned int last = before->link_count ? before->links[before->link_count - 1] : 0;
	size_t n = 0;

	for (size_t i = 0; i < after->link_count; i++)
		n += after->links[i] > last;
	return n;
}

static void check_daemon(struct run *run, const struct state *before)
{
	long records = records_size();
	struct state state;
	int outcome = module_outcome(run);

	if (outcome != EPERM)
		say_wrong(run, "it is up, and the module gave %s", strerrorname_np(outcome) ?: "0");
	check_record(run, records);
	read_state(&state);
	if (!run->number)
		whole_links = new_links(before, &state);
	else if (new_links(before, &state) < whole_links && !strstr(run->errors_text, "warning:"))
		say_wrong(run, "it is up without a word and lacks %zu links",
			  whole_links - new_links(before, &state));
	kill(run->pid, SIGTERM);
	finish(run);
	if (!run->number) {
		read_state(&state);
		kept_links = lacking(&state, before);
	}
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status))
		say_wrong(run, "SIGTERM ended it with %#x", run->status);
	outcome = try_module();
	if (outcome != (options.persists ? EPERM : 0))
		say_wrong(run, "after its end the module gave %s", strerrorname_np(outcome) ?: "0");
}

static void check_before(struct run *run, const struct state *before)
{
	const char *what = difference_from(before);
	int outcome = options.module ? try_module() : 0;

	if (what)
		say_wrong(run, "%s are not as they were before", what);
	if (outcome != before->outcome)
		say_wrong(run, "before, the module gave %s, and afterwards %s",
			  strerrorname_np(before->outcome) ?: "0", strerrorname_np(outcome) ?: "0");
}

static bool is_as_without(const struct run *run, const struct run *whole)
{
	return run->status == whole->status &&
	       (options.varies || !strcmp(run->output_text, whole->output_text));
}

static void check_text(struct run *run)
{
	static const char *const reports[] = { "Sanitizer", "runtime error:", "stack smashing" };

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		if (strstr(run->errors_text, reports[i]))
			say_wrong(run, "%s", reports[i]);
}

static void check_failure(struct run *run)
{
	if (WIFSIGNALED(run->status))
		say_wrong(run, "SIG%s ended it", sigabbrev_np(WTERMSIG(run->status)));
	else if (!WEXITSTATUS(run->status))
		say_wrong(run, "it ended with 0");
	else if (!strstr(run->errors_text, "error:") && (options.module || !run->output_length))
		say_wrong(run, "it failed without an error");
}

static void print_run(const struct run *run)
{
	char text[256];

	snprintf(text, sizeof(text), "%.255s", run->errors_text);
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? '|' : *c;
	printf("%u %s: %s%d%s%s: %s\n", run->number, run->is_hit ? run->what : "not reached",
	       run->is_ready ? "up, " : "", WEXITSTATUS(run->status), *run->wrong ? " WRONG " : "",
	       run->wrong, text);
	fflush(stdout);
}

/* Runs it with one fault, or with none. */
static void try(struct run *run, unsigned int number, const struct run *whole)
{
	static struct state before;

	*run = (struct run){ .number = number };
	read_state(&before);
	before.outcome = options.module ? try_module() : 0;
	begin(run);
	if (options.module && run->is_ready && !run->has_ended)
		check_daemon(run, &before);
	else if (whole && (options.module || !is_as_without(run, whole)))
		check_failure(run);
	check_text(run);
	if (options.persists && !options.adopts)
		remove_pins();
	if (!options.adopts || !run->is_ready)
		check_before(run, &before);
	close_run(run);
}

/* Which ones. */

struct numbers {
	unsigned int *list;
	size_t count;
};

static bool is_new_place(unsigned int number)
{
	for (unsigned int i = 1; i < number; i++)
		if (page->place[i - 1] == page->place[number - 1])
			return false;
	return true;
}

static struct numbers choose(const struct run *whole)
{
	struct numbers numbers = { .list = calloc(whole->count + 1, sizeof(*numbers.list)) };

	for (unsigned int i = options.first; i <= whole->count; i++)
		if (!options.preload || (i <= FAULT_PLACES && is_new_place(i)))
			numbers.list[numbers.count++] = i;
	return numbers;
}

static void shuffle(struct numbers *numbers)
{
	srandom(options.seed);
	for (size_t i = numbers->count; i > 1; i--) {
		size_t other = (size_t)random() % i;
		unsigned int number = numbers->list[i - 1];

		numbers->list[i - 1] = numbers->list[other];
		numbers->list[other] = number;
	}
}

struct tally {
	size_t tried, up, missed, wrong;
};

static void add_up(struct tally *tally, const struct run *run)
{
	tally->tried++;
	tally->missed += !run->is_hit;
	tally->wrong += *run->wrong != '\0';
	tally->up += run->is_ready;
}

static void sweep(const struct numbers *numbers, const struct run *whole, struct tally *tally)
{
	static struct run run;
	size_t count =
		options.sample && options.sample < numbers->count ? options.sample : numbers->count;
	double end = now() + options.budget;

	for (size_t i = 0; i < count && (!options.budget || now() < end); i++) {
		try(&run, numbers->list[i], whole);
		print_run(&run);
		add_up(tally, &run);
	}
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+ab:f:g:i:lm:n:pr:s:t:v")) != -1) {
		switch (option) {
		case 'a':
			options.adopts = true;
			break;
		case 'b':
			options.budget = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			options.first = strtoul(optarg, NULL, 10) ?: 1;
			break;
		case 'g':
			options.module = optarg;
			break;
		case 'i':
			options.only = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			options.lists = true;
			break;
		case 'm':
			options.preload = optarg;
			break;
		case 'n':
			options.sample = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			options.persists = true;
			break;
		case 'r':
			options.records = optarg;
			options.words = argv[optind++];
			break;
		case 's':
			options.seed = strtoul(optarg, NULL, 10);
			break;
		case 'v':
			options.varies = true;
			break;
		case 't':
			options.limit = strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
	options.command = argv + optind;
	if (optind >= argc)
		exit(2);
}

int main(int argc, char **argv)
{
	static struct run whole, run;
	struct tally tally = {};
	struct numbers numbers;

	parse(argc, argv);
	page_fd = memfd_create("fault", MFD_CLOEXEC);
	if (page_fd < 0 || ftruncate(page_fd, sizeof(*page)))
		die("memfd");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	if (page == MAP_FAILED)
		die("mmap");
	try(&whole, 0, NULL);
	print_run(&whole);
	if (*whole.wrong || (options.module && !whole.is_ready))
		return 1;
	numbers = choose(&whole);
	printf("%u of them, %zu places\n", whole.count, numbers.count);
	if (options.only) {
		try(&run, options.only, &whole);
		print_run(&run);
		return *run.wrong != '\0';
	}
	if (options.lists)
		return 0;
	shuffle(&numbers);
	sweep(&numbers, &whole, &tally);
	free(numbers.list);
	printf("seed %u: %zu tried, %zu came up, %zu not reached, %zu wrong\n", options.seed,
	       tally.tried, tally.up, tally.missed, tally.wrong);
	return tally.wrong || tally.missed * 2 > tally.tried;
}
