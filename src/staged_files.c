// SPDX-License-Identifier: GPL-2.0-or-later
#include "staged_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "file_replace.h"
#include "path_follow.h"

#define PREFIX   ".modwarden.staged."
#define POLL_MS  50
#define OLD      ".old"
#define UNKNOWN  ".XXXXXX"
#define IS_OLD   ".was" /* aside, until it becomes .old */
#define DIR_MODE 0755

struct staged_file {
	char *path;  /* as it was named, without symbolic links */
	char *aside; /* NULL: it is to be removed */
	char *was;   /* another link to the old one; NULL: it is not kept */
};

struct staged_files {
	int lock;
	size_t count;
	struct staged_file files[STAGED_FILES];
	char made[PATH_MAX]; /* a directory that was not there; "" */
	char problem[PATH_MAX];
};

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };
enum { ENDING_SIGNALS = sizeof(ending_signals) / sizeof(*ending_signals) };

/* What a signal takes away. */
static struct staged_files *volatile current;
static struct sigaction former[ENDING_SIGNALS];

static int tell(struct staged_files *staged, int error, const char *path)
{
	snprintf(staged->problem, sizeof(staged->problem), "%s", path);
	return error;
}

/* Also called by a signal: nothing but system calls. */
static void take_away(const struct staged_files *staged)
{
	for (size_t i = 0; i < staged->count; i++) {
		if (staged->files[i].aside)
			unlink(staged->files[i].aside);
		if (staged->files[i].was)
			unlink(staged->files[i].was);
	}
	if (staged->made[0])
		rmdir(staged->made);
}

static void on_signal(int number)
{
	if (current)
		take_away(current);
	/* Its disposition is the default again: it ends the program when this returns. */
	raise(number);
}

static void watch_signals(struct staged_files *staged)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	current = staged;
	for (int i = 0; i < ENDING_SIGNALS; i++) {
		sigaction(ending_signals[i], NULL, &former[i]);
		if (former[i].sa_handler == SIG_DFL)
			sigaction(ending_signals[i], &action, NULL);
	}
}

static void forget_signals(void)
{
	for (int i = 0; i < ENDING_SIGNALS; i++)
		sigaction(ending_signals[i], &former[i], NULL);
	current = NULL;
}

static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < ENDING_SIGNALS; i++)
		sigaddset(&set, ending_signals[i]);
	pthread_sigmask(how, &set, NULL);
}

static void cleanup_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

/* What a killed one left: whoever has the lock is alone here. */
static void clean(const char *path)
{
	cleanup(cleanup_directory) DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (!strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			unlinkat(dirfd(directory), entry->d_name, 0);
}

static int lock(struct staged_files *staged, const char *path, unsigned int patience)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	staged->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (staged->lock < 0)
		return -errno;
	for (unsigned long waited = 0; flock(staged->lock, LOCK_EX | LOCK_NB); waited += POLL_MS) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (waited >= patience * 1000UL)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static void cleanup_staged(struct staged_files **staged)
{
	staged_files_free(*staged);
}

int staged_files_new(struct staged_files **ret, const char *directory, unsigned int patience)
{
	cleanup(cleanup_staged) struct staged_files *staged = calloc(1, sizeof(*staged));
	char path[PATH_MAX];
	int error;

	if (!staged)
		return -ENOMEM;
	staged->lock = -1;
	if (mkdir(directory, DIR_MODE) && errno != EEXIST)
		return -errno;
	if (snprintf(path, sizeof(path), "%s/" STAGED_LOCK, directory) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	error = lock(staged, path, patience);
	if (error)
		return error;
	clean(directory);
	watch_signals(staged);
	*ret = take_pointer(staged);
	return 0;
}

void staged_files_free(struct staged_files *staged)
{
	if (!staged)
		return;
	take_away(staged);
	if (current == staged)
		forget_signals();
	for (size_t i = 0; i < staged->count; i++) {
		free(staged->files[i].path);
		free(staged->files[i].aside);
		free(staged->files[i].was);
	}
	cleanup_close(&staged->lock);
	free(staged);
}

/* The directory of a path, without symbolic links; it need not be there. */
static int directory_of(const char *path, char **ret)
{
	const char *slash = strrchr(path, '/');
	auto_free char *named = slash ? strndup(path, (size_t)(slash - path) ?: 1) : strdup(".");

	return named ? path_follow(named, ret) : -ENOMEM;
}

static int make_directory(struct staged_files *staged, const char *path)
{
	auto_free char *directory = NULL;
	int error = directory_of(path, &directory);

	if (error)
		return error;
	if (!mkdir(directory, DIR_MODE))
		snprintf(staged->made, sizeof(staged->made), "%s", directory);
	else if (errno != EEXIST)
		return -errno;
	return 0;
}

int staged_files_beside(struct staged_files **ret, const char *path, unsigned int patience)
{
	auto_free char *directory = NULL, *real = NULL, *of_real = NULL;
	int error = directory_of(path, &directory);

	if (error)
		return error;
	if (mkdir(directory, DIR_MODE) && errno != EEXIST)
		return -errno;
	error = path_follow(path, &real);
	if (!error)
		error = directory_of(real, &of_real);
	return error ?: staged_files_new(ret, of_real, patience);
}

/*
 * A file beside another one, to be written before it takes that one's place, by a name that nobody
 * knew before; the signals know it as soon as it is there.
 */
static int open_aside(struct staged_file *file)
{
	const char *base = strrchr(file->path, '/') + 1;
	char *aside;
	int fd;

	if (asprintf(&aside, "%.*s" PREFIX "%s" UNKNOWN, (int)(base - file->path), file->path,
		     base) < 0)
		return -ENOMEM;
	block_signals(SIG_BLOCK);
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else
		file->aside = take_pointer(aside);
	block_signals(SIG_UNBLOCK);
	free(aside);
	return fd;
}

/* Another link to the old one, which is there all the time. */
static int keep_old_one(struct staged_file *file)
{
	if (asprintf(&file->was, "%s" IS_OLD, file->aside) < 0) {
		file->was = NULL;
		return -ENOMEM;
	}
	return link(file->path, file->was) ? -errno : 0;
}

/* As the old one has it, but for who could write it. */
static int take_owner(int fd, const struct stat *old)
{
	mode_t mode = old ? old->st_mode & 0755 : 0644;

	if (old && fchown(fd, old->st_uid, old->st_gid) && geteuid() == 0)
		return -errno;
	return fchmod(fd, mode) ? -errno : 0;
}

static int write_aside(struct staged_file *file, const void *bytes, size_t size, bool keep_old)
{
	auto_close int fd = -1;
	struct stat st;
	bool is_there = !lstat(file->path, &st);
	int error;

	if (is_there && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	fd = open_aside(file);
	if (fd < 0)
		return fd;
	error = take_owner(fd, is_there ? &st : NULL) ?: file_write_fd(fd, bytes, size);
	if (!error && fsync(fd))
		error = -errno;
	return error ?: keep_old && is_there ? keep_old_one(file) : 0;
}

/* The directory of a path without symbolic links. */
static size_t directory_length(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

/* Before the first file of a directory is written there. */
static int clean_beside(const struct staged_files *staged, const char *path)
{
	size_t length = directory_length(path);
	auto_free char *directory = strndup(path, length ?: 1);

	if (!directory)
		return -ENOMEM;
	for (size_t i = 0; i < staged->count; i++)
		if (staged->files[i].aside && directory_length(staged->files[i].path) == length &&
		    !memcmp(staged->files[i].path, path, length))
			return 0;
	clean(directory);
	return 0;
}

/* A new entry, which the signals know only when it is whole. */
static int entry_new(struct staged_files *staged, const char *path, struct staged_file **ret)
{
	int error;

	if (staged->count == STAGED_FILES)
		return tell(staged, -ENFILE, path);
	*ret = &staged->files[staged->count];
	**ret = (struct staged_file){};
	error = path_follow(path, &(*ret)->path);
	if (error)
		return tell(staged, error, path);
	staged->count++;
	error = clean_beside(staged, (*ret)->path);
	return error ? tell(staged, error, path) : 0;
}

int staged_files_add(struct staged_files *staged, const char *path, const void *bytes, size_t size,
		     bool keep_old)
{
	struct staged_file *file;
	int error = make_directory(staged, path);

	if (error)
		return tell(staged, error, path);
	error = entry_new(staged, path, &file);
	if (error)
		return error;
	error = write_aside(file, bytes, size, keep_old);
	return error ? tell(staged, error, path) : 0;
}

int staged_files_remove(struct staged_files *staged, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *directory = NULL;
	struct stat st;
	char *named;
	int error;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : tell(staged, -errno, path);
	if (staged->count == STAGED_FILES)
		return tell(staged, -ENFILE, path);
	error = directory_of(path, &directory);
	if (error)
		return tell(staged, error, path);
	if (asprintf(&named, "%s/%s", directory, slash ? slash + 1 : path) < 0)
		return tell(staged, -ENOMEM, path);
	staged->files[staged->count++] = (struct staged_file){ .path = named };
	return 0;
}

const char *staged_files_aside(const struct staged_files *staged, size_t index)
{
	return staged->files[index].aside;
}

static int sync_directory(const char *path)
{
	auto_free char *directory = strndup(path, directory_length(path) ?: 1);
	auto_close int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!directory)
		return -ENOMEM;
	return fd < 0 || fsync(fd) ? -errno : 0;
}

static int put_in_place(struct staged_file *file)
{
	if (file->was) {
		auto_free char *old = NULL;

		if (asprintf(&old, "%s" OLD, file->path) < 0)
			return -ENOMEM;
		if (rename(file->was, old))
			return -errno;
	}
	return rename(file->aside, file->path) ? -errno : sync_directory(file->path);
}

static int commit_one(struct staged_files *staged, struct staged_file *file, bool is_removal)
{
	int error = 0;

	if (is_removal != !file->aside)
		return 0;
	if (!is_removal)
		error = put_in_place(file);
	else if (unlink(file->path) && errno != ENOENT)
		error = -errno;
	if (error)
		return tell(staged, error, file->path);
	if (!is_removal)
		staged->made[0] = '\0';
	return 0;
}

int staged_files_commit(struct staged_files *staged)
{
	int error = 0;

	block_signals(SIG_BLOCK);
	for (int removal = 0; removal < 2; removal++)
		for (size_t i = 0; i < staged->count && !error; i++)
			error = commit_one(staged, &staged->files[i], removal);
	block_signals(SIG_UNBLOCK);
	return error;
}

const char *staged_files_problem(const struct staged_files *staged)
{
	return staged->problem;
}
