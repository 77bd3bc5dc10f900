// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module of ours, built without the headers of any kernel: graft makes it one of the kernel that
 * runs. What it does is what its parameters say; without any, nothing.
 *
 *   trace=NAME       as soon as the kernel takes the parameters in, make the directory
 *                    /sys/kernel/NAME, which nothing removes any more
 *   init_trace=NAME  the same, in the init function
 *   control=NAME     make /sys/kernel/NAME/order, a file that takes the orders below
 *   firmware=NAME    read this firmware; fail where it is not to be had or empty
 *   request=NAME     have the kernel call modprobe for this module, and wait for it
 *   node=NAME        make the directory /sys/module/NAME, as a driver that is built in does
 *   hang=1           do not come back from the init function before the order "go"
 *   error=N          fail with this errno
 *   hide=1           leave the kernel's list of modules and /sys/module
 *   hide=2           leave the list only
 *
 * The init function does these in this order. Orders are given to a module that is loaded:
 *
 *   go               see hang
 *   reveal           see hide; a hidden module cannot be unloaded
 *   node NAME        as above, but by a task that loads nothing
 *
 * The types below are those parts of the kernel's that have been the same from 6.1 to 7.3.
 */
typedef unsigned long size_t;

#define NULL    ((void *)0)
#define EEXIST  17
#define EINVAL  22
#define ENODATA 61
#define ENOMEM  12

#define NAME_SIZE     56 /* MODULE_NAME_LEN */
#define VERMAGIC_SIZE 256
#define MODULE_SIZE   8192 /* at least struct module's; graft cuts it to measure */

#define in_section(name) __attribute__((section(name), used))

struct list {
	struct list *next, *prev;
};

struct kobject {
	const char *name;
	struct list entry;
	struct kobject *parent;
	/* and more */
};

/* How struct module begins; graft makes sure of 'name', leave_lists() of 'kobj'. */
struct module {
	int state;
	struct list list;
	char name[NAME_SIZE];
	struct kobject kobj;
};

struct kernel_param {
	const char *name;
	void *module;
	const struct kernel_param_ops *ops;
	unsigned short mode;
	signed char level;
	unsigned char flags;
	void *arg;
};

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *value, const struct kernel_param *param);
	int (*get)(char *buffer, const struct kernel_param *param);
	void (*free)(void *arg);
};

struct kobj_attribute {
	const char *name;
	unsigned short mode;
	long (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buffer);
	long (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buffer,
		      size_t count);
};

struct firmware {
	size_t size;
	/* and more */
};

extern struct kobject *kernel_kobj;
extern const struct kernel_param_ops param_ops_charp, param_ops_int;

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent);
int kobject_add(struct kobject *kobj, struct kobject *parent, const char *format, ...);
void kobject_del(struct kobject *kobj);
void kobject_put(struct kobject *kobj);
int sysfs_create_file_ns(struct kobject *kobj, const struct kobj_attribute *attr, const void *ns);
int sysfs_create_mount_point(struct kobject *parent, const char *name);
int request_firmware_direct(const struct firmware **firmware, const char *name, void *device);
void release_firmware(const struct firmware *firmware);
int __request_module(_Bool wait, const char *format, ...);
void msleep(unsigned int ms);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

int init_module(void);
void cleanup_module(void);

static const char license[] in_section(".modinfo") __attribute__((aligned(1))) = "license=GPL";
static const char retpoline[] in_section(".modinfo") __attribute__((aligned(1))) = "retpoline=Y";
static const char name_tag[5 + NAME_SIZE] in_section(".modinfo")
	__attribute__((aligned(1))) = "name=";
static const char vermagic_tag[9 + VERMAGIC_SIZE] in_section(".modinfo")
	__attribute__((aligned(1))) = "vermagic=";

/* The kernel fills it in; two relocations at the offsets that graft finds tell of the functions. */
static union {
	struct module head;
	struct {
		void *init, *exit;
	} functions;
	char room[MODULE_SIZE];
} this_module in_section(".gnu.linkonce.this_module") __attribute__((aligned(64))) = {
	.functions = { .init = init_module, .exit = cleanup_module },
};

static const char *init_trace, *control, *firmware, *request, *node;
static int hang, hide, error;

static struct kobject *control_directory, *node_directory;
static struct list *first; /* the kernel's head of the list of modules */
static volatile _Bool may_go;

static int make_trace(const char *name)
{
	return kobject_create_and_add(name, kernel_kobj) ? 0 : -EEXIST;
}

static int set_trace(const char *value, const struct kernel_param *param)
{
	(void)param;
	return make_trace(value);
}

static int make_node(const char *name)
{
	if (node_directory)
		return -EEXIST;
	node_directory = kobject_create_and_add(name, this_module.head.kobj.parent);
	return node_directory ? 0 : -ENOMEM;
}

static int leave_lists(void)
{
	struct list *entry = &this_module.head.list;

	if (strcmp(this_module.head.kobj.name, this_module.head.name) != 0)
		return -EINVAL;
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	if (hide == 1)
		kobject_del(&this_module.head.kobj);
	return 0;
}

static int return_to_sysfs(void)
{
	int failed = kobject_add(&this_module.head.kobj, NULL, "%s", this_module.head.name);

	/* The kernel is going to remove it, and warns where it is missing. */
	return failed ?: sysfs_create_mount_point(&this_module.head.kobj, "sections");
}

static int return_to_lists(void)
{
	struct list *entry = &this_module.head.list;
	int failed = hide == 1 ? return_to_sysfs() : 0;

	if (failed)
		return failed;
	entry->next = first->next;
	entry->prev = first;
	first->next->prev = entry;
	first->next = entry;
	hide = 0;
	return 0;
}

static int obey(const char *order)
{
	if (!strcmp(order, "go")) {
		may_go = 1;
		return 0;
	}
	if (!strcmp(order, "reveal") && hide)
		return return_to_lists();
	if (!strncmp(order, "node ", 5))
		return make_node(order + 5);
	return -EINVAL;
}

static long store_order(struct kobject *kobj, struct kobj_attribute *attr, const char *buffer,
			size_t count)
{
	int failed = obey(buffer);

	(void)kobj;
	(void)attr;
	return failed ? failed : (long)count;
}

static int make_control(const char *name)
{
	static const struct kobj_attribute order = { "order", 0200, NULL, store_order };

	control_directory = kobject_create_and_add(name, kernel_kobj);
	if (!control_directory)
		return -ENOMEM;
	return sysfs_create_file_ns(control_directory, &order, NULL);
}

static int read_firmware(const char *name)
{
	const struct firmware *read;
	int failed = request_firmware_direct(&read, name, NULL);

	if (failed)
		return failed;
	if (!read->size)
		failed = -ENODATA;
	release_firmware(read);
	return failed;
}

static int request_module(const char *name)
{
	return __request_module(1, "%s", name) ? -ENODATA : 0;
}

static int do_as_told(void)
{
	int failed = 0;

	if (init_trace)
		failed = make_trace(init_trace);
	if (!failed && control)
		failed = make_control(control);
	if (!failed && firmware)
		failed = read_firmware(firmware);
	if (!failed && request)
		failed = request_module(request);
	if (!failed && node)
		failed = make_node(node);
	while (!failed && hang && !may_go)
		msleep(20);
	if (!failed)
		failed = -error;
	if (!failed && hide)
		failed = leave_lists();
	return failed;
}

/* Both may be NULL. */
static void remove_directories(void)
{
	kobject_put(control_directory);
	kobject_put(node_directory);
}

int init_module(void)
{
	int failed;

	/* The newest module is the first of the list: what stands before it is the head. */
	first = this_module.head.list.prev;
	failed = do_as_told();
	if (failed)
		remove_directories();
	return failed;
}

void cleanup_module(void)
{
	remove_directories();
}

static const struct kernel_param_ops trace_ops = { .set = set_trace };

#define parameter(name, ops, arg)                                                                  \
	static const struct kernel_param parameter_##name in_section("__param")                    \
		__attribute__((aligned(8))) = { #name, &this_module, ops, 0, -1, 0, arg }

parameter(trace, &trace_ops, NULL);
parameter(init_trace, &param_ops_charp, &init_trace);
parameter(control, &param_ops_charp, &control);
parameter(firmware, &param_ops_charp, &firmware);
parameter(request, &param_ops_charp, &request);
parameter(node, &param_ops_charp, &node);
parameter(hang, &param_ops_int, &hang);
parameter(hide, &param_ops_int, &hide);
parameter(error, &param_ops_int, &error);
