// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lock: what keeps root's hands off modwarden once a policy has said `locked: true`. Each hook
 * refuses with EPERM what anybody but the warden's own process tries on its objects, and tells of
 * it. The programs are attached as those of the gates are: as LSM hook X or on security_X.
 *
 * None asks for what an earlier program has answered: where one has refused, the rest are not run.
 */
#include "lock_files.bpf.h"
#include "lock_mounts.bpf.h"
#include "lock_objects.bpf.h"
#include "lock_pins.bpf.h"
#include "lock_process.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define S_IFMT  0170000
#define S_IFREG 0100000

struct vm_area_struct___file {
	struct file *vm_file;
} __attribute__((preserve_access_index));

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
