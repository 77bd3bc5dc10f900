// SPDX-License-Identifier: GPL-2.0-or-later
#include "basics.h"
#include "call.h"
#include "options.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NO_COMMAND (-1)
#define READ_MAX   65536

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

const char *call_name(const struct seccomp_data *data)
{
	static char name[32];
	size_t i = find_known(data);

	snprintf(name, sizeof(name), i < KNOWN ? "%s" : "%s %d", i < KNOWN ? known[i].name : "call",
		 data->nr);
	return name;
}

int call_error(const struct seccomp_data *data)
{
	size_t i = find_known(data);

	return i < KNOWN ? known[i].errors[options.seed % ERRORS] : ENOMEM;
}

bool call_goes_on(const struct seccomp_data *a, const struct seccomp_data *b)
{
	return a->nr == b->nr && a->nr == SYS_read && a->args[0] == b->args[0] &&
	       a->instruction_pointer == b->instruction_pointer;
}

#define STATEMENT(code, k)     ((struct sock_filter)BPF_STMT(code, k))
#define JUMP(code, k, yes, no) ((struct sock_filter)BPF_JUMP(code, k, yes, no))

int calls_stop(void)
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
