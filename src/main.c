// SPDX-License-Identifier: GPL-2.0-or-later
#include "command_line.h"
#include "cri_process.h"
#include "exit_code.h"
#include "journal.h"
#include "log.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What nobody could read has not been done. */
static int close_output(int code)
{
	int error = fflush(stdout) || ferror(stdout) ? errno ?: EIO : 0;

	if (!error)
		return code;
	log_error("cannot write to standard output: %s", strerror(error));
	return code ?: EXIT_FAILED;
}

int main(int argc, char **argv)
{
	static char name[] = "modwarden";

	if (cri_process_is_meant(argc, argv))
		return cri_process_main(argc, argv);
	argp_err_exit_status = EXIT_USAGE;
	argv[0] = name;
	log_set_priorities(journal_has(STDERR_FILENO));
	return close_output(command_line_run(argc, argv));
}
