// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tries, by raw system calls, one way to get at a process, at what it has in the kernel or at its
 * pins, and prints the errno or 0.
 *
 *   breakin kill|tgkill|sigqueue|pidfd SIGNAL PID    signals, by four system calls
 *   breakin flood COUNT PID                          SIGKILL, so often
 *   breakin sigio SIGNAL PID                         the kernel's, when a pipe is written to
 *   breakin attach|seize|write-memory|take-fd PID    as a debugger does
 *   breakin hold PID                                 seizes it until this is killed
 *   breakin limit|nice|idle|affinity|ioprio PID
 *   breakin open FILE                                for writing
 *   breakin truncate FILE                            to the size that it has
 *   breakin poison ADVICE FILE                       madvise(2) its first page; 100, 101: broken
 *   breakin own-poison ADVICE FILE                   the same by process_madvise(2) of itself
 *   breakin unlink|rmdir|mkdir|symlink FILE
 *   breakin rename|exchange|hard-link FROM TO
 *   breakin map|map-read|program|link [NAME...]      descriptors of all, by their ids
 *   breakin get FILE                                 of a pin
 *   breakin pin FILE                                 an own map, there
 *   breakin unmount|unmount-peer DIRECTORY           at once; from a namespace of its own
 *   breakin move|move-mount FROM TO
 *   breakin cover DIRECTORY                          with a tmpfs
 *
 * Of map, map-read, program and link the errno is the first one; a map or program of one of the
 * NAMEs that could be opened all the same is printed instead, as "OPENED NAME"; so is a link,
 * whatever the NAME.
 *
 * Exit: 0 whatever the outcome is, 2 usage, 3 it could not try.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_IDLE        (3 << 13)

static void usage(void)
{
	fputs("usage: breakin WAY ARGUMENT...; the source lists them\n", stderr);
	exit(2);
}

static void die(const char *what)
{
	fprintf(stderr, "breakin: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

/* Closes what could be had. */
static int outcome_fd(long fd)
{
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

static int by_kill(char **words)
{
	return outcome(kill(atoi(words[1]), atoi(words[0])));
}

static int by_flood(char **words)
{
	int result = 0;

	for (int i = atoi(words[0]); i > 0; i--)
		result = kill(atoi(words[1]), SIGKILL);
	return outcome(result);
}

static int by_tgkill(char **words)
{
	return outcome(syscall(SYS_tgkill, atoi(words[1]), atoi(words[1]), atoi(words[0])));
}

static int by_sigqueue(char **words)
{
	return outcome(sigqueue(atoi(words[1]), atoi(words[0]), (union sigval){}));
}

static int open_process(const char *pid)
{
	int fd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);

	if (fd < 0)
		die("pidfd_open");
	return fd;
}

static int by_pidfd(char **words)
{
	return outcome(
		syscall(SYS_pidfd_send_signal, open_process(words[1]), atoi(words[0]), NULL, 0));
}

static int by_sigio(char **words)
{
	int ends[2];

	if (pipe(ends) || fcntl(ends[0], F_SETSIG, atoi(words[0])) ||
	    fcntl(ends[0], F_SETOWN, atoi(words[1])) || fcntl(ends[0], F_SETFL, O_ASYNC))
		die("sigio");
	return outcome(write(ends[1], "", 1));
}

static int by_attach(char **words)
{
	return outcome(ptrace(PTRACE_ATTACH, atoi(words[0]), NULL, NULL));
}

static int by_seize(char **words)
{
	return outcome(ptrace(PTRACE_SEIZE, atoi(words[0]), NULL, NULL));
}

/* The ELF header, which every program has mapped: without rights, EPERM comes before EFAULT. */
static int by_hold(char **words)
{
	if (ptrace(PTRACE_SEIZE, atoi(words[0]), NULL, NULL))
		return errno;
	puts("0");
	fflush(stdout);
	for (;;)
		pause();
}

static int by_write_memory(char **words)
{
	char byte = 0;
	struct iovec local = { &byte, 1 }, remote = { (void *)8, 1 };
	ssize_t n = process_vm_writev(atoi(words[0]), &local, 1, &remote, 1, 0);

	return n < 0 && errno == EFAULT ? 0 : outcome(n);
}

static int by_take_fd(char **words)
{
	return outcome_fd(syscall(SYS_pidfd_getfd, open_process(words[0]), 0, 0));
}

static int by_limit(char **words)
{
	struct rlimit limit;

	if (prlimit(atoi(words[0]), RLIMIT_CPU, NULL, &limit))
		die("prlimit");
	return outcome(prlimit(atoi(words[0]), RLIMIT_CPU, &limit, NULL));
}

static int by_nice(char **words)
{
	return outcome(setpriority(PRIO_PROCESS, atoi(words[0]), 19));
}

static int by_idle(char **words)
{
	struct sched_param param = {};

	return outcome(sched_setscheduler(atoi(words[0]), SCHED_IDLE, &param));
}

static int by_affinity(char **words)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	return outcome(sched_setaffinity(atoi(words[0]), sizeof(one), &one));
}

static int by_ioprio(char **words)
{
	return outcome(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, atoi(words[0]), IOPRIO_IDLE));
}

static int by_open(char **words)
{
	return outcome_fd(open(words[0], O_WRONLY | O_CLOEXEC));
}

/* A page that whoever has mapped the file shares. */
static void *first_page(const char *file)
{
	int fd = open(file, O_RDONLY);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		die(file);
	(void)*(volatile char *)page;
	return page;
}

static int by_poison(char **words)
{
	return outcome(madvise(first_page(words[1]), 4096, atoi(words[0])));
}

static int by_own_poison(char **words)
{
	struct iovec range = { first_page(words[1]), 4096 };
	int self = syscall(SYS_pidfd_open, getpid(), 0);

	return outcome(syscall(SYS_process_madvise, self, &range, 1, atoi(words[0]), 0));
}

static int by_truncate(char **words)
{
	struct stat status;

	if (stat(words[0], &status))
		die(words[0]);
	return outcome(truncate(words[0], status.st_size));
}

static int by_unlink(char **words)
{
	return outcome(unlink(words[0]));
}

static int by_rmdir(char **words)
{
	return outcome(rmdir(words[0]));
}

static int by_rename(char **words)
{
	return outcome(rename(words[0], words[1]));
}

static int by_exchange(char **words)
{
	return outcome(renameat2(AT_FDCWD, words[0], AT_FDCWD, words[1], RENAME_EXCHANGE));
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The kind's commands for the id behind another one, and for a descriptor. */
struct kind {
	int next, open;
	__u32 flags;
	size_t name; /* where its information has its name; 0: nowhere */
};

static const struct kind maps = { BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, 0,
				  offsetof(struct bpf_map_info, name) };
static const struct kind read_maps = { BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, BPF_F_RDONLY,
				       offsetof(struct bpf_map_info, name) };
static const struct kind programs = { BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, 0,
				      offsetof(struct bpf_prog_info, name) };
static const struct kind links = { BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, 0, 0 };

static void check_name(const struct kind *kind, int fd, char **names)
{
	char info[sizeof(struct bpf_prog_info) + sizeof(struct bpf_map_info)] = {};
	union bpf_attr attr = {
		.info = { .bpf_fd = fd, .info_len = sizeof(info), .info = (uintptr_t)info }
	};

	if (!kind->name && *names) {
		printf("OPENED %s\n", *names);
		exit(0);
	}
	if (!kind->name || bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		return;
	for (; *names; names++) {
		if (strcmp(info + kind->name, *names))
			continue;
		printf("OPENED %s\n", *names);
		exit(0);
	}
}

static int open_all(const struct kind *kind, char **names)
{
	union bpf_attr next = {};
	int first = 0;

	while (!bpf(kind->next, &next)) {
		union bpf_attr attr = { .map_id = next.next_id, .open_flags = kind->flags };
		int fd = (int)bpf(kind->open, &attr);

		if (fd < 0 && errno != ENOENT) { /* that one has just gone */
			first = first ?: errno;
		} else if (fd >= 0) {
			check_name(kind, fd, names);
			close(fd);
		}
		next = (union bpf_attr){ .start_id = next.next_id };
	}
	return first;
}

static int by_map(char **words)
{
	return open_all(&maps, words);
}

static int by_map_read(char **words)
{
	return open_all(&read_maps, words);
}

static int by_program(char **words)
{
	return open_all(&programs, words);
}

static int by_link(char **words)
{
	return open_all(&links, words);
}

static int by_get(char **words)
{
	union bpf_attr attr = { .pathname = (uintptr_t)words[0] };

	return outcome_fd(bpf(BPF_OBJ_GET, &attr));
}

static int by_pin(char **words)
{
	union bpf_attr make = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8192, .max_entries = 1
	};
	union bpf_attr attr = { .pathname = (uintptr_t)words[0] };
	int map = (int)bpf(BPF_MAP_CREATE, &make);

	if (map < 0)
		die("bpf(BPF_MAP_CREATE)");
	attr.bpf_fd = map;
	return outcome(bpf(BPF_OBJ_PIN, &attr));
}

static int by_mkdir(char **words)
{
	return outcome(mkdir(words[0], 0700));
}

static int by_symlink(char **words)
{
	return outcome(symlink("elsewhere", words[0]));
}

static int by_hard_link(char **words)
{
	return outcome(link(words[0], words[1]));
}

static int by_unmount(char **words)
{
	return outcome(umount2(words[0], MNT_DETACH));
}

static int by_unmount_peer(char **words)
{
	if (unshare(CLONE_NEWNS))
		die("unshare");
	return by_unmount(words);
}

static int by_move(char **words)
{
	return outcome(mount(words[0], words[1], NULL, MS_MOVE, NULL));
}

static int by_move_mount(char **words)
{
	return outcome(syscall(SYS_move_mount, AT_FDCWD, words[0], AT_FDCWD, words[1], 0));
}

static int by_cover(char **words)
{
	return outcome(mount("cover", words[0], "tmpfs", 0, NULL));
}

static const struct {
	const char *name;
	int count; /* of arguments; less than 0: any */
	int (*try)(char **words);
} ways[] = {
	{ "kill", 2, by_kill },
	{ "flood", 2, by_flood },
	{ "tgkill", 2, by_tgkill },
	{ "sigqueue", 2, by_sigqueue },
	{ "pidfd", 2, by_pidfd },
	{ "sigio", 2, by_sigio },
	{ "attach", 1, by_attach },
	{ "seize", 1, by_seize },
	{ "hold", 1, by_hold },
	{ "write-memory", 1, by_write_memory },
	{ "take-fd", 1, by_take_fd },
	{ "limit", 1, by_limit },
	{ "nice", 1, by_nice },
	{ "idle", 1, by_idle },
	{ "affinity", 1, by_affinity },
	{ "ioprio", 1, by_ioprio },
	{ "open", 1, by_open },
	{ "poison", 2, by_poison },
	{ "own-poison", 2, by_own_poison },
	{ "truncate", 1, by_truncate },
	{ "unlink", 1, by_unlink },
	{ "rmdir", 1, by_rmdir },
	{ "rename", 2, by_rename },
	{ "exchange", 2, by_exchange },
	{ "map", -1, by_map },
	{ "map-read", -1, by_map_read },
	{ "program", -1, by_program },
	{ "link", -1, by_link },
	{ "get", 1, by_get },
	{ "pin", 1, by_pin },
	{ "mkdir", 1, by_mkdir },
	{ "symlink", 1, by_symlink },
	{ "hard-link", 2, by_hard_link },
	{ "unmount", 1, by_unmount },
	{ "unmount-peer", 1, by_unmount_peer },
	{ "move", 2, by_move },
	{ "move-mount", 2, by_move_mount },
	{ "cover", 1, by_cover },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		usage();
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int error;

		if (strcmp(argv[1], ways[i].name))
			continue;
		if (ways[i].count >= 0 && ways[i].count != argc - 2)
			usage();
		error = ways[i].try(argv + 2);
		printf("%s\n", error ? strerrorname_np(error) ?: "UNKNOWN" : "0");
		return 0;
	}
	usage();
}
