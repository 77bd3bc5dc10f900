// SPDX-License-Identifier: GPL-2.0-or-later
#include "basics.h"
#include "module.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int module_try(void)
{
	int fd = open(options.module, O_RDONLY | O_CLOEXEC), error;
	const char *name = strrchr(options.module, '/');
	char loaded[256];

	if (fd < 0)
		die(options.module);
	error = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	if (error)
		return error;
	/* CASE.NAME.ko */
	snprintf(loaded, sizeof(loaded), "%s", name ? name + 1 : options.module);
	*strrchr(loaded, '.') = '\0';
	name = strrchr(loaded, '.') ? strrchr(loaded, '.') + 1 : loaded;
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		die(name);
	return 0;
}
