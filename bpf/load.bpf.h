/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A load, from gate to gate: what each takes in, and what it hands on by the ticket. The hooks
 * themselves are in modwarden.bpf.c.
 */
#ifndef MODWARDEN_LOAD_BPF_H
#define MODWARDEN_LOAD_BPF_H

#include "content.bpf.h"
#include "epoch.bpf.h"
#include "judge.bpf.h"

/*
 * Where the kernel lets concurrent loads of one file share one outcome, only one of them passes the
 * gates: this is what became of it, for those that followed.
 */
struct leader {
	__u64 seq;
	__u64 time; /* CLOCK_BOOTTIME ns */
	struct mw_ruling ruling;
};

#define LEADERS_MAX     1024
#define LEADER_VALID_NS (30ULL * 1000 * 1000 * 1000) /* longer ago, it led somebody else */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LEADERS_MAX);
	__type(key, __u64); /* struct inode */
	__type(value, struct leader);
} leaders SEC(".maps");

/* finit_module was told that the file is compressed. */
static __always_inline bool asked_to_decompress(void)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;

	return current_syscall(&abi, &regs) == MW_SYSCALL_FINIT_MODULE &&
	       mw_saved_argument(regs, abi, 2) & MODULE_INIT_COMPRESSED_FILE;
}

/* Every load begins with a new ticket; what an earlier one of this task left behind is gone. */
static __always_inline struct ticket *load_begin(struct file *file, enum mw_source source)
{
	struct ticket *ticket = bpf_task_storage_get(&tickets, bpf_get_current_task_btf(), NULL,
						     BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct mw_facts *facts;

	if (!ticket)
		return NULL;
	ticket_begin(ticket, MW_OP_LOAD, next_sequence());
	ticket->file = (__u64)file;
	ticket->inode = file ? (__u64)BPF_CORE_READ(file, f_inode) : 0;
	ticket->self_test = is_self_test_task();
	ticket->ruling.compressed = file && asked_to_decompress();
	facts = &ticket->facts;
	facts->source = source;
	facts->known |= MW_BIT(MW_CRITERION_SOURCE);
	if (!file)
		facts->absent |= MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);
	facts->known |= facts->absent;
	return ticket;
}

/* A function of its own: its stack is not there while a gate judges. */
static __noinline int lead(struct ticket *ticket)
{
	struct leader leader = {
		.seq = ticket->seq,
		.time = ticket->began,
		.ruling = ticket->ruling,
	};
	__u64 inode = ticket->inode;

	if (inode && leader.ruling.verdict != MW_VERDICT_PENDING)
		bpf_map_update_elem(&leaders, &inode, &leader, BPF_ANY);
	return 0;
}

/* judge(), and those that follow may know of it. */
static __always_inline int judge_load(struct ticket *ticket, enum mw_gate gate, bool last_stop)
{
	int refused = judge(ticket, gate, last_stop);

	if (kernel_shares_loads())
		lead(ticket);
	return refused;
}

/* Until there is a digest, this stands in its place and tells one file from another. */
struct file_identity {
	__u64 inode;
	__u64 device;
};

_Static_assert(sizeof(struct file_identity) <= MW_DIGEST_SIZE, "it must fit a digest's place");

static __always_inline void read_file_identity(struct mw_facts *facts, struct inode *inode)
{
	struct file_identity identity = {
		.inode = BPF_CORE_READ(inode, i_ino),
		.device = BPF_CORE_READ(inode, i_sb, s_dev),
	};

	if (!facts->digest_count)
		__builtin_memcpy(facts->digest[0], &identity, sizeof(identity));
}

static __always_inline int read_file_facts(struct ticket *ticket, struct file *file)
{
	struct mw_facts *facts = &ticket->facts;
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	read_file_identity(facts, inode);

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
	struct ticket *ticket = load_begin(file, source);

	count(&counters.fired[MW_GATE_START]);
	was_told_blindly(); /* of a call whose end was not seen */
	if (!ticket)
		return deny_blind(MW_OP_LOAD, MW_GATE_START, MW_REASON_INTERNAL);
	ticket->passed = MW_BIT(MW_GATE_START);
	if (ticket->self_test) {
		if (self_test_ends_here(MW_GATE_START))
			return -ECANCELED;
		return 0;
	}
	if (file)
		read_file_facts(ticket, file);
	read_caller_facts(ticket);
	return judge_load(ticket, MW_GATE_START, false);
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
			return deny_blind(MW_OP_LOAD, MW_GATE_CONTENT, MW_REASON_INTERNAL);
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
	if (!kernel_checks_signatures()) {
		ticket->facts.is_signed = MW_FALSE;
		ticket->facts.known |= MW_BIT(MW_CRITERION_SIGNED);
	}
	return judge_load(ticket, MW_GATE_CONTENT, !expecting && !kernel_checks_signatures());
}

/*
 * Where a gate may be skipped, it has a clone that comes after it and judges what it did not. The
 * mark is of these very bytes, and whoever finds it takes it away.
 */
static __always_inline int content_first(struct file *file, enum mw_source source, __u64 bytes,
					 __u64 size, bool expecting)
{
	int refused = content(file, source, bytes, size, expecting);
	struct ticket *ticket = ticket_find();

	if (has_clones && !refused && ticket) {
		ticket->bytes = bytes;
		ticket->handed_on = true;
	}
	return refused;
}

static __always_inline int content_again(struct file *file, enum mw_source source, __u64 bytes,
					 __u64 size, bool expecting)
{
	struct ticket *ticket = ticket_find();

	if (ticket && ticket->handed_on && ticket->file == (__u64)file && ticket->bytes == bytes) {
		ticket->handed_on = false;
		return 0;
	}
	count(&counters.skipped);
	return content(file, source, bytes, size, expecting);
}

/* The kernel has looked for a valid signature and found none. */
static __always_inline int unsigned_image(void)
{
	struct ticket *ticket = ticket_find();

	count(&counters.fired[MW_GATE_UNSIGNED]);
	if (!ticket || !(ticket->passed & MW_BIT(MW_GATE_CONTENT)))
		return deny_blind(MW_OP_LOAD, MW_GATE_UNSIGNED, MW_REASON_NO_TICKET);
	if (ticket->self_test) {
		self_test_ends_here(MW_GATE_UNSIGNED);
		return -ECANCELED;
	}
	ticket->passed |= MW_BIT(MW_GATE_UNSIGNED);
	ticket->facts.is_signed = MW_FALSE;
	ticket->facts.known |= MW_BIT(MW_CRITERION_SIGNED);
	if (ticket->facts.signature == MW_SIGNATURE_PRESENT)
		ticket->facts.signature = MW_SIGNATURE_REFUSED;
	return judge_load(ticket, MW_GATE_UNSIGNED, true);
}

static __always_inline void read_kernels_name(struct ticket *ticket, const char *name)
{
	char *real = ticket->facts.module;

	bpf_probe_read_kernel(real, MW_NAME_SIZE, zeros);
	if (bpf_probe_read_kernel_str(real, MW_NAME_SIZE, name) <= 1)
		ticket_fail(ticket, MW_REASON_UNREADABLE);
	ticket->facts.name_source = MW_NAME_KERNEL;
	ticket->facts.known |= MW_BIT(MW_CRITERION_MODULE);
}

/* The kernel's own name for the module: /sys/module/NAME is named by it. */
static __noinline int name(struct kernfs_node *node)
{
	struct ticket *ticket = ticket_find();

	if (!ticket || !(ticket->passed & MW_BIT(MW_GATE_CONTENT)))
		return deny_blind(MW_OP_LOAD, MW_GATE_NAME, MW_REASON_NO_TICKET);
	if (ticket->passed & MW_BIT(MW_GATE_LOADED))
		return 0; /* its init adds nodes for drivers that are built in */
	if (ticket->self_test)
		return -ECANCELED;
	read_kernels_name(ticket, BPF_CORE_READ(node, name));
	return judge_load(ticket, MW_GATE_NAME, false);
}

/* What the kernel itself made of the signature. One that checks none has none to report. */
static __always_inline void read_kernels_signature(struct ticket *ticket, struct module *module)
{
	bool is_signed = kernel_checks_signatures() && BPF_CORE_READ(module, sig_ok);

	ticket->facts.is_signed = is_signed ? MW_TRUE : MW_FALSE;
	ticket->facts.known |= MW_BIT(MW_CRITERION_SIGNED);
	if (is_signed)
		ticket->facts.signature = MW_SIGNATURE_VALID;
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
	read_kernels_signature(ticket, module);
	ticket->passed |= MW_BIT(MW_GATE_NAME);
	return judge_load(ticket, MW_GATE_NAME, true);
}

static __always_inline bool is_named(struct kernfs_node *node, const char *expected, __u32 size)
{
	char name[16] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(node, name));
	return !bpf_strncmp(name, size, expected);
}

/* Where nothing can be refused, the call is all that is seen before the module is there. */
static __always_inline int call_load(struct file *file, enum mw_source source)
{
	struct ticket *ticket;

	if (!is_mine())
		return 0;
	ticket = load_begin(file, source);
	count(&counters.fired[MW_GATE_CALL]);
	if (!ticket)
		return deny_blind(MW_OP_LOAD, MW_GATE_CALL, MW_REASON_INTERNAL);
	if (ticket->self_test) {
		self_test_ends_here(MW_GATE_CALL);
		return 0;
	}
	ticket->passed = MW_BIT(MW_GATE_CALL);
	if (file)
		read_file_facts(ticket, file);
	read_caller_facts(ticket);
	return judge_load(ticket, MW_GATE_CALL, false);
}

/* A call whose beginning was not seen: x32 ones have no tracepoints either. */
static __always_inline void call_unseen(void)
{
	struct pt_regs *regs = NULL;
	enum mw_abi abi = MW_ABI_NONE;
	enum mw_syscall syscall = current_syscall(&abi, &regs);

	if (syscall == MW_SYSCALL_FINIT_MODULE)
		call_load(current_file(mw_saved_argument(regs, abi, 0)), MW_SOURCE_FILE);
	else if (syscall == MW_SYSCALL_INIT_MODULE)
		call_load(NULL, MW_SOURCE_MEMORY);
}

static __always_inline int loaded_unguarded(struct ticket *ticket, struct module *module)
{
	read_kernels_name(ticket, module->name);
	read_kernels_signature(ticket, module);
	return judge_load(ticket, MW_GATE_LOADED, true);
}

/* Loaded, its init not yet called: too late to refuse, in time to tell what was not seen. */
static __always_inline int loaded(struct module *module)
{
	struct ticket *ticket = ticket_find();

	count(&counters.fired[MW_GATE_LOADED]);
	if (observe_only && control.armed && !ticket_of(MW_OP_LOAD)) {
		call_unseen();
		ticket = ticket_find();
	}
	if (ticket) {
		ticket->passed |= MW_BIT(MW_GATE_LOADED);
		ticket->taints = BPF_CORE_READ(module, taints);
		bpf_probe_read_kernel_str(ticket->srcversion, sizeof(ticket->srcversion),
					  BPF_CORE_READ(module, srcversion));
	}
	if (!control.armed)
		return 0;
	if (observe_only)
		return ticket ? loaded_unguarded(ticket, module) : 0;
	if (!ticket || ticket->module != (__u64)module || ticket->ruling.enforced) {
		count(&counters.holes);
		emit_tamper(MW_TAMPER_GATE_HOLE, module->name);
	}
	return 0;
}

/* What the caller of a load sees that this ruling refused. */
static __always_inline __s64 refusal(const struct mw_ruling *ruling)
{
	if (ruling->verdict != MW_VERDICT_DENY || !ruling->enforced)
		return 0;
	return ruling->gate == MW_GATE_NAME ? -ENOMEM : -EPERM;
}

/*
 * A load that passed no gate because it followed another one of the same file: it shares what
 * became of that one. A failure that no ruling explains is the kernel's own, and leaves no record.
 */
static __noinline int follow(struct file *file, __s64 result)
{
	struct leader *leader;
	struct ticket *ticket;
	__u64 inode = (__u64)BPF_CORE_READ(file, f_inode);

	leader = bpf_map_lookup_elem(&leaders, &inode);
	if (leader && (bpf_ktime_get_boot_ns() - leader->time > LEADER_VALID_NS ||
		       refusal(&leader->ruling) != result))
		leader = NULL;
	if (result && !leader)
		return 0;
	ticket = load_begin(file, MW_SOURCE_FILE);
	if (!ticket) {
		count(&counters.unobserved);
		return 0;
	}
	read_file_facts(ticket, file);
	read_caller_facts(ticket);
	ticket->ruling.rule = MW_RULE_NONE;
	ticket->ruling.verdict = MW_VERDICT_ALLOW;
	if (leader) {
		ticket->leader = leader->seq;
		ticket->ruling = leader->ruling;
	}
	ticket->ruling.reason = MW_REASON_INHERITED;
	ticket->ruling.gate = MW_GATE_EXIT;
	ticket->folded = ticket->ruling.enforced && fold(ticket);
	/* At once: the end of the call is not seen where its program is skipped for this task. */
	if (!ticket->folded)
		emit_decision(ticket);
	return 0;
}

static __always_inline void end_load(__s64 result)
{
	struct ticket *ticket = ticket_of(MW_OP_LOAD);
	bool is_told = was_told_blindly();

	count(&counters.fired[MW_GATE_EXIT]);
	if (!ticket) {
		/* Most often a caller whom the kernel did not even let ask. */
		if (!is_told)
			count(&counters.unseen_exits);
		return;
	}
	if (ticket->self_test)
		count(&counters.self_tested[MW_GATE_EXIT]);
	else if (control.armed && (!is_told || ticket->emitted.verdict))
		finish(ticket, result);
	if (control.armed) {
		ticket_close();
		return;
	}
	/* Unarmed, it stays as the proof that this task's loads have begun under the gates. */
	ticket->passed = 0;
	ticket->file = 0;
}

/* The system call is over. */
int leave_load(__s64 result)
{
	if (!is_mine_to_end())
		return 0;
	end_load(result);
	audit_call_returns();
	return 0;
}

#endif
