// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe.h"

#include "cleanup.h"
#include "log.h"
#include "probe.skel.h"
#include "userfault.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void probe_destroy(struct probe_bpf **probe)
{
	probe_bpf__destroy(*probe);
}

#define auto_probe cleanup(probe_destroy)

/* Reads the first line of a small file into text; empty where it cannot be read. */
static void read_line(const char *path, char *text, size_t size)
{
	auto_fclose FILE *file = fopen(path, "re");

	text[0] = '\0';
	if (file && !fgets(text, size, file))
		text[0] = '\0';
}

bool word_in_list(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (;;) {
		size_t n = strcspn(list, ",\n");

		if (n == length && !strncmp(list, word, n))
			return true;
		if (list[n] != ',')
			return false;
		list += n + 1;
	}
}

/* Opens the probe object with one program, or with all that need not be aimed at anything else. */
static struct probe_bpf *open_with(const char *program)
{
	struct probe_bpf *probe = probe_bpf__open();
	struct bpf_program *p;

	if (!probe)
		return NULL;
	bpf_object__for_each_program (p, probe->obj)
		bpf_program__set_autoload(p, program ? !strcmp(bpf_program__name(p), program)
						     : p != probe->progs.probe_helpers_tracepoint);
	/* Only one of them needs it, and not every kernel has it. */
	bpf_map__set_autocreate(probe->maps.storage, !program || strstr(program, "helpers"));
	return probe;
}

/* Without a mapping of the answers (libbpf found that there could be none) nothing can be told. */
static int load_probe(struct probe_bpf *probe)
{
	int error = probe_bpf__load(probe);

	return error ?: probe->data_answers ? 0 : -ENOMEM;
}

/*
 * Kernels that can do everything take all programs at once, which is much the quickest: the types
 * of the kernel are read once. Where that fails, each program alone tells what is missing.
 */
static struct probe_bpf *load_all(void)
{
	struct probe_bpf *probe = open_with(NULL);

	if (probe && !load_probe(probe))
		return probe;
	probe_bpf__destroy(probe);
	return NULL;
}

/* The loaded object with this program; *alone is what has to be destroyed afterwards. */
static struct probe_bpf *load_with(struct probe_bpf *all, const char *program,
				   struct probe_bpf **alone)
{
	if (all) {
		memset(all->data_answers, 0, sizeof(*all->data_answers));
		return all;
	}
	*alone = open_with(program);
	return *alone && !load_probe(*alone) ? *alone : NULL;
}

/* Any bpf(2) call makes the probing hook fire. */
static void fire(void)
{
	__u32 id = 0;

	bpf_prog_get_next_id(~0U - 1, &id);
}

static bool attach_and_fire(struct probe_bpf *probe, struct bpf_program *program)
{
	struct bpf_link *link;

	probe->data_answers->prober = getpid();
	link = bpf_program__attach(program);
	if (!link)
		return false;
	fire();
	bpf_link__destroy(link);
	return true;
}

static bool lsm_fires(struct probe_bpf *all)
{
	auto_probe struct probe_bpf *alone = NULL;
	struct probe_bpf *probe = load_with(all, "probe_lsm", &alone);

	return probe && attach_and_fire(probe, probe->progs.probe_lsm) &&
	       probe->data_answers->fired;
}

static bool fmod_ret_fires(struct probe_bpf *all)
{
	auto_probe struct probe_bpf *alone = NULL;
	struct probe_bpf *probe = load_with(all, "probe_fmod_ret", &alone);

	return probe && attach_and_fire(probe, probe->progs.probe_fmod_ret) &&
	       probe->data_answers->fired;
}

static bool tracepoint_fires(struct probe_bpf *all)
{
	auto_probe struct probe_bpf *alone = NULL;
	struct probe_bpf *probe = load_with(all, "probe_tracepoint", &alone);

	return probe && attach_and_fire(probe, probe->progs.probe_tracepoint) &&
	       probe->data_answers->fired;
}

/* The program that calls the helpers, aimed at whatever fires here. */
static struct bpf_program *aim_helpers(struct probe_bpf *probe, const struct features *features)
{
	struct bpf_program *program = probe->progs.probe_helpers;

	if (features->lsm_fires)
		return program;
	if (!features->fmod_ret_fires)
		return probe->progs.probe_helpers_tracepoint;
	bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(program, BPF_MODIFY_RETURN);
	bpf_program__set_attach_target(program, 0, "security_bpf");
	return program;
}

static void probe_helpers(struct features *features, struct probe_bpf *all)
{
	bool by_trampoline = features->lsm_fires || features->fmod_ret_fires;
	auto_probe struct probe_bpf *alone = NULL;
	struct probe_bpf *probe = features->lsm_fires ? all : NULL;
	struct bpf_program *program;

	features->loop = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) > 0;
	if (!probe) {
		alone = open_with(by_trampoline ? "probe_helpers" : "probe_helpers_tracepoint");
		probe = alone;
	}
	if (!probe)
		return;
	program = aim_helpers(probe, features);
	if ((alone && load_probe(alone)) || !attach_and_fire(probe, program))
		return;
	features->loop = probe->data_answers->loop_works;
	features->task_storage = probe->data_answers->storage_works;
}

/* Two threads on one CPU: the first waits inside the program, the second calls the hook again. */
struct recursion_test {
	struct probe_bpf *probe;
	int cpu;
};

static int pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static void *fire_and_wait(void *arg)
{
	const struct recursion_test *test = arg;

	if (!pin_to(test->cpu))
		fire();
	return NULL;
}

static bool misses_recursion(struct probe_bpf *probe)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(probe->progs.probe_recursion), &info, &size))
		return true;
	return info.recursion_misses > 0;
}

/* True unless it is proven that an LSM program is not skipped while it is running on the CPU. */
static bool lsm_skips_recursion(struct probe_bpf *all)
{
	auto_probe struct probe_bpf *alone = NULL;
	struct probe_bpf *probe = load_with(all, "probe_recursion", &alone);
	cleanup(userfault_free) struct userfault *fault = NULL;
	struct recursion_test test = { .probe = probe, .cpu = sched_getcpu() };
	struct bpf_link *link;
	pthread_t waiter;
	cpu_set_t before;
	bool skips = true;

	if (!probe || userfault_new(&fault) || sched_getaffinity(0, sizeof(before), &before))
		return true;
	link = bpf_program__attach(probe->progs.probe_recursion);
	if (!link)
		return true;
	probe->data_answers->fault_at = (__u64)userfault_address(fault);
	probe->data_answers->prober = getpid();
	if (!pthread_create(&waiter, NULL, fire_and_wait, &test)) {
		if (!userfault_wait(fault) && !pin_to(test.cpu)) {
			int seen = probe->data_answers->fired;

			fire();
			skips = misses_recursion(probe) || probe->data_answers->fired == seen;
		}
		userfault_release(fault);
		pthread_join(waiter, NULL);
	}
	sched_setaffinity(0, sizeof(before), &before);
	bpf_link__destroy(link);
	return skips;
}

/* The number that the kernel gives to the first PID namespace (include/linux/proc_ns.h). */
#define FIRST_PID_NAMESPACE 0xEFFFFFFC

static bool has_own_pids(void)
{
	struct stat status;

	return !stat("/proc/self/ns/pid", &status) && status.st_ino != FIRST_PID_NAMESPACE;
}

static bool bpf_permitted(void)
{
	__u32 id;

	return !bpf_prog_get_next_id(0, &id) || errno != EPERM;
}

static bool struct_has(const struct btf *btf, const char *name, const char *member)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	const struct btf_member *members = type ? btf_members(type) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, members[i].name_off), member))
			return true;
	return false;
}

static void probe_types(struct features *features)
{
	struct btf *btf = btf__load_vmlinux_btf();

	features->btf = !libbpf_get_error(btf);
	if (!features->btf)
		return;
	/* Without CONFIG_MODULES there may be a struct module too, but nothing that loads one. */
	features->module_types = struct_has(btf, "load_info", "len");
	features->signatures = struct_has(btf, "module", "sig_ok");
	btf__free(btf);
}

static void probe_programs(struct features *features)
{
	auto_probe struct probe_bpf *all = load_all();

	/* To attach one while they are off leaves its hook dead for good on 6.1. */
	features->lsm_fires = !features->trampolines_off && lsm_fires(all);
	features->fmod_ret_fires = !features->trampolines_off && fmod_ret_fires(all);
	features->tracepoint_fires = tracepoint_fires(all);
	probe_helpers(features, all);
	if (features->lsm_fires)
		features->lsm_recursion = lsm_skips_recursion(all);
}

static int print_debug(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];

	(void)level;
	if (!log_enabled(LOG_LEVEL_DEBUG))
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	log_debug("probe: %s", line);
	return 0;
}

void features_probe(struct features *features, struct preemption_reader **ret)
{
	cleanup(preemption_reader_free) struct preemption_reader *reader = NULL;
	libbpf_print_fn_t print = libbpf_set_print(print_debug);
	char line[256];

	*features = (struct features){};
	read_line("/sys/kernel/security/lsm", line, sizeof(line));
	features->lsm_list_readable = line[0];
	features->lsm_listed = word_in_list(line, "bpf");
	read_line("/sys/kernel/security/lockdown", line, sizeof(line));
	features->confidentiality = strstr(line, "[confidentiality]");
	read_line("/proc/sys/kernel/modules_disabled", line, sizeof(line));
	features->modules_disabled = line[0] == '1';
	read_line("/proc/sys/net/core/bpf_jit_enable", line, sizeof(line));
	features->jit = line[0] == '1' || line[0] == '2';
	features->own_pids = has_own_pids();
	features->sysfs = !access("/sys/module", X_OK);
	features->permitted = bpf_permitted();
	probe_types(features);
	read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line));
	features->trampolines_off = line[0] == '0';
	if (features->permitted && features->btf)
		probe_programs(features);
	if (!preemption_reader_new(&reader))
		features->preemption = preemption_read(reader);
	libbpf_set_print(print);
	if (ret)
		*ret = take_pointer(reader);
}
