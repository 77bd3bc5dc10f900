/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line as a whole: which verbs there are. */
#ifndef MODWARDEN_COMMAND_LINE_H
#define MODWARDEN_COMMAND_LINE_H

/* Runs what argv asks for; returns an exit code. May end the process, as argp does for --help. */
int command_line_run(int argc, char **argv);

#endif
