// SPDX-License-Identifier: GPL-2.0-or-later
#include "self_test.h"

#include "cgroup.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* As long as an ELF header, or init_module(2) would not even look: the kernel cannot link it. */
static const char image[64] = "modwarden self-test";

/* The attempts: 0 or a negative errno of the kernel's; an errno: it could not be made. */
static int load_from_memory(void)
{
	return syscall(SYS_init_module, image, sizeof(image), "") ? -errno : 0;
}

static int load_from_file(void)
{
	auto_close int fd = memfd_create("modwarden-self-test", MFD_CLOEXEC);

	if (fd < 0 || write(fd, image, sizeof(image)) != sizeof(image))
		return errno;
	return syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
}

/* Any new node of a kernfs passes the hook of the name gate. A fixed name could be squatted. */
static int make_node(void)
{
	bool is_root;
	auto_close int root = cgroup_open_root(&is_root);
	char name[64];
	unsigned long long random;

	if (root < 0)
		return -root;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return EAGAIN;
	snprintf(name, sizeof(name), "modwarden.self-test.%016llx", random);
	if (mkdirat(root, name, 0700))
		return -errno;
	unlinkat(root, name, AT_REMOVEDIR);
	return 0;
}

/* No module has such a name. */
static int unload(void)
{
	return syscall(SYS_delete_module, "modwarden self-test", O_NONBLOCK) ? -errno : 0;
}

/* No module has ever been for this family (AF_SECURITY), so the kernel asks for one each time. */
static int request(void)
{
	auto_close int fd = socket(14, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : 0;
}

/* With an empty kernel.modprobe it does not. */
static bool kernel_requests(void)
{
	auto_close int fd = open("/proc/sys/kernel/modprobe", O_RDONLY | O_CLOEXEC);
	char first = '\n';

	return fd < 0 || (read(fd, &first, 1) == 1 && first != '\n');
}

/* What tells that the attempt ended before the gate, by somebody else's doing. */
static bool ended_early(enum mw_gate gate, int error)
{
	if (gate == MW_GATE_NAME)
		return error; /* the node was not made, and not by the gate's doing */
	if (gate == MW_GATE_REQUEST)
		return error != -EAFNOSUPPORT || !kernel_requests();
	switch (error) {
	case -EPERM:  /* no capability, modules_disabled, another security module */
	case -EACCES: /* another security module */
	case -ENOSYS:
		return true;
	case -EKEYREJECTED: /* sig_enforce */
	case -EBADMSG:
		return gate == MW_GATE_UNSIGNED;
	default:
		return false;
	}
}

/* Does the caller see what the gate answers? */
static bool refuses_visibly(enum mw_gate gate)
{
	return gate != MW_GATE_EXIT && gate != MW_GATE_CALL && gate != MW_GATE_REQUEST;
}

static int refusal_of(enum mw_gate gate)
{
	switch (gate) {
	case MW_GATE_NAME: /* kernfs makes this of every refusal */
		return ENOMEM;
	case MW_GATE_UNLOAD: /* and the kernel this of a capability that is missing */
		return EPERM;
	default:
		return ECANCELED;
	}
}

static enum proof prove(struct gates *gates, enum mw_gate gate, int (*attempt)(void), int *seen)
{
	uint64_t before = gates_counters(gates)->self_tested[gate];
	bool fired;

	gates_self_test_aim(gates, gate);
	*seen = attempt();
	gates_self_test_aim(gates, MW_GATE_NONE);
	if (*seen > 0) {
		*seen = -*seen;
		return PROOF_NOT_POSSIBLE;
	}
	fired = gates_counters(gates)->self_tested[gate] != before;
	if (fired && (!refuses_visibly(gate) || *seen == -refusal_of(gate)))
		return PROOF_GIVEN;
	return !fired && ended_early(gate, *seen) ? PROOF_NOT_POSSIBLE : PROOF_FAILED;
}

/* Two proofs of one gate: both must be given. */
static enum proof weaker(enum proof a, enum proof b)
{
	return a > b ? a : b;
}

static void prove_by_load(struct gates *gates, enum mw_gate gate, struct self_test *test)
{
	enum proof memory = prove(gates, gate, load_from_memory, &test->errors[gate]);
	enum proof file = prove(gates, gate, load_from_file, &test->errors[gate]);

	test->gates[gate] = weaker(memory, file);
}

static void prove_by(struct gates *gates, enum mw_gate gate, int (*attempt)(void),
		     struct self_test *test)
{
	test->gates[gate] = prove(gates, gate, attempt, &test->errors[gate]);
}

static void prove_gates(struct gates *gates, enum self_test_extent extent, struct self_test *test)
{
	prove_by(gates, MW_GATE_NAME, make_node, test);
	if (extent == SELF_TEST_QUICK)
		return;
	prove_by_load(gates, MW_GATE_START, test);
	prove_by_load(gates, MW_GATE_CONTENT, test);
	prove_by_load(gates, MW_GATE_UNSIGNED, test);
	prove_by_load(gates, MW_GATE_EXIT, test);
	prove_by(gates, MW_GATE_REQUEST, request, test);
	if (gates_judge_unloads(gates))
		prove_by(gates, MW_GATE_UNLOAD, unload, test);
}

/* Without gates there is only to see that the calls are seen. */
static void prove_watch(struct gates *gates, enum self_test_extent extent, struct self_test *test)
{
	if (extent == SELF_TEST_QUICK)
		return;
	prove_by_load(gates, MW_GATE_CALL, test);
	prove_by_load(gates, MW_GATE_EXIT, test);
}

enum mw_gate self_test_run(struct gates *gates, enum self_test_extent extent,
			   struct self_test *test)
{
	*test = (struct self_test){};
	if (gates_options(gates)->mechanism == MECHANISM_TRACEPOINT)
		prove_watch(gates, extent, test);
	else
		prove_gates(gates, extent, test);
	for (enum mw_gate gate = MW_GATE_START; gate < MW_GATES; gate++)
		if (test->gates[gate] == PROOF_FAILED)
			return gate;
	return MW_GATE_NONE;
}
