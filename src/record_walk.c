// SPDX-License-Identifier: GPL-2.0-or-later
#include "record_walk.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "log_reader.h"

static int line_take(struct log_line *line, const char *holding, record_walk_fn *each, void *arg)
{
	const json_t *record;

	if (holding && !memmem(line->text, line->size, holding, strlen(holding)))
		return 0;
	record = log_line_record(line);
	if (!record)
		return errno == ENOMEM ? -ENOMEM : 0;
	return each(record, arg);
}

enum exit_code record_walk(char *const *paths, size_t count, const char *holding,
			   record_walk_fn *each, void *arg)
{
	struct log_reader *reader;
	struct log_line *line;
	int r = log_reader_new(&reader, INT64_MIN, INT64_MAX);

	if (r) {
		log_error("cannot read logs: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (!count)
		log_reader_add(reader, LOG_PATH, true);
	for (size_t i = 0; i < count; i++)
		log_reader_add(reader, paths[i], false);
	while (!r && log_reader_next(reader, &line))
		r = line_take(line, holding, each, arg);
	if (r < 0)
		log_error("cannot read logs: %s", strerror(-r));
	return log_reader_end(reader) && r >= 0 ? EXIT_DONE : EXIT_FAILED;
}
