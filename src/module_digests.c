// SPDX-License-Identifier: GPL-2.0-or-later
#include "module_digests.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "cleanup.h"
#include "progress.h"

#define THREADS_MAX 32 /* each has one file in memory */

struct job {
	const struct tree_set *set;
	struct module_digest *digests;
	atomic_size_t next;
	atomic_size_t done;
	pthread_mutex_t lock;
	size_t failed; /* the first of the set that did, so far */
	int error;
};

static int read_one(const char *path, struct module_digest *digest)
{
	cleanup(cleanup_module_file) struct module_file *file = NULL;
	int error = module_file_look(&file, path);

	if (error)
		return error;
	digest->compression = file->compression;
	digest->signature = file->signature;
	memcpy(digest->stored, file->stored_sha256, sizeof(digest->stored));
	memcpy(digest->elf, file->elf_sha256, sizeof(digest->elf));
	return 0;
}

/* Of several errors the one that a single thread would have come to. */
static void job_fail(struct job *job, size_t index, int error)
{
	pthread_mutex_lock(&job->lock);
	if (!job->error || index < job->failed) {
		job->error = error;
		job->failed = index;
	}
	pthread_mutex_unlock(&job->lock);
	job->next = job->set->count;
}

/* False: there is nothing more to do. */
static bool job_step(struct job *job)
{
	size_t index = job->next++;
	int error;

	if (index >= job->set->count)
		return false;
	error = read_one(job->set->modules[index]->path, &job->digests[index]);
	if (error)
		job_fail(job, index, error);
	job->done++;
	return true;
}

static void *thread_run(void *job)
{
	while (job_step(job))
		;
	return NULL;
}

static size_t thread_count(size_t files)
{
	cpu_set_t cpus;
	size_t count = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 : (size_t)CPU_COUNT(&cpus);

	if (count > THREADS_MAX)
		count = THREADS_MAX;
	return count < files ? count : files;
}

/* This thread is one of them, and where no other can be had it does all of it. */
static void job_run(struct job *job)
{
	pthread_t threads[THREADS_MAX];
	size_t count = thread_count(job->set->count), started = 0;
	struct progress progress;

	progress_begin(&progress, "modules");
	while (started + 1 < count && !pthread_create(&threads[started], NULL, thread_run, job))
		started++;
	while (job_step(job))
		progress_show(&progress, job->done, job->set->count);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	progress_end(&progress);
}

int module_digests_read(const struct tree_set *set, struct module_digest **ret, size_t *failed)
{
	auto_free struct module_digest *digests = calloc(set->count ?: 1, sizeof(*digests));
	struct job job = {
		.set = set,
		.digests = digests,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};

	*failed = 0;
	if (!digests)
		return -ENOMEM;
	job_run(&job);
	*failed = job.failed;
	if (job.error)
		return job.error;
	*ret = take_pointer(digests);
	return 0;
}

const char *module_file_problem(int error)
{
	switch (error) {
	case -ENOEXEC:
		return "it is no kernel module for this machine";
	case -EBADMSG:
		return "its compressed data is broken or cut";
	case -EFBIG:
		return "it is larger than any digest that the gates compute";
	case -EINVAL:
		return "it is no regular file";
	default:
		return strerror(-error);
	}
}
