// SPDX-License-Identifier: GPL-2.0-or-later
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 32 /* what a text needs, see record_text.h */
#define WIDTH_MAX 10000

unsigned int terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	unsigned long width =
		columns && *columns >= '1' && *columns <= '9' ? strtoul(columns, NULL, 10) : 0;
	struct winsize window;

	if (!width && !ioctl(fd, TIOCGWINSZ, &window))
		width = window.ws_col;
	if (!width || width > WIDTH_MAX)
		return 0;
	return width < WIDTH_MIN ? WIDTH_MIN : (unsigned int)width;
}

bool terminal_has_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org */
	const char *term = getenv("TERM");

	return isatty(fd) && !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
}
