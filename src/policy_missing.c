// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_missing.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

bool policy_is_missing(const char *component, const char *path)
{
	if (!access(path, F_OK) || errno != ENOENT)
		return false;
	log_error("%s: cannot read '%s': %s; name a policy that is there, or make one: "
		  "modwarden policy generate",
		  component, path, strerror(ENOENT));
	return true;
}
