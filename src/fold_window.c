// SPDX-License-Identifier: GPL-2.0-or-later
#include "fold_window.h"

#include "cleanup.h"

#include <bpf/bpf.h>
#include <errno.h>

struct fold_window {
	int fd;
};

/* Takes the descriptor, or the error that it is. */
static int wrap(struct fold_window **ret, int fd)
{
	if (fd < 0)
		return fd;
	*ret = malloc(sizeof(**ret));
	if (!*ret) {
		close(fd);
		return -ENOMEM;
	}
	(*ret)->fd = fd;
	return 0;
}

int fold_window_new(struct fold_window **ret)
{
	return wrap(ret,
		    bpf_map_create(BPF_MAP_TYPE_HASH, "fold_window", sizeof(struct mw_fold_key),
				   sizeof(struct mw_fold), MW_FOLDS_MAX, NULL));
}

int fold_window_open(struct fold_window **ret, __u32 id)
{
	return wrap(ret, bpf_map_get_fd_by_id(id));
}

void fold_window_free(struct fold_window **window)
{
	if (!*window)
		return;
	close((*window)->fd);
	free(*window);
	*window = NULL;
}

int fold_window_fd(const struct fold_window *window)
{
	return window->fd;
}

void fold_window_each(const struct fold_window *window, fold_fn *each, void *arg)
{
	struct mw_fold_key key, *before = NULL;
	struct mw_fold fold;

	while (!bpf_map_get_next_key(window->fd, before, &key)) {
		if (!bpf_map_lookup_elem(window->fd, &key, &fold))
			each(&key, &fold, arg);
		before = &key;
	}
}
