// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gates: the hooks at which a module load can be seen and refused, in the order in which a load
 * passes them. Each one filters for its own, takes in what is known here, and lets judge() speak.
 *
 * Every gate that can refuse exists as an LSM hook X and as the function security_X with the same
 * arguments; the body below is attached as one or the other, chosen when it is loaded. A gate never
 * decides by itself, never waits, and never lets a load pass because something failed.
 */
#include "kernel.bpf.h"
#include "content.bpf.h"
#include "judge.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Answers of the two programs that user space runs by itself. */
int in_flight SEC(".data.answers");

/*
 * A self-test load is refused where it asks to be, and cannot get in at any other gate: it must be
 * of the warden's own process, and too short to be a module.
 */
#define SELF_TEST_SIZE                                                                             \
	64 /* sizeof(Elf64_Ehdr): no section fits in behind it, and less is not even read */

static __always_inline bool is_self_test_task(void)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	return control.self_test_tgid && control.self_test_tgid == tgid;
}

static __always_inline bool self_test_ends_here(enum mw_gate gate)
{
	count(&counters.self_tested[gate]);
	return control.self_test_gate == gate;
}

/* What a hook may return, in words that the verifier of 6.12 and later can follow. */
static __always_inline int answer(int refused)
{
	if (refused == -ECANCELED)
		return -ECANCELED;
	if (refused)
		return -EPERM;
	return 0;
}

/* finit_module was told that the file is compressed. */
static __always_inline bool asked_to_decompress(void)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;

	return current_syscall(&abi, &regs) == MW_SYSCALL_FINIT_MODULE &&
	       mw_saved_argument(regs, abi, 2) & MODULE_INIT_COMPRESSED_FILE;
}

/* Every load begins with a new ticket; what an earlier one of this task left behind is gone. */
static __always_inline struct ticket *ticket_open(struct file *file, enum mw_source source)
{
	struct ticket *ticket = bpf_task_storage_get(&tickets, bpf_get_current_task_btf(), NULL,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct mw_facts *facts;

	if (!ticket)
		return NULL;
	facts = &ticket->facts;
	bpf_probe_read_kernel(facts, sizeof(*facts), zeros);
	__builtin_memset(&ticket->ruling, 0, sizeof(ticket->ruling));
	__builtin_memset(&ticket->emitted, 0, sizeof(ticket->emitted));
	__builtin_memset(&ticket->seq, 0, sizeof(*ticket) - offsetof(struct ticket, seq));
	ticket->seq = next_sequence();
	ticket->began = bpf_ktime_get_boot_ns();
	ticket->file = (__u64)file;
	ticket->self_test = is_self_test_task();
	ticket->ruling.compressed = file && asked_to_decompress();
	facts->op = MW_OP_LOAD;
	facts->source = source;
	facts->known |= MW_BIT(MW_CRITERION_SOURCE);
	if (!file)
		facts->absent |= MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);
	facts->known |= facts->absent;
	return ticket;
}

static __always_inline int read_file_facts(struct ticket *ticket, struct file *file)
{
	struct mw_facts *facts = &ticket->facts;
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (path_of(file, &ticket->scratch.path, facts->path, MW_PATH_SIZE))
		facts->known |= MW_BIT(MW_CRITERION_PATH);
	if (bpf_probe_read_kernel_str(facts->filesystem, sizeof(facts->filesystem),
				      BPF_CORE_READ(inode, i_sb, s_type, name)) > 0)
		facts->known |= MW_BIT(MW_CRITERION_FILESYSTEM);
	ticket->deleted = !BPF_CORE_READ(inode, i_nlink);
	ticket->memfd = !bpf_strncmp(facts->path, 7, "/memfd:");
	return 0;
}

static __noinline int start(struct file *file, __u32 source)
{
	struct ticket *ticket = ticket_open(file, source);

	count(&counters.fired[MW_GATE_START]);
	if (!ticket)
		return deny_blind(MW_GATE_START, MW_REASON_INTERNAL);
	ticket->passed = MW_BIT(MW_GATE_START);
	if (ticket->self_test) {
		if (self_test_ends_here(MW_GATE_START))
			return -ECANCELED;
		return 0;
	}
	if (file)
		read_file_facts(ticket, file);
	read_caller_facts(ticket);
	return judge(ticket, MW_GATE_START, false);
}

/*
 * G1 leaves no ticket but for a denial that monitor mode lets go on: the caller decides how long
 * the kernel waits for the bytes, and thousands that wait must not fill the warden's memory. G2
 * knows all that was known here. Unarmed, the ticket stays as proof that the load began under the
 * gates.
 */
static __always_inline int start_only(struct file *file, __u32 source)
{
	int refused = start(file, source);
	struct ticket *ticket = ticket_find();

	if (!refused && control.armed && ticket && !ticket->self_test &&
	    ticket->ruling.verdict != MW_VERDICT_DENY)
		ticket_close();
	return refused;
}

/*
 * The ticket of this very load: of the same file, and at the point where the content comes. A start
 * gate that was skipped loses nothing, because all that it knew is known here too.
 */
static __always_inline bool ticket_awaits_content(const struct ticket *ticket, struct file *file)
{
	if (!ticket || ticket->file != (__u64)file)
		return false;
	return ticket->passed == MW_BIT(MW_GATE_START) ||
	       (ticket->expecting &&
		ticket->passed == (MW_BIT(MW_GATE_START) | MW_BIT(MW_GATE_CONTENT)));
}

static __always_inline int content(struct file *file, enum mw_source source, __u64 bytes,
				   __u64 size, bool expecting)
{
	struct ticket *ticket = ticket_find();

	count(&counters.fired[MW_GATE_CONTENT]);
	if (!ticket_awaits_content(ticket, file)) {
		int refused = start(file, source);

		if (refused)
			return refused;
		ticket = ticket_find();
		if (!ticket)
			return deny_blind(MW_GATE_CONTENT, MW_REASON_INTERNAL);
	}
	ticket->passed |= MW_BIT(MW_GATE_CONTENT);
	ticket->expecting = expecting;
	if (ticket->self_test && size <= SELF_TEST_SIZE && !expecting) {
		if (self_test_ends_here(MW_GATE_CONTENT))
			return -ECANCELED;
		return 0;
	}
	ticket->self_test = false;
	read_content(ticket, bytes, size);
	return judge(ticket, MW_GATE_CONTENT, !expecting && !kernel_checks_signatures());
}

/* G1: a module is about to be read, from a file ... */
SEC("lsm/kernel_read_file")
int BPF_PROG(gate_read_file, struct file *file, enum kernel_read_file_id id, bool contents, int ret)
{
	if (ret || !is_module_read(id))
		return ret;
	return answer(start_only(file, MW_SOURCE_FILE));
}

/* ... or from the caller's memory. */
SEC("lsm/kernel_load_data")
int BPF_PROG(gate_load_data, enum kernel_load_data_id id, bool contents, int ret)
{
	if (ret || !is_module_load(id))
		return ret;
	return answer(start_only(NULL, MW_SOURCE_MEMORY));
}

/* G2: its bytes are in the kernel's memory. */
SEC("lsm/kernel_post_read_file")
int BPF_PROG(gate_post_read_file, struct file *file, char *buf, loff_t size,
	     enum kernel_read_file_id id, int ret)
{
	if (ret || !is_module_read(id))
		return ret;
	return answer(content(file, MW_SOURCE_FILE, (__u64)buf, size, is_compressed_read(id)));
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(gate_post_load_data, char *buf, loff_t size, enum kernel_load_data_id id,
	     char *description, int ret)
{
	if (ret || !is_module_load(id))
		return ret;
	return answer(content(NULL, MW_SOURCE_MEMORY, (__u64)buf, size, is_compressed_load(id)));
}

/*
 * G3: the kernel has looked for a valid signature and found none. This is the last stop before it
 * links the image and runs parameter callbacks: what is pending here does not go on.
 */
SEC("lsm/locked_down")
int BPF_PROG(gate_locked_down, enum lockdown_reason what, int ret)
{
	struct ticket *ticket;

	if (ret || what != LOCKDOWN_MODULE_SIGNATURE || !in_load_syscall())
		return ret;
	count(&counters.fired[MW_GATE_UNSIGNED]);
	ticket = ticket_find();
	if (!ticket || !(ticket->passed & MW_BIT(MW_GATE_CONTENT)))
		return answer(deny_blind(MW_GATE_UNSIGNED, MW_REASON_NO_TICKET));
	if (ticket->self_test) {
		self_test_ends_here(MW_GATE_UNSIGNED);
		return -ECANCELED;
	}
	ticket->passed |= MW_BIT(MW_GATE_UNSIGNED);
	ticket->facts.is_signed = MW_FALSE;
	ticket->facts.known |= MW_BIT(MW_CRITERION_SIGNED);
	if (ticket->facts.signature == MW_SIGNATURE_PRESENT)
		ticket->facts.signature = MW_SIGNATURE_REFUSED;
	return answer(judge(ticket, MW_GATE_UNSIGNED, true));
}

/* The kernel's own name for the module: /sys/module/NAME is named by it. */
static __noinline int name(struct kernfs_node *node)
{
	struct ticket *ticket = ticket_find();
	char *real;

	if (!ticket || !(ticket->passed & MW_BIT(MW_GATE_CONTENT)))
		return deny_blind(MW_GATE_NAME, MW_REASON_NO_TICKET);
	if (ticket->passed & MW_BIT(MW_GATE_LOADED))
		return 0; /* its init adds nodes for drivers that are built in */
	if (ticket->self_test)
		return -ECANCELED;
	real = ticket->facts.module;
	bpf_probe_read_kernel(real, MW_NAME_SIZE, zeros);
	if (bpf_probe_read_kernel_str(real, MW_NAME_SIZE, BPF_CORE_READ(node, name)) <= 1)
		ticket_fail(ticket, MW_REASON_UNREADABLE);
	ticket->facts.name_source = MW_NAME_KERNEL;
	ticket->facts.known |= MW_BIT(MW_CRITERION_MODULE);
	return judge(ticket, MW_GATE_NAME, false);
}

/* Its "holders" is made when the module hangs below /sys/module/NAME: this is where to find it. */
static __noinline int holders(struct kernfs_node *directory)
{
	struct ticket *ticket = ticket_find();
	struct module_kobject *mkobj;
	struct module *module;
	int refused;

	if (ticket && ticket->passed & MW_BIT(MW_GATE_LOADED))
		return 0;
	refused = name(directory); /* once more: the gate before may have been skipped */
	if (refused || !ticket)
		return refused;
	mkobj = container_of(BPF_CORE_READ(directory, priv), struct module_kobject, kobj);
	module = BPF_CORE_READ(mkobj, mod);
	ticket->module = (__u64)module;
	if (kernel_checks_signatures()) {
		bool is_signed = BPF_CORE_READ(module, sig_ok);

		ticket->facts.is_signed = is_signed ? MW_TRUE : MW_FALSE;
		if (is_signed)
			ticket->facts.signature = MW_SIGNATURE_VALID;
	} else {
		ticket->facts.is_signed = MW_FALSE;
	}
	ticket->facts.known |= MW_BIT(MW_CRITERION_SIGNED);
	ticket->passed |= MW_BIT(MW_GATE_NAME);
	return judge(ticket, MW_GATE_NAME, true);
}

static __always_inline bool is_named(struct kernfs_node *node, const char *expected, __u32 size)
{
	char name[16] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(node, name));
	return !bpf_strncmp(name, size, expected);
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
	if (is_self_test_task() && control.self_test_gate == MW_GATE_NAME) {
		count(&counters.self_tested[MW_GATE_NAME]);
		return -ECANCELED;
	}
	if (!in_load_syscall())
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

/* G5: loaded, its init not yet called. Too late to refuse, in time to tell what was not seen. */
SEC("tp_btf/module_load")
int BPF_PROG(gate_loaded, struct module *module)
{
	struct ticket *ticket = ticket_find();

	count(&counters.fired[MW_GATE_LOADED]);
	if (ticket) {
		ticket->passed |= MW_BIT(MW_GATE_LOADED);
		ticket->taints = BPF_CORE_READ(module, taints);
		bpf_probe_read_kernel_str(ticket->srcversion, sizeof(ticket->srcversion),
					  BPF_CORE_READ(module, srcversion));
	}
	if (!control.armed)
		return 0;
	if (!ticket || ticket->module != (__u64)module || ticket->ruling.enforced) {
		count(&counters.holes);
		emit_tamper(MW_TAMPER_GATE_HOLE, module->name);
	}
	return 0;
}

/* A load that no rule came to decide before the kernel itself ended it. */
static __always_inline void settle_by_kernel(struct mw_ruling *ruling)
{
	if (ruling->verdict == MW_VERDICT_ALLOW || ruling->verdict == MW_VERDICT_DENY)
		return;
	ruling->verdict = MW_VERDICT_DENY;
	ruling->reason = MW_REASON_KERNEL;
	ruling->rule = MW_RULE_NONE;
	ruling->gate = MW_GATE_EXIT;
}

static __always_inline int exit_unseen(__s64 result)
{
	struct mw_ruling ruling = {
		.rule = MW_RULE_NONE,
		.verdict = MW_VERDICT_ALLOW,
		.reason = MW_REASON_INHERITED,
		.gate = MW_GATE_EXIT,
	};

	if (!control.armed)
		return 0;
	/* Most often a caller without CAP_SYS_MODULE; one that succeeded shared another's verdict.
	 */
	count(&counters.unseen_exits);
	if (!result)
		emit_bare_outcome(next_sequence(), bpf_ktime_get_boot_ns(), &ruling, result);
	return 0;
}

/* G6: the system call is over. */
int leave(__s64 result)
{
	struct ticket *ticket = ticket_find();

	count(&counters.fired[MW_GATE_EXIT]);
	if (!ticket)
		return exit_unseen(result);
	if (ticket->self_test) {
		count(&counters.self_tested[MW_GATE_EXIT]);
	} else if (control.armed && !ticket->folded && ticket->ruling.gate) {
		settle_by_kernel(&ticket->ruling);
		if (!ticket->emitted.verdict)
			emit_decision(ticket);
		emit_outcome(ticket, result);
	}
	if (ticket->ruling.verdict == MW_VERDICT_ALLOW)
		count(&counters.verdicts[MW_OP_LOAD][MW_VERDICT_ALLOW]);
	if (control.armed) {
		ticket_close();
		return 0;
	}
	/* Unarmed, it stays as the proof that this task's loads have begun under the gates. */
	ticket->passed = 0;
	ticket->file = 0;
	return 0;
}

static __always_inline int leave_syscall(void *ctx)
{
	__u64 result = 0;

	bpf_get_func_ret(ctx, &result);
	return leave((__s64)result);
}

SEC("fexit/" MW_ENTRY_INIT_MODULE)
int exit_init_module(void *ctx)
{
	return leave_syscall(ctx);
}

SEC("fexit/" MW_ENTRY_FINIT_MODULE)
int exit_finit_module(void *ctx)
{
	return leave_syscall(ctx);
}

SEC("fexit/" MW_ENTRY_INIT_MODULE_COMPAT)
int exit_init_module_compat(void *ctx)
{
	return leave_syscall(ctx);
}

SEC("fexit/" MW_ENTRY_FINIT_MODULE_COMPAT)
int exit_finit_module_compat(void *ctx)
{
	return leave_syscall(ctx);
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
	emit_tamper(MW_TAMPER_TRAMPOLINES, NULL);
	return 0;
}

/*
 * Counts the tasks that may still be in a load that began before the gates were up: their last
 * system call was one, and they have no ticket. /proc/PID/syscall cannot tell, because it shows
 * nothing of a task that is running.
 */
SEC("iter/task")
int count_in_flight(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct pt_regs *regs;
	enum mw_syscall syscall;

	if (!task || task->flags & PF_KTHREAD)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	syscall = mw_syscall_of(mw_task_abi(task), mw_saved_syscall(regs));
	if ((syscall == MW_SYSCALL_INIT_MODULE || syscall == MW_SYSCALL_FINIT_MODULE) &&
	    !bpf_task_storage_get(&tickets, task, NULL, 0))
		in_flight++;
	return 0;
}

struct introduce_args {
	__u32 fd;   /* in: of /sys/module, open in the calling task */
	__u32 tgid; /* out: the caller's, in the initial pid namespace */
	__u64 node; /* out: the kernfs node of /sys/module */
};

/*
 * What the warden needs to know of itself and cannot see from a container: its real pid, and where
 * /sys/module is (kallsyms is no way to that, it may be hidden even from root).
 */
SEC("syscall")
int introduce(struct introduce_args *args)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd);
	struct file *file = NULL;

	args->tgid = task->tgid;
	if (bpf_probe_read_kernel(&file, sizeof(file), &files[args->fd]) || !file)
		return -EFAULT;
	args->node = (__u64)BPF_CORE_READ(file, f_inode, i_private);
	return args->node ? 0 : -EFAULT;
}
