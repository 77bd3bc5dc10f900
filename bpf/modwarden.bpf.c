// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gates: the hooks at which module operations can be seen and refused, in the order in which
 * each operation passes them. A hook filters for its own and hands on; what is done with it stands
 * in load.bpf.h, unload.bpf.h and autoload.bpf.h.
 *
 * Every gate that can refuse exists as an LSM hook X and as the function security_X with the same
 * arguments; the body below is attached as one or the other, chosen when it is loaded. A gate never
 * decides by itself, never waits, and never lets an operation pass because something failed.
 *
 * A program named _clone comes after the one it is named for, where the kernel may skip a program
 * that is running already on its CPU, and judges what that one was skipped for.
 */
#include "autoload.bpf.h"
#include "epoch.bpf.h"
#include "load.bpf.h"
#include "unload.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* For the programs that user space runs by itself. */
struct mw_answers answers SEC(".data.answers");

/* What a hook may return, in words that the verifier of 6.12 and later can follow. */
static __always_inline int answer(int refused)
{
	if (refused == -ECANCELED)
		return -ECANCELED;
	if (refused)
		return -EPERM;
	return 0;
}

/* Loads. G1: a module is about to be read, from a file ... */
SEC("lsm/kernel_read_file")
int BPF_PROG(gate_read_file, struct file *file, enum kernel_read_file_id id, bool contents, int ret)
{
	if (ret || !is_module_read(id) || !is_mine())
		return ret;
	return answer(start_only(file, MW_SOURCE_FILE));
}

/* ... or from the caller's memory. */
SEC("lsm/kernel_load_data")
int BPF_PROG(gate_load_data, enum kernel_load_data_id id, bool contents, int ret)
{
	if (ret || !is_module_load(id) || !is_mine())
		return ret;
	return answer(start_only(NULL, MW_SOURCE_MEMORY));
}

/* G2: its bytes are in the kernel's memory. */
SEC("lsm/kernel_post_read_file")
int BPF_PROG(gate_post_read_file, struct file *file, char *buf, loff_t size,
	     enum kernel_read_file_id id, int ret)
{
	if (ret || !is_module_read(id) || !is_mine())
		return ret;
	return answer(
		content_first(file, MW_SOURCE_FILE, (__u64)buf, size, is_compressed_read(id)));
}

SEC("lsm/kernel_post_read_file")
int BPF_PROG(gate_post_read_file_clone, struct file *file, char *buf, loff_t size,
	     enum kernel_read_file_id id, int ret)
{
	if (ret || !is_module_read(id) || !is_mine())
		return ret;
	return answer(
		content_again(file, MW_SOURCE_FILE, (__u64)buf, size, is_compressed_read(id)));
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(gate_post_load_data, char *buf, loff_t size, enum kernel_load_data_id id,
	     char *description, int ret)
{
	if (ret || !is_module_load(id) || !is_mine())
		return ret;
	return answer(
		content_first(NULL, MW_SOURCE_MEMORY, (__u64)buf, size, is_compressed_load(id)));
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(gate_post_load_data_clone, char *buf, loff_t size, enum kernel_load_data_id id,
	     char *description, int ret)
{
	if (ret || !is_module_load(id) || !is_mine())
		return ret;
	return answer(
		content_again(NULL, MW_SOURCE_MEMORY, (__u64)buf, size, is_compressed_load(id)));
}

static __always_inline int on_locked_down(enum lockdown_reason what)
{
	if (what != LOCKDOWN_MODULE_SIGNATURE || !in_load_syscall() || !is_mine())
		return 0;
	return answer(unsigned_image());
}

/*
 * G3: the kernel has looked for a valid signature and found none. This is the last stop before it
 * links the image and runs parameter callbacks: what is pending here does not go on.
 */
SEC("lsm/locked_down")
int BPF_PROG(gate_locked_down, enum lockdown_reason what, int ret)
{
	if (ret)
		return ret;
	return on_locked_down(what);
}

SEC("lsm/locked_down")
int BPF_PROG(gate_locked_down_clone, enum lockdown_reason what, int ret)
{
	if (ret)
		return ret;
	return on_locked_down(what);
}

static __always_inline int on_kernfs_init(struct kernfs_node *parent, struct kernfs_node *node)
{
	if (is_self_test_task() && control.self_test_gate == MW_GATE_NAME) {
		if (!is_mine())
			return 0;
		count(&counters.self_tested[MW_GATE_NAME]);
		return -ECANCELED;
	}
	if (!in_load_syscall() || !is_mine())
		return 0;
	if ((__u64)parent == control.sysfs_module) {
		count(&counters.fired[MW_GATE_NAME]);
		return answer(name(node));
	}
	if ((__u64)kernfs_parent(parent) == control.sysfs_module &&
	    is_named(node, "holders", sizeof("holders")))
		return answer(holders(parent));
	return 0;
}

/*
 * G4: the kernel's own name and signature check. The nodes are told by pointer, not by their names:
 * a loading task creates many others. The caller sees ENOMEM.
 */
SEC("lsm/kernfs_init_security")
int BPF_PROG(gate_kernfs, struct kernfs_node *parent, struct kernfs_node *node, int ret)
{
	if (ret)
		return ret;
	return on_kernfs_init(parent, node);
}

SEC("lsm/kernfs_init_security")
int BPF_PROG(gate_kernfs_clone, struct kernfs_node *parent, struct kernfs_node *node, int ret)
{
	if (ret)
		return ret;
	return on_kernfs_init(parent, node);
}

/* G5: loaded, its init not yet called. */
SEC("tp_btf/module_load")
int BPF_PROG(gate_loaded, struct module *module)
{
	return is_mine_to_end() ? loaded(module) : 0;
}

/* G6: the system call is over. */
static __always_inline __s64 returned(void *ctx)
{
	__u64 result = 0;

	bpf_get_func_ret(ctx, &result);
	return (__s64)result;
}

SEC("fexit/" MW_ENTRY_INIT_MODULE)
int exit_init_module(void *ctx)
{
	return leave_load(returned(ctx));
}

/*
 * A load that follows another one of the same file ends here, and has passed nothing before. So has
 * none that a gate refused without a ticket.
 */
SEC("fexit/idempotent_init_module")
int BPF_PROG(exit_shared, struct file *file, const char *params, int flags, int result)
{
	if (control.armed && is_current() && !ticket_of(MW_OP_LOAD) && !was_told_blindly())
		follow(file, result);
	return 0;
}

SEC("fexit/" MW_ENTRY_FINIT_MODULE)
int exit_finit_module(void *ctx)
{
	return leave_load(returned(ctx));
}

SEC("fexit/" MW_ENTRY_INIT_MODULE_COMPAT)
int exit_init_module_compat(void *ctx)
{
	return leave_load(returned(ctx));
}

SEC("fexit/" MW_ENTRY_FINIT_MODULE_COMPAT)
int exit_finit_module_compat(void *ctx)
{
	return leave_load(returned(ctx));
}

/*
 * Unloads. No program here waits for the page of the name: whoever can make one wait keeps the
 * memory that BPF frees from being freed, on some kernels, and on all of them has the program
 * skipped for everybody else on its CPU.
 */
SEC("lsm/capable")
int BPF_PROG(gate_capable, const struct cred *cred, struct user_namespace *ns, int cap,
	     unsigned int opts, int ret)
{
	if (ret || cap != CAP_SYS_MODULE || !in_unload_syscall() || !is_mine())
		return ret;
	return answer(unload_first(cred));
}

SEC("lsm/capable")
int BPF_PROG(gate_capable_clone, const struct cred *cred, struct user_namespace *ns, int cap,
	     unsigned int opts, int ret)
{
	if (ret || cap != CAP_SYS_MODULE || !in_unload_syscall() || !is_mine())
		return ret;
	return answer(unload_again(cred));
}

SEC("tp_btf/module_free")
int BPF_PROG(gate_unloaded, struct module *module)
{
	return in_unload_syscall() && is_mine_to_end() ? unloaded(module) : 0;
}

SEC("fexit/" MW_ENTRY_DELETE_MODULE)
int exit_delete_module(void *ctx)
{
	return leave_unload(returned(ctx));
}

SEC("fexit/" MW_ENTRY_DELETE_MODULE_COMPAT)
int exit_delete_module_compat(void *ctx)
{
	return leave_unload(returned(ctx));
}

/* Autoloads, and from the task that asked to the helper that loads. */
SEC("lsm/kernel_module_request")
int BPF_PROG(gate_module_request, char *alias, int ret)
{
	if (ret)
		return ret;
	return answer(request_first(alias));
}

SEC("lsm/kernel_module_request")
int BPF_PROG(gate_module_request_clone, char *alias, int ret)
{
	if (ret)
		return ret;
	return answer(request_again(alias));
}

SEC("fentry/call_usermodehelper_exec")
int BPF_PROG(join_prepared, struct subprocess_info *info)
{
	helper_prepared(info);
	return 0;
}

SEC("fentry/call_usermodehelper_exec_async")
int BPF_PROG(join_begins, void *info)
{
	helper_begins(info);
	return 0;
}

/* The audit trail: what the kernel stamps, and what it says it has lost. */
SEC("fexit/auditsc_get_stamp")
int BPF_PROG(audit_stamp, struct audit_context *context)
{
	stamped(context);
	return 0;
}

SEC("fentry/audit_log_lost")
int audit_lost(void *ctx)
{
	record_lost(is_current());
	return 0;
}

/*
 * The observe tier: where no trampoline can be had, the system calls are seen when they begin and
 * when they end. Their tracepoints do not fire for 32-bit calls, whose functions are probed.
 */
SEC("tracepoint/syscalls/sys_enter_init_module")
int watch_init_module(void *ctx)
{
	return call_load(NULL, MW_SOURCE_MEMORY);
}

SEC("tracepoint/syscalls/sys_enter_finit_module")
int watch_finit_module(struct trace_event_raw_sys_enter *ctx)
{
	return call_load(current_file(ctx->args[0]), MW_SOURCE_FILE);
}

SEC("tracepoint/syscalls/sys_enter_delete_module")
int watch_delete_module(void *ctx)
{
	return call_unload();
}

SEC("tracepoint/syscalls/sys_exit_init_module")
int watch_init_module_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave_load(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_finit_module")
int watch_finit_module_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave_load(ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_delete_module")
int watch_delete_module_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave_unload(ctx->ret);
}

SEC("kprobe/" MW_ENTRY_INIT_MODULE_COMPAT)
int watch_init_module_compat(void *ctx)
{
	return call_load(NULL, MW_SOURCE_MEMORY);
}

SEC("kprobe/" MW_ENTRY_FINIT_MODULE_COMPAT)
int watch_finit_module_compat(void *ctx)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;

	current_syscall(&abi, &regs);
	return call_load(current_file(mw_saved_argument(regs, abi, 0)), MW_SOURCE_FILE);
}

SEC("kprobe/" MW_ENTRY_DELETE_MODULE_COMPAT)
int watch_delete_module_compat(void *ctx)
{
	return call_unload();
}

SEC("kretprobe/" MW_ENTRY_INIT_MODULE_COMPAT)
int watch_init_module_compat_exit(struct pt_regs *ctx)
{
	return leave_load(PT_REGS_RC(ctx));
}

SEC("kretprobe/" MW_ENTRY_FINIT_MODULE_COMPAT)
int watch_finit_module_compat_exit(struct pt_regs *ctx)
{
	return leave_load(PT_REGS_RC(ctx));
}

SEC("kretprobe/" MW_ENTRY_DELETE_MODULE_COMPAT)
int watch_delete_module_compat_exit(struct pt_regs *ctx)
{
	return leave_unload(PT_REGS_RC(ctx));
}

SEC("tp_btf/module_request")
int BPF_PROG(watch_module_request, char *alias)
{
	request_first(alias);
	return 0;
}

/*
 * kernel.ftrace_enabled=0 silences every trampoline, and so every gate. Refused in every mode,
 * armed or not: there is no honest reason to write it while the gates are up.
 */
SEC("cgroup/sysctl")
int guard_trampolines(struct bpf_sysctl *ctx)
{
	char name[24] = {};
	char value[8] = {};

	if (!ctx->write)
		return 1;
	if (bpf_sysctl_get_name(ctx, name, sizeof(name), 0) < 0)
		return 1; /* longer than the one that is guarded */
	if (bpf_strncmp(name, sizeof("kernel/ftrace_enabled"), "kernel/ftrace_enabled"))
		return 1;
	/* Whatever is not plainly 1 is refused: the kernel's parser takes many spellings of 0. */
	if (bpf_sysctl_get_new_value(ctx, value, sizeof(value)) > 0 && value[0] == '1' &&
	    (value[1] == '\0' || value[1] == '\n'))
		return 1;
	if (is_current())
		emit_tamper(MW_TAMPER_TRAMPOLINES, NULL);
	return 0;
}

/*
 * Counts the tasks that may still be in a load or unload that began before the gates were up: their
 * last system call was one, and they have no ticket. Or those that have begun with a former epoch.
 * /proc/PID/syscall cannot tell, because it shows nothing of a task that is running.
 */
SEC("iter/task")
int count_in_flight(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct ticket *ticket;
	struct pt_regs *regs;
	enum mw_syscall syscall;

	if (!task || task->flags & PF_KTHREAD)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	syscall = mw_syscall_of(mw_task_abi(task), mw_saved_syscall(regs));
	if (syscall == MW_SYSCALL_NONE ||
	    (syscall == MW_SYSCALL_DELETE_MODULE && !control.judges_unloads))
		return 0;
	/* Its own: those that it acts with may be of an overlay's mount. Who may not load is waited
	 * for by nobody, since anybody can stop there. */
	if (!cred_may_load(BPF_CORE_READ(task, real_cred)))
		return 0;
	ticket = bpf_task_storage_get(&tickets, task, NULL, 0);
	if (answers.of_epoch ? ticket && ticket->epoch == answers.of_epoch : !ticket)
		answers.in_flight++;
	return 0;
}

/*
 * Writes the calls that tasks are still in, of those that operations were told of, and the counts
 * that they have still to be stamped under. What is not among them has been left by its task.
 */
SEC("iter/task")
int calls_inside(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct audit_mark *mark;

	if (!task)
		return 0;
	if (task->pid == 1)
		answers.sees_all = true;
	mark = bpf_task_storage_get(&marks, task, NULL, 0);
	if (!mark || !is_in_marked_call(task, mark))
		return 0;
	bpf_seq_write(ctx->meta->seq, &mark->id, sizeof(mark->id));
	bpf_seq_write(ctx->meta->seq, mark->folds, sizeof(mark->folds));
	return 0;
}

struct introduce_args {
	__u32 fd;      /* in: of /sys/module, open in the calling task */
	__u32 tgid;    /* out: the caller's, in the initial pid namespace */
	__u64 started; /* out: its leader, CLOCK_BOOTTIME ns */
	__u64 node;    /* out: the kernfs node of /sys/module */
};

/*
 * What the warden needs to know of itself and cannot see from a container: its real pid, and where
 * /sys/module is (kallsyms is no way to that, it may be hidden even from root).
 */
SEC("syscall")
int introduce(struct introduce_args *args)
{
	struct file *file = current_file(args->fd);

	args->tgid = bpf_get_current_pid_tgid() >> 32;
	args->started = task_start_time(BPF_CORE_READ(bpf_get_current_task_btf(), group_leader));
	if (!file)
		return -EFAULT;
	args->node = (__u64)BPF_CORE_READ(file, f_inode, i_private);
	return args->node ? 0 : -EFAULT;
}
