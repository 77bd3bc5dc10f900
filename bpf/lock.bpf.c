// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lock: what keeps root's hands off modwarden once a policy has said `locked: true`. Each hook
 * refuses with EPERM what anybody but the warden's own process tries on its objects, and tells of
 * it. The programs are attached as those of the gates are: as LSM hook X or on security_X.
 *
 * None asks for what an earlier program has answered: where one has refused, the rest are not run.
 */
#include "event.bpf.h"

#include "modwarden/arch.h"
#include "modwarden/lock.h"

char LICENSE[] SEC("license") = "GPL";

struct mw_lock lock SEC(".data.lock");

/* Maps, programs and files by their addresses, links by their ids, which no address is as small as.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MW_LOCKED_OBJECTS);
	__type(key, __u64);
	__type(value, __u32);
} locked_objects SEC(".maps");

/* Of kernel headers, and of types that no other source needs. */
#define RINGBUF_AVAILABLE      0 /* BPF_RB_AVAIL_DATA */
#define FMODE_WRITE            0x2
#define O_TRUNC                0x200
#define S_IFMT                 0170000
#define S_IFREG                0100000
#define PTRACE_MODE_ATTACH     0x02
#define CAP_SYS_ADMIN          21
#define MADV_HWPOISON          100
#define MADV_SOFT_OFFLINE      101
#define MS_MOVE                8192
#define SIGHUP                 1
#define SIGCONT                18
#define PROC_SUPER_MAGIC       0x9fa0
#define CGROUP2_SUPER_MAGIC    0x63677270
#define DEBUGFS_MAGIC          0x64626720
#define SYSFS_MAGIC            0x62656572
#define COMMAND_LINK_UPDATE    29
#define COMMAND_LINK_GET_BY_ID 30
#define COMMAND_LINK_DETACH    34

#define NSEC_PER_SEC 1000000000ULL

#define NAME_ROOM   32 /* of the names that are looked for */
#define PINS_DEPTH  8
#define GROUP_DEPTH 32
#define MOUNT_DEPTH 16

struct bpf_map;
struct bpf_prog;
union bpf_attr;
struct fown_struct;

struct bpf_map___id {
	__u32 id;
} __attribute__((preserve_access_index));

struct bpf_prog_aux___id {
	__u32 id;
} __attribute__((preserve_access_index));

struct bpf_prog___id {
	struct bpf_prog_aux___id *aux;
} __attribute__((preserve_access_index));

struct bpf_link___id {
	__u32 id;
} __attribute__((preserve_access_index));

struct task_struct___exit {
	int exit_state;
} __attribute__((preserve_access_index));

struct vm_area_struct___file {
	struct file *vm_file;
} __attribute__((preserve_access_index));

struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
} __attribute__((preserve_access_index));

/* Is the lock closed, and the current task not the warden? */
static __always_inline bool is_foreign(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!lock.locked)
		return false;
	return (__u32)task->tgid != lock.tgid ||
	       task_start_time(BPF_CORE_READ(task, group_leader)) != lock.started;
}

static __always_inline bool is_warden(struct task_struct *task)
{
	return (__u32)BPF_CORE_READ(task, tgid) == lock.tgid &&
	       task_start_time(BPF_CORE_READ(task, group_leader)) == lock.started;
}

/* What is its process's alone is nobody's after its end, and the addresses may be another's. */
static __always_inline bool warden_lives(void)
{
	struct task_struct *task = (struct task_struct *)lock.task;

	return is_warden(task) && !BPF_CORE_READ((struct task_struct___exit *)task, exit_state);
}

/* Who tries without end must not keep the warden from what it looks after each second. */
static __always_inline bool may_tell(void)
{
	__u64 second = bpf_ktime_get_boot_ns() / NSEC_PER_SEC;

	if (lock.second != second) {
		lock.second = second;
		lock.told = 0;
	}
	return __sync_fetch_and_add(&lock.told, 1) < MW_LOCKED_TOLD_MAX;
}

/* Nor take the room of other records: half of the buffer is theirs alone. */
static __noinline int tell(__u32 attempt, __u64 object)
{
	struct mw_tamper_event *event;

	if (bpf_ringbuf_query(&events, RINGBUF_AVAILABLE) > EVENTS_SIZE / 2 || !may_tell()) {
		count(&counters.lost[MW_EVENT_TAMPER]);
		return 0;
	}
	event = tamper_reserve(MW_TAMPER_LOCKED);
	if (!event)
		return 0;
	event->attempt = attempt;
	event->object = object;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#define REFUSE(attempt, object)                                                                    \
	do {                                                                                       \
		tell((attempt), (object));                                                         \
		return -EPERM;                                                                     \
	} while (0)

static __always_inline bool is_locked_object(__u64 key)
{
	return bpf_map_lookup_elem(&locked_objects, &key);
}

/*
 * Maps: every descriptor of one is made here, whether it is got by id, from a pin or is its first.
 * A descriptor for reading is enough to let a program write into the map, so that is refused, too.
 */
SEC("lsm/bpf_map")
int BPF_PROG(lock_map, struct bpf_map *map)
{
	if (!is_foreign() || !is_locked_object((__u64)map))
		return 0;
	REFUSE(MW_ATTEMPT_MAP, BPF_CORE_READ((struct bpf_map___id *)map, id));
}

/* What the warden makes is locked before it has an id by which somebody else could get at it. */
static __always_inline int map_is_made(struct bpf_map *map)
{
	__u64 key = (__u64)map;
	__u32 kind = MW_LOCKED_MAP;

	if (!lock.locked || is_foreign())
		return 0;
	if (bpf_map_update_elem(&locked_objects, &key, &kind, BPF_ANY))
		return -ENOMEM;
	return 0;
}

SEC("lsm/bpf_map_create")
int BPF_PROG(lock_map_create, struct bpf_map *map)
{
	return map_is_made(map);
}

/* The same, before "bpf: Add LSM hooks for BPF tokens" gave it that name (6.9). */
SEC("lsm/bpf_map_alloc_security")
int BPF_PROG(lock_map_alloc, struct bpf_map *map)
{
	return map_is_made(map);
}

SEC("fentry/security_bpf_map_free")
int BPF_PROG(lock_map_free, struct bpf_map *map)
{
	__u64 key = (__u64)map;

	bpf_map_delete_elem(&locked_objects, &key);
	return 0;
}

/* Programs: without a descriptor none can be replaced, traced, run or attached elsewhere. */
SEC("lsm/bpf_prog")
int BPF_PROG(lock_program, struct bpf_prog *program)
{
	if (!is_foreign() || !is_locked_object((__u64)program))
		return 0;
	REFUSE(MW_ATTEMPT_PROGRAM, BPF_CORE_READ((struct bpf_prog___id *)program, aux, id));
}

static __always_inline __u32 link_of_descriptor(__u32 fd)
{
	struct file *file = current_file(fd);
	struct bpf_link___id *link = file ? BPF_CORE_READ(file, private_data) : NULL;

	return link ? BPF_CORE_READ(link, id) : 0;
}

/*
 * Links have no hook of their own. The id is the kernel's copy and cannot be swapped; a descriptor
 * can, and one can be had from a pin. But of our links only that of the guard of
 * kernel.ftrace_enabled can be detached or updated at all, and that file is closed below.
 */
SEC("lsm/bpf")
int BPF_PROG(lock_command, int command, union bpf_attr *attr)
{
	__u32 first = 0;

	if (command != COMMAND_LINK_GET_BY_ID && command != COMMAND_LINK_UPDATE &&
	    command != COMMAND_LINK_DETACH)
		return 0;
	if (!is_foreign())
		return 0;
	bpf_probe_read_kernel(&first, sizeof(first), attr);
	if (command != COMMAND_LINK_GET_BY_ID)
		first = link_of_descriptor(first);
	if (!first || !is_locked_object(first))
		return 0;
	REFUSE(MW_ATTEMPT_LINK, first);
}

/* Is it one that belongs to the warden's process? */
static __always_inline enum mw_locked_kind file_kind(struct inode *inode)
{
	__u64 key = (__u64)inode;
	__u32 *kind = bpf_map_lookup_elem(&locked_objects, &key);

	if (!kind || !warden_lives())
		return MW_LOCKED_NONE;
	return *kind;
}

/* Pins: the directory and all below it. */
static __always_inline bool is_pin(struct dentry *dentry)
{
	if ((__u64)BPF_CORE_READ(dentry, d_sb) != lock.pins_super)
		return false;
	for (int i = 0; i < PINS_DEPTH; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if ((__u64)BPF_CORE_READ(dentry, d_inode) == lock.pins_inode)
			return true;
		if (parent == dentry)
			return false;
		dentry = parent;
	}
	return true; /* deeper than anything that we make */
}

static __always_inline int pin_is_touched(struct dentry *dentry)
{
	if (!is_foreign() || !is_pin(dentry))
		return 0;
	REFUSE(MW_ATTEMPT_PIN, BPF_CORE_READ(dentry, d_parent, d_inode, i_ino));
}

/* The pins, and the socket with its directory. */
static __always_inline int name_is_touched(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	if (!is_foreign())
		return 0;
	if (file_kind(inode) == MW_LOCKED_NAME)
		REFUSE(MW_ATTEMPT_SOCKET, BPF_CORE_READ(inode, i_ino));
	return pin_is_touched(dentry);
}

SEC("lsm/inode_unlink")
int BPF_PROG(lock_unlink, struct inode *directory, struct dentry *dentry)
{
	return name_is_touched(dentry);
}

SEC("lsm/inode_rmdir")
int BPF_PROG(lock_rmdir, struct inode *directory, struct dentry *dentry)
{
	return name_is_touched(dentry);
}

SEC("lsm/inode_rename")
int BPF_PROG(lock_rename, struct inode *from_directory, struct dentry *from,
	     struct inode *to_directory, struct dentry *to)
{
	int refused = name_is_touched(from);

	if (refused)
		return -EPERM;
	return name_is_touched(to);
}

/* Among the pins nobody else makes any: a later set would be taken for the one that counts. */
SEC("lsm/inode_mkdir")
int BPF_PROG(lock_mkdir, struct inode *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/path_mknod")
int BPF_PROG(lock_make_pin, const struct path *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/inode_symlink")
int BPF_PROG(lock_symlink, struct inode *directory, struct dentry *dentry)
{
	return pin_is_touched(dentry);
}

SEC("lsm/inode_link")
int BPF_PROG(lock_hard_link, struct dentry *from, struct inode *directory, struct dentry *to)
{
	return pin_is_touched(to);
}

/*
 * The file system of the pins dies with its last mount, and the links with it. So its mount stays,
 * and all that it hangs on; and their peers in other namespaces, whose end would be theirs, too.
 */
static __always_inline bool is_peer(struct mount *ours, struct mount *mount)
{
	int group = BPF_CORE_READ(ours, mnt_parent, mnt_group_id);

	return group && group == BPF_CORE_READ(mount, mnt_parent, mnt_group_id) &&
	       BPF_CORE_READ(ours, mnt_mountpoint) == BPF_CORE_READ(mount, mnt_mountpoint);
}

static __always_inline bool carries_pins(struct mount *mount)
{
	struct mount *ours = (struct mount *)lock.pins_mount;

	for (int i = 0; i < MOUNT_DEPTH; i++) {
		struct mount *above = BPF_CORE_READ(ours, mnt_parent);

		if (ours == mount || is_peer(ours, mount))
			return true;
		if (above == ours)
			return false;
		ours = above;
	}
	return true;
}

static __always_inline bool is_mount_of_pins(struct mount *mount)
{
	struct mount *ours = (struct mount *)lock.pins_mount;

	return ours == mount || is_peer(ours, mount);
}

static __always_inline struct mount *mount_of(struct vfsmount *mnt)
{
	return container_of(mnt, struct mount, mnt);
}

SEC("lsm/sb_umount")
int BPF_PROG(lock_umount, struct vfsmount *mnt, int flags)
{
	if (!is_foreign() || !carries_pins(mount_of(mnt)))
		return 0;
	REFUSE(MW_ATTEMPT_MOUNT, flags);
}

static __always_inline bool is_in_namespace_of_pins(void)
{
	struct mount *ours = (struct mount *)lock.pins_mount;
	struct task_struct *task = bpf_get_current_task_btf();

	return BPF_CORE_READ(ours, mnt_ns) == BPF_CORE_READ(task, nsproxy, mnt_ns);
}

static __always_inline int socket_is_covered(const struct path *at)
{
	struct inode *inode = BPF_CORE_READ(at, dentry, d_inode);

	if (file_kind(inode) != MW_LOCKED_NAME)
		return 0;
	REFUSE(MW_ATTEMPT_SOCKET, BPF_CORE_READ(inode, i_ino));
}

/* mount(2) names what it moves by a path that it has not looked up yet: none may be moved here. */
SEC("lsm/sb_mount")
int BPF_PROG(lock_mount, const char *device, const struct path *path, const char *type,
	     unsigned long flags)
{
	if (!is_foreign())
		return 0;
	if (is_mount_of_pins(mount_of(BPF_CORE_READ(path, mnt))) ||
	    (flags & MS_MOVE && is_in_namespace_of_pins()))
		REFUSE(MW_ATTEMPT_MOUNT, flags);
	return socket_is_covered(path);
}

SEC("lsm/move_mount")
int BPF_PROG(lock_move_mount, const struct path *from, const struct path *to)
{
	if (!is_foreign())
		return 0;
	if (carries_pins(mount_of(BPF_CORE_READ(from, mnt))) ||
	    is_mount_of_pins(mount_of(BPF_CORE_READ(to, mnt))))
		REFUSE(MW_ATTEMPT_MOUNT, 0);
	return socket_is_covered(to);
}

/*
 * The process. What the kernel itself sends (out of memory, a terminal's keys) does not come here.
 * SIGHUP only asks for the policy to be read again, SIGCONT undoes a stop.
 */
SEC("lsm/task_kill")
int BPF_PROG(lock_kill, struct task_struct *task, struct kernel_siginfo *info, int signal)
{
	if (!signal || signal == SIGHUP || signal == SIGCONT)
		return 0;
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SIGNAL, signal);
}

/* fcntl(F_SETOWN) and F_SETSIG have the kernel send any signal, when a descriptor is ready. */
SEC("lsm/file_send_sigiotask")
int BPF_PROG(lock_sigio, struct task_struct *task, struct fown_struct *owner, int signal)
{
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SIGNAL, signal);
}

/* ptrace(2), process_vm_writev(2), pidfd_getfd(2), /proc/PID/mem and whatever else attaches. */
SEC("lsm/ptrace_access_check")
int BPF_PROG(lock_trace, struct task_struct *task, unsigned int mode)
{
	if (!(mode & PTRACE_MODE_ATTACH) || !is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_TRACE, mode);
}

/*
 * MADV_HWPOISON and MADV_SOFT_OFFLINE take a page from whoever has it: a clean one is read from the
 * disk again, with what has been written there past the file; for a dirty one its process is
 * killed.
 */
SEC("lsm/capable")
int BPF_PROG(lock_poison, const struct cred *cred, struct user_namespace *ns, int cap)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs;
	enum mw_abi abi;
	__u32 advice;

	if (cap != CAP_SYS_ADMIN || task->flags & PF_KTHREAD || !is_foreign())
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	abi = mw_task_abi(task);
	if (!mw_is_madvise(abi, mw_saved_syscall(regs)))
		return 0;
	advice = mw_saved_argument(regs, abi, 2);
	if (advice != MADV_HWPOISON && advice != MADV_SOFT_OFFLINE)
		return 0;
	REFUSE(MW_ATTEMPT_MEMORY, advice);
}

static __always_inline int schedule(struct task_struct *task)
{
	if (!is_foreign() || !is_warden(task))
		return 0;
	REFUSE(MW_ATTEMPT_SCHEDULE, 0);
}

SEC("lsm/task_setrlimit")
int BPF_PROG(lock_rlimit, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setnice")
int BPF_PROG(lock_nice, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setioprio")
int BPF_PROG(lock_ioprio, struct task_struct *task)
{
	return schedule(task);
}

SEC("lsm/task_setscheduler")
int BPF_PROG(lock_scheduler, struct task_struct *task)
{
	return schedule(task);
}

/*
 * Files whose opening for writing is refused. Descriptors that were open before the lock go on
 * working.
 */
static __always_inline bool is_own_group(struct kernfs_node *directory)
{
	struct task_struct *task = (struct task_struct *)lock.task;
	struct cgroup *group;

	if (!warden_lives())
		return false;
	group = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	for (int i = 0; i < GROUP_DEPTH; i++) {
		struct cgroup_subsys_state *above = BPF_CORE_READ(group, self.parent);

		if (!above)
			return false; /* the root: nothing there holds a group back */
		if (BPF_CORE_READ(group, kn) == directory)
			return true;
		group = BPF_CORE_READ(above, cgroup);
	}
	return true;
}

#define IS(name, text)     (!bpf_strncmp((name), sizeof(text), (text)))
#define BEGINS(name, text) (!bpf_strncmp((name), sizeof(text) - 1, (text)))

/* Delegating a group, and watching its pressure, is what service managers do all the time. */
static __always_inline bool holds_a_group_back(const char name[NAME_ROOM])
{
	if (BEGINS(name, "cgroup."))
		return IS(name, "cgroup.freeze") || IS(name, "cgroup.kill") ||
		       IS(name, "cgroup.type");
	return !IS(name, "cpu.pressure") && !IS(name, "io.pressure") &&
	       !IS(name, "memory.pressure") && !IS(name, "irq.pressure");
}

static __always_inline bool is_group_file(struct dentry *dentry, const char name[NAME_ROOM])
{
	struct inode *directory = BPF_CORE_READ(dentry, d_parent, d_inode);

	return holds_a_group_back(name) && is_own_group(BPF_CORE_READ(directory, i_private));
}

static __always_inline bool is_own_proc(struct inode *inode)
{
	struct proc_inode *proc = container_of(inode, struct proc_inode, vfs_inode);

	return (__u64)BPF_CORE_READ(proc, pid) == lock.pid && warden_lives();
}

/* What silences trampolines, kills all processes, or lets the kernel preempt itself. */
static __always_inline bool is_proc_switch(const char name[NAME_ROOM])
{
	return IS(name, "ftrace_enabled") || IS(name, "sysrq-trigger");
}

static __always_inline bool is_preemption(struct dentry *dentry, const char name[NAME_ROOM])
{
	char above[NAME_ROOM] = {};

	if (!IS(name, "preempt"))
		return false;
	bpf_probe_read_kernel_str(above, sizeof(above),
				  BPF_CORE_READ(dentry, d_parent, d_name.name));
	return IS(above, "sched");
}

/* What gives up a page of memory with whoever has it. */
static __always_inline bool is_page_switch(const char name[NAME_ROOM])
{
	return IS(name, "hard_offline_page") || IS(name, "corrupt-pfn");
}

static __always_inline enum mw_attempt opening(struct dentry *dentry, struct inode *inode)
{
	char name[NAME_ROOM] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	switch (BPF_CORE_READ(inode, i_sb, s_magic)) {
	case CGROUP2_SUPER_MAGIC:
		return is_group_file(dentry, name) ? MW_ATTEMPT_CGROUP : MW_ATTEMPT_NONE;
	case PROC_SUPER_MAGIC:
		if (is_own_proc(inode))
			return MW_ATTEMPT_PROC;
		return is_proc_switch(name) ? MW_ATTEMPT_SWITCH : MW_ATTEMPT_NONE;
	case SYSFS_MAGIC:
		return is_page_switch(name) ? MW_ATTEMPT_SWITCH : MW_ATTEMPT_NONE;
	case DEBUGFS_MAGIC:
		return is_preemption(dentry, name) || is_page_switch(name) ? MW_ATTEMPT_SWITCH
									   : MW_ATTEMPT_NONE;
	default:
		return MW_ATTEMPT_NONE;
	}
}

static __always_inline bool is_for_writing(struct file *file)
{
	return BPF_CORE_READ(file, f_mode) & FMODE_WRITE || BPF_CORE_READ(file, f_flags) & O_TRUNC;
}

SEC("lsm/file_open")
int BPF_PROG(lock_open, struct file *file)
{
	struct inode *inode;
	enum mw_attempt attempt;

	if (!lock.locked || !is_for_writing(file) || !is_foreign())
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	if (file_kind(inode) == MW_LOCKED_FILE)
		REFUSE(MW_ATTEMPT_FILE, BPF_CORE_READ(inode, i_ino));
	attempt = opening(BPF_CORE_READ(file, f_path.dentry), inode);
	if (!attempt)
		return 0;
	REFUSE(attempt, BPF_CORE_READ(inode, i_ino));
}

/* truncate(2) does not open it. */
SEC("lsm/path_truncate")
int BPF_PROG(lock_truncate, const struct path *path)
{
	struct inode *inode = BPF_CORE_READ(path, dentry, d_inode);

	if (!is_foreign() || file_kind(inode) != MW_LOCKED_FILE)
		return 0;
	REFUSE(MW_ATTEMPT_FILE, BPF_CORE_READ(inode, i_ino));
}

/* No hook sees a task go to another control group in time; this one tells of it. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(lock_moved, struct cgroup *group, const char *path, struct task_struct *task)
{
	if (is_foreign() && is_warden(task))
		tell(MW_ATTEMPT_MOVED, BPF_CORE_READ(group, kn, id));
	return 0;
}

/* Locks one object of the caller's. */
SEC("syscall")
int protect(struct mw_protect_args *args)
{
	struct file *file = current_file(args->fd);
	__u64 key = file ? (__u64)BPF_CORE_READ(file, private_data) : 0;
	__u32 kind = args->kind;

	if (kind == MW_LOCKED_LINK)
		key = link_of_descriptor(args->fd);
	else if (kind == MW_LOCKED_NAME)
		key = file ? (__u64)BPF_CORE_READ(file, f_inode) : 0;
	if (!key)
		return -EFAULT;
	if (bpf_map_update_elem(&locked_objects, &key, &kind, BPF_ANY))
		return -ENOMEM;
	return 0;
}

struct task_vma_context {
	__u64 meta;
	struct task_struct *task;
	struct vm_area_struct *area;
};

/*
 * Locks the files that the warden has mapped: what is written into a library, or cut off, is
 * written into the process that runs it. They are here for as long as they are mapped.
 */
SEC("iter/task_vma")
int mark_files(struct task_vma_context *ctx)
{
	struct vm_area_struct___file *area = (struct vm_area_struct___file *)ctx->area;
	struct task_struct *task = ctx->task;
	__u32 kind = MW_LOCKED_FILE;
	struct inode *inode;
	__u64 key;

	if (!task || !area || !is_warden(task))
		return 0;
	inode = BPF_CORE_READ(area, vm_file, f_inode);
	if (!inode || (BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		return 0;
	key = (__u64)inode;
	if (bpf_map_update_elem(&locked_objects, &key, &kind, BPF_ANY))
		return 0;
	lock.files++;
	return 0;
}

/* The caller is the warden, from now on. It must not be traced already. */
SEC("syscall")
int take_in(struct mw_take_in_args *args)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *leader = task->group_leader;
	struct file *pins = current_file(args->pins);

	if (BPF_CORE_READ(task, ptrace))
		return -EBUSY;
	/* With the first process of a pid namespace, all that are in it are killed. */
	if (BPF_CORE_READ(leader, thread_pid, level))
		return -EXDEV;
	if (!pins)
		return -EFAULT;
	lock.pins_super = (__u64)BPF_CORE_READ(pins, f_inode, i_sb);
	lock.pins_inode = (__u64)BPF_CORE_READ(pins, f_inode);
	lock.pins_mount = (__u64)mount_of(BPF_CORE_READ(pins, f_path.mnt));
	lock.tgid = task->tgid;
	lock.started = task_start_time(leader);
	lock.task = (__u64)leader;
	lock.pid = (__u64)BPF_CORE_READ(leader, thread_pid);
	return 0;
}
