// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From records back to facts. A model of the gates takes loads of which all is known through a
 * policy; what it records is replayed, under the same policy and under others, and must come out as
 * the model has it, or not be told. SEED=N chooses the loads.
 */
#include "policy_case.h"

#include "cleanup.h"
#include "record_value.h"
#include "replay.h"
#include "sample_events.h"

#define LOADS 4000

/* A load of which all is known. */
struct truth {
	struct mw_facts
		facts; /* both digests, the kernel's name, the kernel's view of signatures */
	bool is_packed;
	bool in_sight; /* the kernel shows the unpacked bytes */
	bool has_signature;
	bool is_valid;
	bool checks; /* the kernel checks signatures */
};

struct walk {
	const struct policy *policy;
	const struct truth *truth;
	bool monitors;
	struct operation operation;
};

#define KNOW(facts, criterion) ((facts)->known |= MW_BIT(MW_CRITERION_##criterion))

static bool goes_on(struct walk *walk, enum mw_gate gate, bool last_stop)
{
	struct mw_ruling *ruling = &walk->operation.ruling;
	struct mw_decision decision;

	if (ruling->verdict == MW_VERDICT_DENY)
		return walk->monitors;
	policy_decide(walk->policy, &walk->operation.facts, &decision);
	ruling->gate = gate;
	ruling->rule = decision.rule;
	ruling->verdict = decision.verdict;
	ruling->reason = decision.rule == MW_RULE_NONE ? MW_REASON_DEFAULT : MW_REASON_RULE;
	if (decision.verdict == MW_VERDICT_PENDING && last_stop) {
		ruling->verdict = MW_VERDICT_DENY;
		ruling->reason = mw_pending_reason(&decision);
	}
	return ruling->verdict != MW_VERDICT_DENY || walk->monitors;
}

static bool pass_content(struct walk *walk)
{
	const struct truth *truth = walk->truth;
	struct mw_facts *facts = &walk->operation.facts;
	bool expecting = truth->is_packed && truth->in_sight;
	bool is_seen = !truth->is_packed || truth->in_sight;

	facts->size = 4096;
	memcpy(facts->digest, truth->facts.digest, sizeof(facts->digest));
	facts->digest_count = 1;
	if (expecting) {
		if (!goes_on(walk, MW_GATE_CONTENT, false))
			return false;
		facts->digest_count = 2;
	}
	KNOW(facts, DIGEST);
	if (is_seen) {
		SET_TEXT(facts->module, truth->facts.module);
		facts->name_source = MW_NAME_ELF;
		KNOW(facts, MODULE);
		facts->signature =
			truth->has_signature ? MW_SIGNATURE_PRESENT : MW_SIGNATURE_ABSENT;
	}
	if (!truth->checks) {
		facts->is_signed = MW_FALSE;
		KNOW(facts, SIGNED);
	}
	return goes_on(walk, MW_GATE_CONTENT, !truth->checks);
}

static bool pass_unsigned(struct walk *walk)
{
	struct mw_facts *facts = &walk->operation.facts;

	if (!walk->truth->checks || walk->truth->is_valid)
		return true;
	facts->is_signed = MW_FALSE;
	KNOW(facts, SIGNED);
	if (facts->signature == MW_SIGNATURE_PRESENT)
		facts->signature = MW_SIGNATURE_REFUSED;
	return goes_on(walk, MW_GATE_UNSIGNED, true);
}

static bool pass_name(struct walk *walk)
{
	const struct truth *truth = walk->truth;
	struct mw_facts *facts = &walk->operation.facts;

	SET_TEXT(facts->module, truth->facts.module);
	facts->name_source = MW_NAME_KERNEL;
	KNOW(facts, MODULE);
	if (!goes_on(walk, MW_GATE_NAME, false))
		return false;
	facts->is_signed = truth->is_valid ? MW_TRUE : MW_FALSE;
	KNOW(facts, SIGNED);
	if (truth->is_valid)
		facts->signature = MW_SIGNATURE_VALID;
	return goes_on(walk, MW_GATE_NAME, true);
}

/* What the gates know before any byte was read. */
static void begin(struct walk *walk)
{
	struct operation *operation = &walk->operation;
	const struct mw_facts *truth = &walk->truth->facts;
	struct mw_decision_event event = sample_decision(17, MW_VERDICT_PENDING, false);

	operation->seq = 17;
	operation_take_decision(operation, &event);
	operation->facts = *truth;
	operation->facts.known =
		truth->known & ~(MW_BIT(MW_CRITERION_DIGEST) | MW_BIT(MW_CRITERION_MODULE) |
				 MW_BIT(MW_CRITERION_SIGNED));
	operation->facts.digest_count = 0;
	operation->facts.module[0] = '\0';
	operation->facts.is_signed = MW_UNKNOWN;
	operation->caller.euid = truth->uid;
	operation->caller.auid = truth->auid;
	operation->ruling.compressed = walk->truth->is_packed;
}

static struct operation load_under(const struct policy *policy, const struct truth *truth,
				   bool monitors)
{
	struct walk walk = { .policy = policy, .truth = truth, .monitors = monitors };

	begin(&walk);
	walk.operation.loaded = goes_on(&walk, MW_GATE_START, false) && pass_content(&walk) &&
				pass_unsigned(&walk) && pass_name(&walk);
	walk.operation.has |= OPERATION_HAS_OUTCOME;
	return walk.operation;
}

static bool coin(void)
{
	return random() & 0x100;
}

static void text_toss(struct mw_facts *facts, enum mw_criterion criterion, char *to, size_t size,
		      const char *one, const char *other)
{
	if (!(random() & 0x700)) {
		*to = '\0'; /* it cannot be read */
		facts->known &= ~MW_BIT(criterion);
		return;
	}
	snprintf(to, size, "%s", coin() ? one : other);
}

static struct truth toss(void)
{
	struct truth truth = {
		.facts = load(coin() ? "evil" : "good"),
		.is_packed = coin(),
		.in_sight = coin(),
		.has_signature = coin(),
		.checks = coin() || coin(),
	};
	struct mw_facts *facts = &truth.facts;

	facts->known = MW_BIT(MW_CRITERIA) - 1;
	facts->absent = 0;
	truth.is_valid = truth.checks && truth.has_signature && coin();
	facts->source = truth.is_packed || coin() ? MW_SOURCE_FILE : MW_SOURCE_MEMORY;
	facts->uid = coin() ? 0 : 1000;
	facts->auid = coin() ? UNSET_ID : 1000;
	facts->digest[0][0] = coin();
	facts->digest[1][0] = 2 + coin();
	text_toss(facts, MW_CRITERION_LOADER, facts->loader, sizeof(facts->loader), "/usr/bin/kmod",
		  "/tmp/\x1b\\x");
	text_toss(facts, MW_CRITERION_PATH, facts->path, sizeof(facts->path), "/lib/a.ko",
		  "/tmp/b.ko");
	text_toss(facts, MW_CRITERION_FILESYSTEM, facts->filesystem, sizeof(facts->filesystem),
		  "ext4", "tmpfs");
	facts->container[0] = '\0';
	if (coin())
		SET_TEXT(facts->container, SAMPLE_CONTAINER);
	else
		facts->absent |= MW_BIT(MW_CRITERION_CONTAINER);
	if (facts->source == MW_SOURCE_FILE)
		return truth;
	facts->path[0] = facts->filesystem[0] = '\0';
	facts->absent |= MW_BIT(MW_CRITERION_PATH) | MW_BIT(MW_CRITERION_FILESYSTEM);
	facts->known |= facts->absent;
	return truth;
}

#define ZEROS30                    "000000000000000000000000000000"
#define DIGEST(n)                  "\"0" n ZEROS30 ZEROS30 "00\""
#define R(name, verdict, criteria) "  - name: " name "\n    " verdict ": load\n" criteria

static const char *const policies[] = {
	"version: 1\nrules: []\n",
	"version: 1\ndefault: allow\nrules:\n" R("d", "deny", "    module: evil\n"),
	HEAD R("s", "allow", "    signed: true\n")
		R("d", "allow", "    sha256: [" DIGEST("0") ", " DIGEST("3") "]\n"),
	HEAD R("e", "allow", "    sha256: " DIGEST("3") "\n"),
	HEAD R("n", "allow", "    module: good\n    uid: 0\n")
		R("x", "deny", "    loader: /tmp/*\n") R("y", "allow", "    path: /lib/*\n"),
	"version: 1\ndefault: allow\nrules:\n" R("m", "deny", "    source: memory\n")
		R("u", "deny", "    signed: false\n    auid: unset\n")
			R("f", "deny", "    filesystem: tmpfs\n    container: none\n"),
	HEAD R("b", "deny", "    sha256: " DIGEST("1") "\n")
		R("c", "allow", "    container: \"*\"\n    module: [good, evil]\n")
			R("l", "allow", "    loader: /usr/bin/*\n    signed: false\n"),
};

struct tossed {
	uint64_t results[REPLAY_RESULTS];
};

static void replay_one(const struct policy *policy, const struct truth *truth, const json_t *record,
		       bool must_be_told, struct tossed *tossed)
{
	struct operation would = load_under(policy, truth, false);
	struct record_facts facts;
	struct mw_decision decision;
	struct judgement judgement;
	enum replay_result result;

	assert_int_equal(record_facts_read(&facts, record), 0);
	result = replay_judge(policy, &facts, &decision, &judgement);
	tossed->results[result]++;
	if (result == REPLAY_UNTOLD && !must_be_told)
		return;
	if (judgement.verdict != would.ruling.verdict) {
		auto_free char *text = json_dumps(record, 0);

		fail_msg("judged %s, the gates say %s: %s",
			 word_of(&verdict_words, judgement.verdict),
			 word_of(&verdict_words, would.ruling.verdict), text);
	}
}

static json_t *record_of(const struct operation *operation)
{
	struct record_context context = sample_context();
	json_t *record = record_operation(&context, operation);

	assert_non_null(record);
	return record;
}

static void replays_what_the_gates_would_have_done(void **state)
{
	struct policy *all[array_size(policies)];
	struct tossed same = {}, other = {};
	const char *seed = getenv("SEED");

	(void)state;
	srandom(seed ? (unsigned int)atol(seed) : 1);
	for (size_t i = 0; i < array_size(policies); i++)
		all[i] = good(policies[i]);
	for (int i = 0; i < LOADS; i++) {
		struct truth truth = toss();
		size_t first = (size_t)random() % array_size(policies);
		bool monitors = coin();
		struct operation was = load_under(all[first], &truth, monitors);
		json_t *record = record_of(&was);

		for (size_t p = 0; p < array_size(policies); p++)
			replay_one(all[p], &truth, record, monitors, p == first ? &same : &other);
		json_decref(record);
	}
	for (size_t i = 0; i < array_size(policies); i++)
		policy_free(all[i]);
	/* Under its own policy nothing comes out otherwise; under others, all of it happens. */
	assert_int_equal(same.results[REPLAY_DENIES] + same.results[REPLAY_ALLOWS], 0);
	assert_true(same.results[REPLAY_SAME] > LOADS / 2);
	for (int result = REPLAY_SAME; result <= REPLAY_UNTOLD; result++)
		assert_true(other.results[result] > LOADS / 8);
}

/* ---- other operations ---- */

static enum mw_verdict replayed(const char *text, json_t *record)
{
	struct policy *policy = good(text);
	struct record_facts facts;
	struct mw_decision decision;
	struct judgement judgement;

	assert_int_equal(record_facts_read(&facts, record), 0);
	replay_judge(policy, &facts, &decision, &judgement);
	policy_free(policy);
	json_decref(record);
	return judgement.verdict;
}

static struct operation sample(enum mw_op op)
{
	struct mw_decision_event event = sample_decision(17, MW_VERDICT_ALLOW, true);
	struct operation operation = { .seq = 17 };

	event.facts.op = op;
	event.facts.source = MW_SOURCE_NONE;
	event.facts.digest_count = 0;
	event.facts.size = 0;
	SET_TEXT(event.facts.alias, "net-pf-10");
	operation_take_decision(&operation, &event);
	return operation;
}

#define UNLOADS             HEAD "  - name: a\n    deny: unload\n    module: evil\n"
#define AUTOLOADS(criteria) HEAD "  - name: a\n    deny: autoload\n" criteria

static void replays_unloads_and_autoloads(void **state)
{
	struct operation unload = sample(MW_OP_UNLOAD), autoload = sample(MW_OP_AUTOLOAD);

	(void)state;
	assert_int_equal(replayed(UNLOADS, record_of(&unload)), MW_VERDICT_DENY);
	SET_TEXT(unload.facts.module, "good");
	assert_int_equal(replayed(UNLOADS, record_of(&unload)), MW_VERDICT_ALLOW);
	/* A name that could not be read, no rule can have: the gate refuses. */
	unload.facts.module[0] = '\0';
	assert_int_equal(replayed(UNLOADS, record_of(&unload)), MW_VERDICT_DENY);

	autoload.facts.uid = 1000;
	assert_int_equal(
		replayed(AUTOLOADS("    alias: net-*\n    uid: 1000\n"), record_of(&autoload)),
		MW_VERDICT_DENY);
	assert_int_equal(
		replayed(AUTOLOADS("    alias: net-*\n    uid: 0\n"), record_of(&autoload)),
		MW_VERDICT_ALLOW);
	/* On whose behalf the kernel asked, nobody knows: rules that deny hold. */
	autoload.facts.unattributed = MW_BIT(MW_CRITERION_UID);
	assert_int_equal(
		replayed(AUTOLOADS("    alias: net-*\n    uid: 0\n"), record_of(&autoload)),
		MW_VERDICT_DENY);
}

static void guesses_nothing_of_a_record_that_was_only_counted(void **state)
{
	struct operation operation = { .seq = 17, .has = OPERATION_HAS_FOLD };

	(void)state;
	operation.facts = load("evil");
	operation.facts.loader[0] = '\0';
	operation.ruling.verdict = MW_VERDICT_DENY;
	assert_int_equal(replayed(RULE("    loader: /usr/bin/kmod\n"), record_of(&operation)),
			 MW_VERDICT_PENDING);
	assert_int_equal(replayed(RULE("    auid: unset\n"), record_of(&operation)),
			 MW_VERDICT_PENDING);
	assert_int_equal(replayed(RULE("    container: none\n"), record_of(&operation)),
			 MW_VERDICT_PENDING);
	assert_int_equal(replayed(RULE("    module: evil\n"), record_of(&operation)),
			 MW_VERDICT_ALLOW);
}

static void takes_no_record_that_is_none(void **state)
{
	static const char *const records[] = {
		"{}",
		"{\"type\":\"daemon\",\"op\":\"load\",\"verdict\":\"deny\"}",
		"{\"type\":\"operation\",\"op\":\"walk\",\"verdict\":\"deny\"}",
		"{\"type\":\"operation\",\"op\":\"load\",\"verdict\":\"pending\"}",
		"{\"type\":\"operation\",\"op\":7,\"verdict\":[]}",
		"[]",
	};
	struct record_facts facts;

	(void)state;
	for (size_t i = 0; i < array_size(records); i++) {
		json_t *record = json_loads(records[i], 0, NULL);

		assert_int_equal(record_facts_read(&facts, record), -EINVAL);
		json_decref(record);
	}
}

static void survives_fields_of_any_shape(void **state)
{
	static const char *const values[] = { "null", "-1", "1e300",      "\"\\\\xzz\"",
					      "[]",   "{}", "\"\\\\x00\"" };
	struct operation operation = sample(MW_OP_LOAD);
	json_t *record = record_of(&operation);
	struct record_facts facts;
	const char *key;
	json_t *old;

	(void)state;
	for (size_t i = 0; i < array_size(values); i++) {
		json_t *copy = json_deep_copy(record);

		json_object_foreach (record, key, old) {
			const char *inner;
			json_t *value;

			(void)old;
			if (!json_is_object(json_object_get(copy, key)))
				continue;
			json_object_foreach (json_object_get(record, key), inner, value)
				json_object_set_new(json_object_get(copy, key), inner,
						    json_loads(values[i], JSON_DECODE_ANY, NULL));
		}
		assert_int_equal(record_facts_read(&facts, copy), 0);
		assert_false(facts.facts.known & MW_BIT(MW_CRITERION_PATH));
		json_decref(copy);
	}
	json_decref(record);
}

/* ---- sums ---- */

static void counts_attempts_and_sorts_by_them(void **state)
{
	struct policy *policy = good(HEAD "  - name: n\n    allow: load\n    module: good\n");
	struct operation operation = sample(MW_OP_LOAD);
	struct replay replay;
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *record;

	(void)state;
	assert_int_equal(replay_begin(&replay, policy), 0);
	for (int i = 0; i < 3; i++) {
		SET_TEXT(operation.facts.module, i ? "evil" : "worse");
		record = record_of(&operation);
		assert_int_equal(replay_take(&replay, record), REPLAY_DENIES);
		json_decref(record);
	}
	operation.ruling.verdict = MW_VERDICT_DENY;
	operation.repeated.count = 5;
	SET_TEXT(operation.facts.module, "good");
	record = record_of(&operation);
	assert_int_equal(replay_take(&replay, record), REPLAY_ALLOWS);
	json_decref(record);
	operation.ruling.reason = MW_REASON_INHERITED;
	record = record_of(&operation);
	assert_int_equal(replay_take(&replay, record), REPLAY_ASIDE);
	json_decref(record);
	assert_int_equal(replay_print(&replay, out), 0);
	fclose(out);
	assert_string_equal(
		text, "0 as recorded, 3 newly denied, 5 newly allowed, 0 not told, 5 decided by no "
		      "policy\n"
		      "newly denied:\n"
		      "       2  load evil: by default; recorded: default; first 5f0c1d2e-17\n"
		      "       1  load worse: by default; recorded: default; first 5f0c1d2e-17\n"
		      "newly allowed:\n"
		      "       5  load good: by rule 'n'; recorded: default; first 5f0c1d2e-17\n");
	replay_end(&replay);
	policy_free(policy);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(replays_what_the_gates_would_have_done),
		cmocka_unit_test(replays_unloads_and_autoloads),
		cmocka_unit_test(guesses_nothing_of_a_record_that_was_only_counted),
		cmocka_unit_test(takes_no_record_that_is_none),
		cmocka_unit_test(survives_fields_of_any_shape),
		cmocka_unit_test(counts_attempts_and_sorts_by_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
