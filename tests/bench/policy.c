/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a decision takes, inside BPF in this machine's kernel: by how many rules there are and
 * how many digests; and what it takes to put digests there.
 *
 * usage: policy [policy.bpf.o]; needs root
 *
 * Policies are of the kind that takes longest: each rule has a pattern of its own, all facts are
 * known, and the last rule matches, or none does. What is compared takes turns, round by round;
 * medians count. With cold caches means that between two decisions something else has used more
 * memory than the processor's caches hold, as the load of a module does.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "policy.h"
#include "policy_args.h"
#include "row.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define ROUNDS        301 /* odd: the median is one of them */
#define REPEATS       2000
#define COLD_BYTES    (64U << 20)

static struct bench {
	struct bpf_object *object;
	int decide, digests; /* fds */
	struct mw_policy *policy;
	struct policy_ticket *ticket;
	unsigned char *cold;
} bench;

_Noreturn static void die(const char *what, int error)
{
	fprintf(stderr, "policy: cannot %s: %s\n", what, strerror(error));
	exit(1);
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

/* The memory of an array map's first value, in whole pages. */
static void *map_memory(const char *name, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, (size + page - 1) / page * page, PROT_READ | PROT_WRITE,
			    MAP_SHARED, bpf_object__find_map_fd_by_name(bench.object, name), 0);

	if (memory == MAP_FAILED)
		die("map a map", errno);
	return memory;
}

static void open_bpf(const char *path)
{
	int error;

	bench.object = bpf_object__open(path);
	error = bench.object ? bpf_object__load(bench.object) : -errno;
	if (error)
		die("load the BPF object", -error);
	bench.decide = bpf_program__fd(bpf_object__find_program_by_name(bench.object, "decide"));
	bench.digests = bpf_object__find_map_fd_by_name(bench.object, "digests");
	bench.policy = map_memory("policies", sizeof(*bench.policy));
	bench.ticket = map_memory("tickets", sizeof(*bench.ticket));
	bench.cold = malloc(COLD_BYTES);
	if (!bench.cold)
		die("allocate", ENOMEM);
}

/* Nanoseconds of one decision. */
static double decide(__u32 generation, __u64 rounds)
{
	struct policy_args args = { .rounds = rounds, .generation = generation };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &args, .ctx_size_in = sizeof(args));
	int error = bpf_prog_test_run_opts(bench.decide, &opts);

	if (error || opts.retval)
		die("decide in BPF", error ? -error : EINVAL);
	return (double)args.ns / rounds;
}

static void expect(__u32 verdict)
{
	if (bench.ticket->decision.verdict != verdict) {
		fprintf(stderr, "policy: the verdict is %u by rule %u, not %u\n",
			bench.ticket->decision.verdict, bench.ticket->decision.rule, verdict);
		exit(1);
	}
}

/* Of a module from a file, of which everything is known. */
static void set_facts(void)
{
	struct mw_facts *facts = &bench.ticket->facts;

	*facts = (struct mw_facts){
		.known = MW_BIT(MW_CRITERIA) - 1,
		.absent = MW_BIT(MW_CRITERION_CONTAINER) | MW_BIT(MW_CRITERION_ALIAS),
		.op = MW_OP_LOAD,
		.source = MW_SOURCE_FILE,
		.is_signed = MW_FALSE,
		.digest_count = 1,
		.module = "nf_conntrack_netlink_300",
		.filesystem = "ext4",
		.loader = "/usr/bin/kmod",
		.path = "/usr/lib/modules/6.12.117+deb13-amd64/kernel/net/netfilter/"
			"nf_conntrack_netlink_300.ko.xz",
	};
}

/* The policy of a text; freed by nobody, for the process is short. */
static struct policy *parse(const char *text)
{
	struct diags diags = { 0 };
	struct policy *policy;
	int error = policy_parse(&policy, "policy.yaml", text, strlen(text), NULL, &diags);

	if (error)
		die("read the policy", -error);
	return policy;
}

/* n rules, each with a pattern of its own; the last one matches, or none. */
static struct policy *rules(int n, const char *pattern, bool matches)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "version: 1\nmode: enforce\nrules:\n");
	for (int i = 1; i <= n; i++) {
		fprintf(file, "  - name: r%d\n    allow: load\n    ", i);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(file, pattern, i == n && matches ? 300 : i);
#pragma GCC diagnostic pop
	}
	fclose(file);
	return parse(text);
}

static void put(const char *what, const char *peer, double ours, double theirs, const char *goal)
{
	struct row row = { "policy", what, peer, ours, theirs, 0, "%.0f ns", goal };

	printf("%-48s %8.0f ns  %-32s %8.0f ns  %.3f\n", what, ours, peer, theirs, ours / theirs);
	row_put(&row);
}

static void measure_rules(const char *kind, const char *pattern)
{
	static const int counts[] = { 1, 16, 256 };
	static double ns[2][ARRAY_SIZE(counts)][ROUNDS];
	struct policy *policies[2][ARRAY_SIZE(counts)];
	double one;

	for (int m = 0; m < 2; m++)
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
			policies[m][i] = rules(counts[i], pattern, m);
	for (int round = 0; round < ROUNDS; round++)
		for (int m = 0; m < 2; m++)
			for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
				*bench.policy = *policies[m][i]->image;
				ns[m][i][round] = decide(1, REPEATS / counts[i] + 10);
				expect(m ? MW_VERDICT_ALLOW : MW_VERDICT_DENY);
			}
	for (int m = 0; m < 2; m++) {
		one = median(ns[m][0]);
		for (size_t i = 1; i < ARRAY_SIZE(counts); i++) {
			char what[64];

			snprintf(what, sizeof(what), "decision, %d rules by %s, %s", counts[i],
				 kind, m ? "last matches" : "none matches");
			put(what, "1 such rule", median(ns[m][i]), one, "-");
		}
	}
}

/* As random as digests are, and each time the same. */
static void digest_of(__u64 i, __u8 digest[MW_DIGEST_SIZE])
{
	for (int word = 0; word < 4; word++) {
		__u64 n = (i * 4 + word + 1) * 0x9e3779b97f4a7c15ULL;

		n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9ULL;
		n ^= n >> 27;
		memcpy(digest + 8 * word, &n, sizeof(n));
	}
}

/* A table as the gates have it, under the generation. */
static void put_digests(__u32 generation, __u32 count, int *table)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	struct mw_ruleset first = { { 1 } };
	__u8 digest[MW_DIGEST_SIZE];

	*table = bpf_map_create(BPF_MAP_TYPE_HASH, "digest_table", MW_DIGEST_SIZE, sizeof(first),
				count, &options);
	for (__u32 i = 0; i < count; i++) {
		digest_of(i, digest);
		if (bpf_map_update_elem(*table, digest, &first, BPF_NOEXIST))
			die("put a digest there", errno);
	}
	if (bpf_map_update_elem(bench.digests, &generation, table, BPF_ANY))
		die("put the digests there", errno);
}

/* What the kernel says that a map takes of its memory, in bytes. */
static long map_bytes(int fd)
{
	char path[64], line[128];
	long bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %ld", &bytes) == 1)
			break;
	if (file)
		fclose(file);
	return bytes;
}

/* The digests that are asked for are all among them. */
static void ask_for(__u32 count)
{
	for (__u32 i = 0; i < POLICY_KEYS; i++)
		digest_of((__u64)i * 97 % count, bench.ticket->keys[i]);
}

/* Gets out of the caches whatever is in them. */
static void make_cold(void)
{
	for (size_t i = 0; i < COLD_BYTES; i += 64)
		bench.cold[i]++;
}

static void measure_digests(void)
{
	static const __u32 counts[] = { 10, 1000, 100000 };
	static double warm[ARRAY_SIZE(counts)][ROUNDS], cold[ARRAY_SIZE(counts)][ROUNDS];
	double less;
	int tables[ARRAY_SIZE(counts)];
	char what[64];

	*bench.policy =
		*parse("version: 1\nmode: enforce\nrules:\n  - name: listed\n"
		       "    allow: load\n    sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		       "aaaaaaaaaaaaaaaaaaaaaaaa\n")
			 ->image;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		put_digests(i + 2, counts[i], &tables[i]);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
			ask_for(counts[i]);
			warm[i][round] = decide(i + 2, REPEATS);
			expect(MW_VERDICT_ALLOW);
			/* another digest each time */
			memmove(bench.ticket->keys, bench.ticket->keys[round],
				sizeof(bench.ticket->keys[0]));
			make_cold();
			cold[i][round] = decide(i + 2, 1);
		}
	for (size_t i = 1; i < ARRAY_SIZE(counts); i++) {
		const char *goal = counts[i] == MW_DIGESTS_MAX ? "<= 1.1" : "-";

		less = median(warm[0]);
		snprintf(what, sizeof(what), "decision, %u digests", counts[i]);
		put(what, "10 digests", median(warm[i]), less, goal);
		less = median(cold[0]);
		snprintf(what, sizeof(what), "decision, %u digests, cold caches", counts[i]);
		put(what, "10 digests, cold caches", median(cold[i]), less, goal);
	}
	if (map_bytes(tables[2])) {
		struct row row = { "policy",           "kernel memory of 100000 digests",
				   "their bare bytes", map_bytes(tables[2]) / 1e6,
				   100000 * 64 / 1e6,  0,
				   "%.1f MB",          "-" };

		printf("%-48s %8.1f MB\n", row.what, row.ours);
		row_put(&row);
	} else {
		printf("skipped: kernel memory of digests: this kernel does not tell\n");
	}
}

int main(int argc, char **argv)
{
	int none;

	open_bpf(argc > 1 ? argv[1] : "policy.bpf.o");
	set_facts();
	put_digests(1, 1, &none);
	measure_rules("name", "module: nf_conntrack_netlink_%d\n");
	measure_rules("path", "path: \"/usr/lib/modules/*/kernel/**/nf_*_netlink_%d.ko*\"\n");
	measure_digests();
	return 0;
}
