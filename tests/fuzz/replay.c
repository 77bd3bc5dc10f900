// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives a fuzzer each file of a directory, without libFuzzer. usage: fuzz_X [-v] FILE-OR-DIRECTORY...
 * Exit: 0 all were taken, 1 one could not be read or there were none; it ends by a signal where
 * something did not hold, and -v names what it was given.
 */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static size_t files;
static bool is_verbose;

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	uint8_t *data;
	size_t size;

	if (!file || fstat(fileno(file), &st)) {
		perror(path);
		return false;
	}
	if (is_verbose)
		fprintf(stderr, "%s\n", path);
	data = malloc((size_t)st.st_size ?: 1);
	require(data);
	size = fread(data, 1, (size_t)st.st_size, file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	files++;
	return true;
}

static bool replay(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool is_done = true;
	char name[4096];

	if (!directory)
		return replay_file(path);
	while ((entry = readdir(directory))) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			is_done &= replay_file(name);
	}
	closedir(directory);
	return is_done;
}

int main(int argc, char **argv)
{
	bool is_done = true;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-v"))
			is_verbose = true;
		else
			is_done &= replay(argv[i]);
	}
	printf("%zu inputs\n", files);
	return is_done && files ? 0 : 1;
}
