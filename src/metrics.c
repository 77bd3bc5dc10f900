// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics.h"

#include "cleanup.h"
#include "escape.h"
#include "json_memory.h"
#include "readiness.h"
#include "words.h"

#include <inttypes.h>

#define SECOND ((int64_t)1000000000)

#define HASH_BOUND(microseconds) microseconds,
static const uint32_t hash_bounds[] = { MW_HASH_BOUNDS(HASH_BOUND) };

/* Neither can be the name of a rule. */
#define NO_RULE      "(none)"
#define FORMER_RULES "(former)"

/* Head of a family. */
static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP modwarden_%s %s\n# TYPE modwarden_%s %s\n", name, help, name, type);
}

static void gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
	family(out, name, "gauge", help);
	fprintf(out, "modwarden_%s %" PRIu64 "\n", name, value);
}

static void counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	family(out, name, "counter", help);
	fprintf(out, "modwarden_%s %" PRIu64 "\n", name, value);
}

static void time_gauge(FILE *out, const char *name, const char *help, int64_t ns)
{
	family(out, name, "gauge", help);
	fprintf(out, "modwarden_%s %" PRId64 ".%03" PRId64 "\n", name, ns / SECOND,
		ns % SECOND / 1000000);
}

/* One label, and what stands before it. Shows nothing but what it says, see escape.h. */
static void label(FILE *out, const char *before, const char *name, const char *value)
{
	auto_free char *shown = text_sanitize(value ?: "");

	fprintf(out, "%s%s=\"", before, name);
	for (const char *c = shown ?: ""; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
}

static void print_info(const struct metrics *metrics, FILE *out)
{
	family(out, "info", "gauge",
	       "What runs where, by which mechanism and of which grade; always 1.");
	label(out, "modwarden_info{", "version", metrics->version);
	label(out, ",", "kernel", metrics->kernel);
	label(out, ",", "node", metrics->node);
	label(out, ",", "mechanism", mechanism_name(metrics->plan.mechanism));
	label(out, ",", "grade", grade_name(metrics->plan.grade));
	fputs("} 1\n", out);
	time_gauge(out, "start_time_seconds", "When this modwarden was started, since the epoch.",
		   metrics->started);
}

static void print_mode(FILE *out, const char *name, const char *help, enum mw_mode mode)
{
	family(out, name, "gauge", help);
	for (enum mw_mode other = MW_MODE_MONITOR; other <= MW_MODE_ENFORCE; other++)
		fprintf(out, "modwarden_%s{mode=\"%s\"} %d\n", name, word_of(&mode_words, other),
			other == mode);
}

static void print_state(const struct metrics *metrics, FILE *out)
{
	print_mode(out, "mode", "The mode in force: 1.", metrics->mode);
	print_mode(out, "policy_mode", "The mode that the policy asks for here: 1.",
		   metrics->policy_mode);
	family(out, "mode_source_info", "gauge", "Who set the mode in force; always 1.");
	fprintf(out, "modwarden_mode_source_info{source=\"%s\"} 1\n",
		word_of(&mode_source_words, metrics->mode_source) ?: "unknown");
	gauge(out, "gates_proven", "Whether all gates fired in the last self-test.",
	      !metrics->failing);
	gauge(out, "trampolines_guarded",
	      "Whether writes of kernel.ftrace_enabled that would silence the gates are refused.",
	      metrics->is_guarded);
	gauge(out, "output_writable", "Whether records can be written now.",
	      !metrics->is_output_lost);
	gauge(out, "locked", "Whether it is locked until reboot.", metrics->is_locked);
	gauge(out, "persistent", "Whether the gates stay when modwarden ends.", metrics->persists);
	gauge(out, "exceptions", "Modules that are let in for a while.", metrics->exceptions);
}

static void print_policy(const struct metrics *metrics, FILE *out)
{
	const struct mw_policy *image = metrics->policy->image;

	gauge(out, "policy_missing", "Whether there is no policy: everything is allowed.",
	      metrics->is_missing);
	gauge(out, "policy_generation", "Policies since the gates were put up.", image->generation);
	gauge(out, "policy_rules", "Rules of the policy in force.", image->rule_count);
	gauge(out, "policy_digests", "Digests of the policy in force.",
	      metrics->policy->digests.count);
	time_gauge(out, "policy_loaded_timestamp_seconds",
		   "When the policy in force was taken, since the epoch.", metrics->loaded);
	gauge(out, "policy_last_reload_successful",
	      "Whether the policy in force is what its files say now.", !metrics->is_refused);
	counter(out, "policy_reload_failures_total", "Policies that were refused since the start.",
		metrics->refused);
}

static uint64_t sum_of(const struct tally *tally, enum mw_op op, enum tally_end end)
{
	uint64_t sum = 0;

	for (enum mw_reason reason = 0; reason < MW_REASONS; reason++)
		sum += tally->reasons[op][reason][end];
	return sum;
}

/* All are there from the start: what is not there cannot be seen to rise from 0. */
static void print_operations(const struct tally *tally, FILE *out)
{
	family(out, "operations_total", "counter",
	       "Finished loads, unloads and autoloads, by what became of them.");
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		for (enum tally_end end = 0; end < TALLY_ENDS; end++)
			fprintf(out,
				"modwarden_operations_total{op=\"%s\",verdict=\"%s\"} %" PRIu64
				"\n",
				word_of(&op_words, op), word_of(&tally_words, end),
				sum_of(tally, op, end));
}

/* Only those that there have been. */
static void print_reasons(const struct tally *tally, FILE *out)
{
	family(out, "operation_reasons_total", "counter",
	       "The same by reason, those that have occurred.");
	for (enum mw_op op = MW_OP_LOAD; op < MW_OPS; op++)
		for (enum mw_reason reason = 0; reason < MW_REASONS; reason++)
			for (enum tally_end end = 0; end < TALLY_ENDS; end++)
				if (tally->reasons[op][reason][end])
					fprintf(out,
						"modwarden_operation_reasons_total{op=\"%s\","
						"verdict=\"%s\",reason=\"%s\"} %" PRIu64 "\n",
						word_of(&op_words, op), word_of(&tally_words, end),
						word_of(&reason_words, reason) ?: "unknown",
						tally->reasons[op][reason][end]);
}

static void print_ends(FILE *out, const char *rule, const uint64_t ends[TALLY_ENDS])
{
	for (enum tally_end end = 0; end < TALLY_ENDS; end++) {
		label(out, "modwarden_rule_operations_total{", "rule", rule);
		fprintf(out, ",verdict=\"%s\"} %" PRIu64 "\n", word_of(&tally_words, end),
			ends[end]);
	}
}

static void print_rules(const struct metrics *metrics, FILE *out)
{
	family(out, "rule_operations_total", "counter",
	       "The same by the rule that decided; a new policy begins anew.");
	for (uint32_t rule = 0; rule < metrics->policy->image->rule_count; rule++)
		print_ends(out, policy_rule_name(metrics->policy, rule),
			   metrics->tally->rules[rule]);
	print_ends(out, FORMER_RULES, metrics->tally->former_rules);
	print_ends(out, NO_RULE, metrics->tally->no_rule);
}

static void print_lost(const struct record_lost *lost, FILE *out)
{
	family(out, "lost_total", "counter",
	       "What could not be recorded, by kind; verdicts are not touched by it.");
	for (size_t kind = 0; kind < RECORD_LOST_KINDS; kind++)
		fprintf(out, "modwarden_lost_total{kind=\"%s\"} %" PRIu64 "\n",
			word_of(&lost_words, kind), lost->count[kind]);
}

static void print_counters(const struct mw_counters *counters, FILE *out)
{
	counter(out, "gate_holes_total", "Modules that came or went past the gates.",
		counters->holes);
	counter(out, "gates_skipped_total", "Gates that were skipped, and whose clone judged.",
		counters->skipped);
	counter(out, "unseen_exits_total", "Load calls that ended without having passed a gate.",
		counters->unseen_exits);
}

static void print_audit(const struct audit_tally *audit, FILE *out)
{
	family(out, "audit_operations_total", "counter",
	       "Finished operations by what the kernel's audit trail has of them.");
	for (size_t i = 0; i < recorded_words.count; i++)
		fprintf(out, "modwarden_audit_operations_total{recorded=\"%s\"} %" PRIu64 "\n",
			word_of(&recorded_words, i), audit->recorded[i]);
	counter(out, "audit_gaps_total", "Loads and unloads that no audit rule matched.",
		audit->gaps);
	counter(out, "audit_records_lost_total", "Audit records that the kernel said it lost.",
		audit->kernel_lost);
}

static void print_names(const struct metrics *metrics, FILE *out)
{
	const struct container_names_counts *names = metrics->names;

	if (!names)
		return;
	family(out, "container_lookups_total", "counter",
	       "Containers whose names the runtime was asked for, by what it said.");
	fprintf(out,
		"modwarden_container_lookups_total{result=\"known\"} %" PRIu64
		"\nmodwarden_container_lookups_total{result=\"unknown\"} %" PRIu64
		"\nmodwarden_container_lookups_total{result=\"failed\"} %" PRIu64 "\n",
		names->known, names->unknown, names->failed);
	counter(out, "container_lookup_restarts_total",
		"How often the process that asks the runtime was ended, and begun again.",
		metrics->name_restarts);
}

/* Cumulative, as Prometheus has them: each bucket has what the ones before have. */
static void print_hashes(const struct mw_counters *counters, FILE *out)
{
	uint64_t sum = 0;

	family(out, "hash_seconds", "histogram",
	       "How long the digest of an image took, in the kernel, while its load waited.");
	for (size_t i = 0; i < MW_HASH_BUCKETS - 1; i++) {
		sum += counters->hashes[i];
		fprintf(out, "modwarden_hash_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			hash_bounds[i] / 1e6, sum);
	}
	sum += counters->hashes[MW_HASH_BUCKETS - 1];
	fprintf(out, "modwarden_hash_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
	fprintf(out, "modwarden_hash_seconds_sum %.9f\n", counters->hash_ns / 1e9);
	fprintf(out, "modwarden_hash_seconds_count %" PRIu64 "\n", sum);
}

void metrics_print(const struct metrics *metrics, FILE *out)
{
	print_info(metrics, out);
	print_state(metrics, out);
	print_policy(metrics, out);
	print_operations(metrics->tally, out);
	print_reasons(metrics->tally, out);
	print_rules(metrics, out);
	print_lost(metrics->lost, out);
	print_counters(metrics->counters, out);
	print_hashes(metrics->counters, out);
	print_audit(metrics->audit, out);
	print_names(metrics, out);
}

bool metrics_print_readiness(const struct metrics *metrics, FILE *out)
{
	json_t *readiness =
		readiness_value(&metrics->plan, metrics->failing, metrics->is_output_lost);
	bool is_ready = json_is_true(json_object_get(readiness, "ready"));

	if (readiness)
		json_write(readiness, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(readiness);
	return is_ready;
}
