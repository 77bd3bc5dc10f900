// SPDX-License-Identifier: GPL-2.0-or-later
#include "preemption.h"

#include "cleanup.h"
#include "preemption.skel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

/* enum of kernel/sched/core.c, with no name of its own */
enum preempt_dynamic {
	PREEMPT_DYNAMIC_NONE,
	PREEMPT_DYNAMIC_VOLUNTARY,
	PREEMPT_DYNAMIC_FULL, /* and all behind it */
};

struct preemption_reader {
	int switch_fd;                   /* less than 0: there is none, or no debugfs */
	struct preemption_bpf *skeleton; /* where there is no switch; NULL: BPF cannot tell */
};

static const char *const preemption_names[] = {
	[PREEMPTION_UNKNOWN] = "unknown",
	[PREEMPTION_NONE] = "none",
	[PREEMPTION_SWITCHABLE] = "switchable",
	[PREEMPTION_FULL] = "full",
};

const char *preemption_name(enum preemption preemption)
{
	return preemption_names[preemption];
}

enum preemption preemption_of_mode(int mode)
{
	if (mode < PREEMPT_DYNAMIC_NONE)
		return PREEMPTION_UNKNOWN;
	return mode < PREEMPT_DYNAMIC_FULL ? PREEMPTION_SWITCHABLE : PREEMPTION_FULL;
}

enum preemption preemption_of_switch(const char *modes)
{
	if (strstr(modes, "(none)") || strstr(modes, "(voluntary)"))
		return PREEMPTION_SWITCHABLE;
	return strchr(modes, '(') ? PREEMPTION_FULL : PREEMPTION_UNKNOWN;
}

enum preemption preemption_of_version(const char *version)
{
	if (!strstr(version, "PREEMPT"))
		return PREEMPTION_NONE;
	return strstr(version, "PREEMPT_DYNAMIC") ? PREEMPTION_UNKNOWN : PREEMPTION_FULL;
}

static enum preemption read_mode(const struct preemption_reader *reader)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	if (!reader->skeleton ||
	    bpf_prog_test_run_opts(bpf_program__fd(reader->skeleton->progs.read_mode), &run))
		return PREEMPTION_UNKNOWN;
	return preemption_of_mode((int)run.retval);
}

static enum preemption read_switch(const struct preemption_reader *reader)
{
	char modes[128];
	ssize_t n = pread(reader->switch_fd, modes, sizeof(modes) - 1, 0);

	if (n < 0)
		return PREEMPTION_UNKNOWN;
	modes[n] = '\0';
	return preemption_of_switch(modes);
}

static enum preemption read_version(void)
{
	struct utsname name;

	return uname(&name) ? PREEMPTION_UNKNOWN : preemption_of_version(name.version);
}

enum preemption preemption_read(const struct preemption_reader *reader)
{
	enum preemption now = reader->switch_fd < 0 ? read_mode(reader) : read_switch(reader);

	return now ?: read_version();
}

/* The kernel's own, not a file that somebody has put over it. */
static int open_switch(void)
{
	auto_close int fd = open(PREEMPTION_SWITCH, O_RDONLY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != DEBUGFS_MAGIC)
		return -1;
	return take_fd(fd);
}

static struct preemption_bpf *load(void)
{
	struct preemption_bpf *skeleton = preemption_bpf__open();

	if (!skeleton)
		return NULL;
	bpf_map__set_autocreate(skeleton->maps.unused, false);
	if (!preemption_bpf__load(skeleton))
		return skeleton;
	preemption_bpf__destroy(skeleton);
	return NULL;
}

int preemption_reader_new(struct preemption_reader **ret)
{
	struct preemption_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->switch_fd = open_switch();
	/* Slower: to find its symbol, all of the kernel's are read. */
	if (reader->switch_fd < 0)
		reader->skeleton = load();
	*ret = reader;
	return 0;
}

void preemption_reader_free(struct preemption_reader **reader)
{
	if (!*reader)
		return;
	preemption_bpf__destroy((*reader)->skeleton);
	if ((*reader)->switch_fd >= 0)
		close((*reader)->switch_fd);
	free(*reader);
	*reader = NULL;
}
