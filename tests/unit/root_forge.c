// SPDX-License-Identifier: GPL-2.0-or-later
#include "root_forge.h"

#include "cleanup.h"
#include "own_directory.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>

void root_forge(struct forged_root *forged)
{
	strcpy(forged->path, "/tmp/modwarden-root.XXXXXX");
	assert_non_null(mkdtemp(forged->path));
	assert_int_equal(root_open(&forged->root, forged->path), 0);
}

char *root_forge_path(const struct forged_root *forged, const char *path)
{
	char *whole = NULL;

	assert_true(asprintf(&whole, "%s%s", forged->path, path) > 0);
	for (char *at = whole + strlen(forged->path) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(whole, 0755);
		*at = '/';
	}
	return whole;
}

void root_forge_bytes(const struct forged_root *forged, const char *path, const char *bytes,
		      size_t size)
{
	auto_free char *whole = root_forge_path(forged, path);
	FILE *file = fopen(whole, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

void root_forge_file(const struct forged_root *forged, const char *path, const char *text)
{
	root_forge_bytes(forged, path, text, strlen(text));
}

void root_forge_link(const struct forged_root *forged, const char *path, const char *target)
{
	auto_free char *whole = root_forge_path(forged, path);

	assert_int_equal(symlink(target, whole), 0);
}

void root_forge_audit(struct forged_root *forged, const char *rules)
{
	root_forge(forged);
	root_forge_file(forged, "/usr/bin/kmod", "");
	root_forge_file(forged, FORGED_RULES, rules);
	root_forge_file(forged, FORGED_UNIT,
			"[Service]\nExecStart=/sbin/auditd\n"
			"ExecStartPost=-/sbin/augenrules --load\n");
	root_forge_link(forged, "/etc/systemd/system/multi-user.target.wants/auditd.service",
			FORGED_UNIT);
}

void root_forge_end(struct forged_root *forged)
{
	root_close(&forged->root);
	remove_tree(forged->path);
}
