/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast SHA-256 is inside BPF, measured against OpenSSL on the same bytes in the same run.
 *
 * usage: sha256 [sha256.bpf.o]
 *
 * OpenSSL reads OPENSSL_ia32cap when it starts, so each of its two variants is a child process:
 * this program again, which hashes when it is told to. The variants take turns, round
 * by round, so that whatever else the machine does meets them all; medians are printed, and the
 * median of the rounds' ratios. The measure is OpenSSL without SIMD: the plain integer code, which
 * is what BPF's instructions can be compared with.
 */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "modwarden/sha256.h"
#include "row.h"
#include "sha256_count.h"
#include "sha256_run.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define KIB           1024U
#define MIB           (KIB * KIB)
#define ROUNDS        101   /* odd: the median is one of them */
#define NO_SIMD       "0:0" /* no capability at all: not SSSE3, AVX, AVX2, BMI, SHA */

/*
 * At least this much is hashed for one measurement: long enough for the clock, and short enough to
 * be over, mostly, before another process gets the processor.
 */
#define MEASURED_BYTES (256 * KIB)

static const size_t sizes[] = { 16 * KIB, 256 * KIB, 4 * MIB };

enum variant { BPF, OPENSSL, OPENSSL_SIMD, NATIVE, VARIANTS };

struct child {
	int commands, speeds;
	pid_t pid;
};

struct bench {
	struct sha256_bpf bpf;
	struct child children[VARIANTS];
};

_Noreturn static void die(const char *what, int error)
{
	fprintf(stderr, "sha256: cannot %s: %s\n", what, strerror(error));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void hash_natively(const __u8 *bytes, size_t size)
{
	struct mw_sha256_block block, last[2] = { 0 };
	__u8 digest[MW_SHA256_SIZE];
	struct mw_sha256 s;

	mw_sha256_init(&s);
	for (const __u8 *end = bytes + size; bytes < end; bytes += sizeof(block)) {
		memcpy(&block, bytes, sizeof(block));
		mw_sha256_block(&s, &block);
	}
	mw_sha256_final(&s, last, size, digest);
}

static void hash_in_bpf(const struct sha256_bpf *bpf, size_t size)
{
	struct sha256_args args = { .size = size };
	int error = sha256_bpf_hash(bpf, &args);

	if (error || args.error)
		die("hash in BPF", -(error ? error : (int)args.error));
}

/* MB/s */
static double speed_of(const struct sha256_bpf *bpf, const __u8 *bytes, size_t size,
		       enum variant variant)
{
	__u8 digest[MW_SHA256_SIZE];
	double start = now();
	size_t done;

	for (done = 0; done < MEASURED_BYTES; done += size) {
		if (variant == BPF)
			hash_in_bpf(bpf, size);
		else if (variant == NATIVE)
			hash_natively(bytes, size);
		else
			SHA256(bytes, size, digest);
	}
	return done / (now() - start) / 1e6;
}

/* A child's life: a byte with a size's number comes, the speed goes. */
static int serve(void)
{
	__u8 *bytes = calloc(1, 4 * MIB);
	__u8 i;

	while (bytes && read(STDIN_FILENO, &i, 1) == 1 && i < ARRAY_SIZE(sizes)) {
		double speed = speed_of(NULL, bytes, sizes[i], OPENSSL);

		if (write(STDOUT_FILENO, &speed, sizeof(speed)) != sizeof(speed))
			break;
	}
	free(bytes);
	return 0;
}

static void start_child(struct child *child, const char *capabilities)
{
	int commands[2], speeds[2];

	if (pipe2(commands, O_CLOEXEC) || pipe2(speeds, O_CLOEXEC))
		die("make a pipe", errno);
	child->pid = fork();
	if (child->pid < 0)
		die("fork", errno);
	if (child->pid == 0) {
		dup2(commands[0], STDIN_FILENO);
		dup2(speeds[1], STDOUT_FILENO);
		if (capabilities)
			setenv("OPENSSL_ia32cap", capabilities, 1);
		else
			unsetenv("OPENSSL_ia32cap");
		execl("/proc/self/exe", "sha256", "--serve", NULL);
		_exit(127);
	}
	close(commands[0]);
	close(speeds[1]);
	*child = (struct child){ commands[1], speeds[0], child->pid };
}

static double ask_child(const struct child *child, __u8 size_number)
{
	double speed;

	if (write(child->commands, &size_number, 1) != 1 ||
	    read(child->speeds, &speed, sizeof(speed)) != sizeof(speed))
		die("talk to a child", EPIPE);
	return speed;
}

static void stop_child(const struct child *child)
{
	close(child->commands);
	close(child->speeds);
	waitpid(child->pid, NULL, 0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), compare);
	return values[ROUNDS / 2];
}

/* The block function is by far the longest of the program's functions, and without branches. */
static double block_instructions(int fd)
{
	struct bpf_func_info functions[64] = { 0 };
	struct bpf_prog_info info = {
		.nr_func_info = ARRAY_SIZE(functions),
		.func_info_rec_size = sizeof(functions[0]),
		.func_info = (__u64)(uintptr_t)functions,
	};
	__u32 size = sizeof(info), longest = 0, end;

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		die("ask for the program's length", errno);
	end = info.xlated_prog_len / sizeof(struct bpf_insn);
	for (__u32 i = info.nr_func_info; i-- > 0; end = functions[i].insn_off)
		if (end - functions[i].insn_off > longest)
			longest = end - functions[i].insn_off;
	return longest;
}

/* NULL for ours. */
static const char *peer_name(enum variant variant)
{
	static char name[64];

	if (variant == NATIVE)
		return "the same in C, compiled";
	snprintf(name, sizeof(name), "OpenSSL %s%s", OpenSSL_version(OPENSSL_VERSION_STRING),
		 variant == OPENSSL ? ", no SIMD" : "");
	return variant == BPF ? NULL : name;
}

static void measure(struct bench *bench, __u8 size_number)
{
	static double speed[VARIANTS][ROUNDS], ratio[VARIANTS][ROUNDS];
	size_t size = sizes[size_number];
	char what[64];

	for (int round = 0; round < ROUNDS; round++) {
		for (enum variant v = 0; v < VARIANTS; v++) {
			speed[v][round] = v == OPENSSL || v == OPENSSL_SIMD
						  ? ask_child(&bench->children[v], size_number)
						  : speed_of(&bench->bpf, bench->bpf.data, size, v);
		}
		for (enum variant v = 0; v < VARIANTS; v++)
			ratio[v][round] = speed[BPF][round] / speed[v][round];
	}
	snprintf(what, sizeof(what), "SHA-256 in BPF, %zu KiB", size / KIB);
	printf("%s: %.0f MB/s\n", what, median(speed[BPF]));
	for (enum variant v = OPENSSL; v < VARIANTS; v++) {
		struct row row = {
			.section = "sha256",
			.what = what,
			.peer = peer_name(v),
			.ours = median(speed[BPF]),
			.theirs = median(speed[v]),
			.ratio = median(ratio[v]),
			.format = "%.0f MB/s",
			.goal = v == OPENSSL ? ">= 0.55" : "-",
		};

		printf("  %-28s %.0f MB/s (BPF %.2f of it)\n", row.peer, row.theirs, row.ratio);
		row_put(&row);
	}
}

static void count_instructions(const struct bench *bench)
{
	struct row row = {
		.section = "sha256",
		.what = "instructions a byte",
		.ours = count_jited(bench->bpf.hash, MW_SHA256_BLOCK_SIZE),
		.format = "%.1f",
		.goal = "-",
	};

	printf("Instructions a byte: %.1f in BPF, %.1f as the JIT translates them\n",
	       block_instructions(bench->bpf.hash) / MW_SHA256_BLOCK_SIZE, row.ours);
	if (!row.ours)
		printf("skipped: instructions a byte: the JIT's code cannot be had, or no "
		       "objdump\n");
	for (enum variant v = OPENSSL; v <= OPENSSL_SIMD && row.ours; v++) {
		row.peer = peer_name(v);
		row.theirs = count_openssl(v == OPENSSL ? NO_SIMD : NULL);
		printf("  %-28s %.1f\n", row.peer, row.theirs);
		if (row.theirs)
			row_put(&row);
	}
}

int main(int argc, char **argv)
{
	struct bench bench;
	int error;

	if (argc > 2 && !strcmp(argv[1], "--count"))
		return count_serve(strtoul(argv[2], NULL, 10));
	if (argc > 1 && !strcmp(argv[1], "--serve"))
		return serve();
	error = sha256_bpf_open(&bench.bpf, argc > 1 ? argv[1] : "sha256.bpf.o");
	if (error)
		die("load the BPF object", -error);
	start_child(&bench.children[OPENSSL], NO_SIMD);
	start_child(&bench.children[OPENSSL_SIMD], NULL);

	for (__u8 i = 0; i < ARRAY_SIZE(sizes); i++)
		measure(&bench, i);
	count_instructions(&bench);
	stop_child(&bench.children[OPENSSL]);
	stop_child(&bench.children[OPENSSL_SIMD]);
	sha256_bpf_close(&bench.bpf);
	return 0;
}
