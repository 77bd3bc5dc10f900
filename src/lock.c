// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include "cleanup.h"
#include "hook.h"
#include "lock.skel.h"
#include "log.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define PATH_SIZE 256
#define STATE     "state"

struct lock {
	struct lock_options options;
	char directory[PATH_SIZE]; /* of the lock's own pins */
	int pins;                  /* that of all pins, open */
	struct lock_bpf *skeleton;
	bool is_closed;
};

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

/* The hook that sees a map before it has an id has had two names. */
static bool sees_new_maps(const struct lock *lock)
{
	return bpf_program__autoload(lock->skeleton->progs.lock_map_create) ||
	       bpf_program__autoload(lock->skeleton->progs.lock_map_alloc);
}

static int choose_hooks(struct lock *lock)
{
	cleanup(cleanup_btf) struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *program;

	if (!btf)
		return -errno;
	bpf_object__for_each_program (program, lock->skeleton->obj) {
		int error = 0;

		if (!hook_is(program, "lsm/"))
			continue;
		if (hook_is(program, "lsm/bpf_map_") && !hook_has_lsm(btf, program))
			bpf_program__set_autoload(program, false);
		else if (gates_options(lock->options.gates)->mechanism == MECHANISM_FMOD_RET)
			error = hook_use_fmod_ret(program);
		if (error)
			return error;
	}
	return sees_new_maps(lock) ? 0 : -EOPNOTSUPP;
}

static int load(struct lock *lock)
{
	const struct gates *gates = lock->options.gates;
	int error;

	lock->skeleton = lock_bpf__open();
	if (!lock->skeleton)
		return -errno;
	error = choose_hooks(lock);
	if (!error)
		error = bpf_map__reuse_fd(lock->skeleton->maps.events, gates_events_map(gates));
	if (!error)
		error = bpf_map__reuse_fd(lock->skeleton->maps.data_counters,
					  gates_counters_map(gates));
	if (!error)
		error = lock_bpf__load(lock->skeleton);
	/* libbpf goes on without mappings where it found that there could be none. */
	return error ?: lock->skeleton->data_lock ? 0 : -ENOMEM;
}

static int run(const struct bpf_program *program, void *args, __u32 size)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = args, .ctx_size_in = size);
	int error = bpf_prog_test_run_opts(bpf_program__fd(program), &run);

	return error ?: (int)run.retval;
}

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

/*
 * As the first process of the machine sees them: a service manager may have given this process
 * mounts of its own, which follow what becomes of the machine's.
 */
static int open_pins(const struct lock *lock)
{
	auto_close int fd = -1;
	char path[PATH_SIZE + 16];
	struct stat here, there;
	struct statfs fs;
	int error = make_directory(lock->options.pins);

	if (!error)
		error = make_directory(lock->directory);
	if (error)
		return error;
	snprintf(path, sizeof(path), "/proc/1/root%s", lock->options.pins);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) || fstat(fd, &there) || stat(lock->options.pins, &here))
		return -errno;
	if (fs.f_type != BPF_FS_MAGIC)
		return -EINVAL;
	return here.st_dev == there.st_dev && here.st_ino == there.st_ino ? take_fd(fd) : -EINVAL;
}

/*
 * Makes this process the warden. Its descriptor of the pins keeps their file system alive, whatever
 * becomes of the mount.
 */
static int take_in(struct lock *lock)
{
	struct mw_take_in_args args = {};

	lock->pins = open_pins(lock);
	if (lock->pins < 0) {
		log_error("lock: cannot have '%s': %s; is the machine's BPF file system mounted "
			  "there?",
			  lock->options.pins, strerror(-lock->pins));
		return lock->pins;
	}
	args.pins = lock->pins;
	return run(lock->skeleton->progs.take_in, &args, sizeof(args));
}

/* Out of memory, the kernel ends another process. */
static int exempt_from_oom(void)
{
	auto_close int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		return -errno;
	return 0;
}

/* Memory that has left for a disk can be changed there. */
static int stay_in_memory(void)
{
	return mlockall(MCL_CURRENT | MCL_FUTURE) ? -errno : 0;
}

static void cleanup_link(struct bpf_link **link)
{
	bpf_link__destroy(*link);
}

/* What this process runs. */
static int protect_files(struct lock *lock)
{
	cleanup(cleanup_link) struct bpf_link *link =
		bpf_program__attach(lock->skeleton->progs.mark_files);
	auto_close int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -errno;
	char nothing[64];
	ssize_t n;

	if (iterator < 0)
		return iterator;
	do
		n = read(iterator, nothing, sizeof(nothing));
	while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	if (n < 0)
		return -errno;
	return lock->skeleton->data_lock->lock.files ? 0 : -ENOENT;
}

static int protect_as(const struct lock *lock, int fd, enum mw_locked_kind kind)
{
	struct mw_protect_args args = { .fd = fd, .kind = kind };

	return run(lock->skeleton->progs.protect, &args, sizeof(args));
}

static int protect(void *arg, int fd, enum gates_object kind)
{
	static const enum mw_locked_kind kinds[] = {
		[GATES_MAP] = MW_LOCKED_MAP,
		[GATES_PROGRAM] = MW_LOCKED_PROGRAM,
		[GATES_LINK] = MW_LOCKED_LINK,
	};

	return protect_as(arg, fd, kinds[kind]);
}

static int protect_map(int fd, void *arg)
{
	return protect_as(arg, fd, MW_LOCKED_MAP);
}

static int protect_name(const struct lock *lock, const char *path)
{
	auto_close int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : protect_as(lock, fd, MW_LOCKED_NAME);
}

/* Whoever takes the socket's place answers for us. */
static int protect_socket(const struct lock *lock)
{
	auto_free char *directory = strdup(lock->options.socket ?: "");
	char *end = directory ? strrchr(directory, '/') : NULL;
	int error;

	if (!lock->options.socket)
		return 0;
	if (!end || end == directory)
		return directory ? -EINVAL : -ENOMEM;
	*end = '\0';
	error = protect_name(lock, directory);
	return error ?: protect_name(lock, lock->options.socket);
}

/* What a start that failed has left; of a lock that is closed it cannot be had. */
static int make_way(const struct lock *lock, const char *name, char path[PATH_SIZE + 64])
{
	snprintf(path, PATH_SIZE + 64, "%s/%s", lock->directory, name);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

static int pin(const struct lock *lock, const struct bpf_program *program, struct bpf_link *link)
{
	char path[PATH_SIZE + 64];
	int error = make_way(lock, bpf_program__name(program), path);

	return error ?: bpf_link__pin(link, path);
}

/* By this map others see that there is a lock. */
static int pin_state(const struct lock *lock)
{
	char path[PATH_SIZE + 64];
	int error = make_way(lock, STATE, path);

	return error ?: bpf_map__pin(lock->skeleton->maps.data_lock, path);
}

static bool has_hook(const struct bpf_program *program)
{
	return bpf_program__autoload(program) &&
	       bpf_program__type(program) != BPF_PROG_TYPE_SYSCALL &&
	       bpf_program__expected_attach_type(program) != BPF_TRACE_ITER;
}

static int attach(struct lock *lock)
{
	struct bpf_object_skeleton *list = lock->skeleton->skeleton;
	int error = 0;

	for (int i = 0; i < list->prog_cnt && !error; i++) {
		struct bpf_program *program = *list->progs[i].prog;
		struct bpf_link *link;

		if (!has_hook(program))
			continue;
		link = bpf_program__attach(program);
		if (!link) {
			error = -errno;
			log_error("lock: cannot attach %s: %s", bpf_program__name(program),
				  strerror(-error));
			return error;
		}
		*list->progs[i].link = link;
		error = pin(lock, program, link);
	}
	return error;
}

static int protect_own(struct lock *lock)
{
	struct bpf_object_skeleton *list = lock->skeleton->skeleton;
	struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_map(map, lock->skeleton->obj) if (!error) error =
		protect(lock, bpf_map__fd(map), GATES_MAP);
	for (int i = 0; i < list->prog_cnt && !error; i++) {
		struct bpf_link *link = *list->progs[i].link;

		if (bpf_program__autoload(*list->progs[i].prog))
			error = protect(lock, bpf_program__fd(*list->progs[i].prog), GATES_PROGRAM);
		if (!error && link)
			error = protect(lock, bpf_link__fd(link), GATES_LINK);
	}
	return error;
}

static int close_lock(struct lock *lock)
{
	int error = -EOPNOTSUPP;

	if (gates_options(lock->options.gates)->mechanism != MECHANISM_TRACEPOINT)
		error = load(lock);
	if (!error)
		error = take_in(lock);
	if (!error)
		error = exempt_from_oom();
	if (!error)
		error = stay_in_memory();
	if (!error)
		error = protect_files(lock);
	if (!error)
		error = attach(lock);
	if (!error)
		error = pin_state(lock);
	if (!error)
		error = gates_each_object(lock->options.gates, protect, lock);
	if (!error)
		error = pins_each_map(lock->options.own_pins, protect_map, lock);
	if (!error)
		error = protect_own(lock);
	if (!error)
		error = protect_socket(lock);
	if (!error) {
		__atomic_store_n(&lock->skeleton->data_lock->lock.locked, 1, __ATOMIC_SEQ_CST);
		lock->is_closed = true;
	}
	return error;
}

int lock_renew(struct lock *lock)
{
	return gates_each_object(lock->options.gates, protect, lock);
}

const char *lock_problem(int error)
{
	switch (error) {
	case -EBUSY:
		return "a debugger is attached to this process";
	case -EXDEV:
		return "this is a pid namespace, whose end ends all that is in it";
	case -EPERM:
		return "not permitted; is another one closed, until reboot?";
	case -EOPNOTSUPP:
		return "no program that can refuse is called on this kernel";
	default:
		return strerror(-error);
	}
}

int lock_new(struct lock **ret, const struct lock_options *options)
{
	cleanup(lock_free) struct lock *lock = calloc(1, sizeof(*lock));
	int error;

	if (!lock)
		return -ENOMEM;
	lock->pins = -1;
	lock->options = *options;
	if ((size_t)snprintf(lock->directory, sizeof(lock->directory), "%s/lock", options->pins) >=
	    sizeof(lock->directory))
		return -ENAMETOOLONG;
	error = close_lock(lock);
	if (error)
		return error;
	*ret = take_pointer(lock);
	return 0;
}

/* Who may not even make a map is not told by the lock. */
static bool may_use_bpf(void)
{
	auto_close int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "modwarden_try", sizeof(__u32),
					   sizeof(__u32), 1, NULL);

	return fd >= 0;
}

bool lock_is_closed(const char *pins)
{
	char path[PATH_SIZE];
	auto_close int fd = -1;

	snprintf(path, sizeof(path), "%s/lock/" STATE, pins);
	fd = bpf_obj_get(path);
	return fd < 0 && errno == EPERM && may_use_bpf();
}

/* Nothing of a lock that was never closed stays. */
static void unpin(struct lock *lock)
{
	struct bpf_object_skeleton *list = lock->skeleton->skeleton;

	for (int i = 0; i < list->prog_cnt; i++) {
		struct bpf_link *link = *list->progs[i].link;

		if (link && bpf_link__pin_path(link))
			bpf_link__unpin(link);
	}
	if (bpf_map__is_pinned(lock->skeleton->maps.data_lock))
		bpf_map__unpin(lock->skeleton->maps.data_lock, NULL);
	rmdir(lock->directory);
}

void lock_free(struct lock **lock)
{
	if (!*lock)
		return;
	if ((*lock)->skeleton && !(*lock)->is_closed)
		unpin(*lock);
	lock_bpf__destroy((*lock)->skeleton);
	if ((*lock)->pins >= 0)
		close((*lock)->pins);
	free(*lock);
	*lock = NULL;
}
