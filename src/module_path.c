// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_path.h"

#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static void cleanup_kmod(struct kmod_ctx **ctx)
{
	kmod_unref(*ctx);
}

static void cleanup_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

static void kmod_silent(void *data, int priority, const char *file, int line, const char *function,
			const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format,
		(void)args;
}

static int path_add(struct module_paths *paths, const struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module);
	char *copy;

	if (!path) {
		paths->builtin++;
		return 0;
	}
	if (paths->count == MODULE_PATHS_MAX)
		return 0;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	paths->paths[paths->count++] = copy;
	return 0;
}

int module_paths_find(struct module_paths *paths, const char *name)
{
	cleanup(cleanup_kmod) struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	cleanup(cleanup_list) struct kmod_list *list = NULL;
	struct kmod_list *item;
	int r = 0;

	if (!ctx)
		return -ENOMEM;
	kmod_set_log_fn(ctx, kmod_silent, NULL);
	kmod_load_resources(ctx);
	if (kmod_module_new_from_lookup(ctx, name, &list) < 0)
		return -ENOENT;
	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		r = r ?: path_add(paths, module);
		kmod_module_unref(module);
	}
	return r ?: paths->count ? 0 : -ENOENT;
}

void module_paths_clear(struct module_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->paths[i]);
	*paths = (struct module_paths){};
}
