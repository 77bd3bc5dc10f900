/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions that hashing a byte takes, counted, not sampled.
 *
 * In BPF: what the JIT made of the block function is disassembled (objdump) and counted; but for
 * the check of its pointers it has no branch, so what stands there is what runs. OpenSSL: a process
 * of its own is stepped through instruction by instruction (ptrace), for two sizes, and the
 * difference counts.
 */
#ifndef SHA256_COUNT_H
#define SHA256_COUNT_H

#include <bpf/bpf.h>
#include <errno.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNTED_BYTES 4096 /* between the two sizes: whole blocks */

/* The child that is stepped through; whatever OpenSSL does once is done before. */
static inline int count_serve(size_t size)
{
	static unsigned char bytes[2 * COUNTED_BYTES], digest[SHA256_DIGEST_LENGTH];

	SHA256(bytes, sizeof(bytes), digest);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		_exit(1);
	SHA256(bytes, size, digest);
	_exit(0);
}

/* Instructions of it, or -1. */
static inline long count_steps(const char *capabilities, const char *size)
{
	long steps = 0;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (capabilities)
			setenv("OPENSSL_ia32cap", capabilities, 1);
		else
			unsetenv("OPENSSL_ia32cap");
		execl("/proc/self/exe", "sha256", "--count", size, NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL))
			return -1;
		steps++;
	}
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status) ? steps : -1;
}

/* Of OpenSSL, a byte; 0 where processes cannot be stepped through. */
static inline double count_openssl(const char *capabilities)
{
	long none = count_steps(capabilities, "4096"), more = count_steps(capabilities, "8192");

	return none < 0 || more < none ? 0 : (double)(more - none) / COUNTED_BYTES;
}

struct jited {
	unsigned char *code;
	__u32 size;
};

/* Machine code of the program's longest function, which is the block function by far. */
static inline struct jited jited_longest(int fd)
{
	__u32 lengths[64] = { 0 }, size = sizeof(struct bpf_prog_info), count, at = 0;
	struct bpf_prog_info info = { 0 };
	struct jited longest = { 0 };
	unsigned char *code;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) || !info.jited_prog_len ||
	    info.nr_jited_func_lens > 64)
		return longest;
	code = calloc(1, info.jited_prog_len);
	count = info.nr_jited_func_lens;
	info = (struct bpf_prog_info){
		.jited_prog_len = info.jited_prog_len,
		.jited_prog_insns = (__u64)(uintptr_t)code,
		.nr_jited_func_lens = count,
		.jited_func_lens = (__u64)(uintptr_t)lengths,
	};
	size = sizeof(info);
	if (!code || bpf_obj_get_info_by_fd(fd, &info, &size) || !info.jited_prog_insns)
		return longest;
	for (__u32 i = 0; i < count; at += lengths[i++])
		if (lengths[i] > longest.size)
			longest = (struct jited){ code + at, lengths[i] };
	return longest;
}

/* Lines of a disassembly: one an instruction. 0: no disassembler. */
static inline unsigned int count_disassembled(const char *path)
{
	char command[256];
	unsigned int count = 0;
	FILE *lines;

	snprintf(command, sizeof(command),
		 "objdump -D -b binary -m i386:x86-64 --no-show-raw-insn '%s' 2>/dev/null |"
		 " grep -c '^ *[0-9a-f]*:'",
		 path);
	lines = popen(command, "r");
	if (lines && fscanf(lines, "%u", &count) != 1)
		count = 0;
	if (lines)
		pclose(lines);
	return count;
}

/* Of the block function as the JIT made it, a byte; 0 where that cannot be told. */
static inline double count_jited(int fd, unsigned int block_size)
{
	struct jited jited = jited_longest(fd);
	char path[] = "/tmp/jited.XXXXXX";
	unsigned int count = 0;
	int file;

	if (!jited.size)
		return 0;
#ifdef __aarch64__
	return (double)jited.size / 4 / block_size;
#endif
	file = mkstemp(path);
	if (file < 0)
		return 0;
	if (write(file, jited.code, jited.size) == (ssize_t)jited.size)
		count = count_disassembled(path);
	close(file);
	unlink(path);
	return (double)count / block_size;
}

#endif
