// SPDX-License-Identifier: GPL-2.0-or-later
/* allow: a rule in the policy, made of a denial. */
#include <errno.h>
#include <string.h>

#include "allow_effect.h"
#include "ask.h"
#include "cleanup.h"
#include "cmd_allow.h"
#include "control_client.h"
#include "digest.h"
#include "explanation.h"
#include "log.h"
#include "log_reader.h"
#include "policy_change.h"
#include "policy_edit.h"
#include "record_page.h"
#include "record_walk.h"
#include "replay.h"
#include "survey.h"
#include "words.h"

/* What is to be let in. */
struct denied {
	struct record_facts facts;
	char comment[128]; /* of the rule; "": none */
	const char *id;
	bool is_found;
	bool is_damaged;
};

static int denied_match(const json_t *record, void *arg)
{
	struct denied *denied = arg;

	if (!field_is(record, "id", denied->id) || !field_is(record, "type", "operation"))
		return 0;
	denied->is_damaged = record_facts_read(&denied->facts, record) != 0;
	denied->is_found = !denied->is_damaged;
	return 1;
}

static bool digest_take(struct denied *denied, const char *hex)
{
	struct mw_facts *facts = &denied->facts.facts;

	*facts = (struct mw_facts){ .op = MW_OP_LOAD };
	if (!hex || strlen(hex) != 2 * MW_DIGEST_SIZE ||
	    digest_parse(hex, strlen(hex), facts->digest[0]))
		return false;
	facts->digest_count = 1;
	return true;
}

/* The daemon remembers the digests of the last denials, wherever their records went. */
static enum exit_code denied_ask(struct denied *denied, const struct allow_options *options)
{
	json_t *request =
		json_pack("{s:s, s:s, s:b}", "verb", "allow", "id", options->id, "tell", true);
	json_t *reply;
	enum exit_code code = control_ask(options->socket, request, &reply);

	if (code)
		return code;
	denied->is_found = digest_take(denied, json_string_value(json_object_get(reply, "sha256")));
	json_decref(reply);
	return denied->is_found ? EXIT_DONE : EXIT_FAILED;
}

static bool daemon_answers(const char *socket)
{
	auto_close int fd = control_socket_connect(socket);

	return fd >= 0;
}

static enum exit_code denied_find(struct denied *denied, const struct allow_options *options)
{
	enum exit_code code = EXIT_DONE;

	if (options->sha256)
		return digest_take(denied, options->sha256) ? EXIT_DONE : EXIT_USAGE;
	denied->id = options->id;
	snprintf(denied->comment, sizeof(denied->comment), "of the record %s", options->id);
	if (options->log || !access(LOG_PATH, F_OK) || !daemon_answers(options->socket))
		code = record_walk(&options->log, options->log ? 1 : 0, options->id, denied_match,
				   denied);
	if (denied->is_found)
		return EXIT_DONE;
	if (!code && !options->log && !denied->is_damaged && daemon_answers(options->socket))
		return denied_ask(denied, options);
	if (!code)
		log_error("allow: no operation '%s' in '%s'; name another log with --log",
			  options->id, options->log ?: LOG_PATH);
	return code ?: EXIT_NOTHING;
}

/* ---- the rule ---- */

struct allowance {
	const struct allow_options *options;
	struct denied denied;
	struct policy_change change;
	struct allow_rule rule;
	struct allow_effect effect;
	json_t *reload;
	bool is_written;
};

static void allowance_clear(struct allowance *allowance)
{
	policy_change_clear(&allowance->change);
	allow_rule_clear(&allowance->rule);
	allow_effect_clear(&allowance->effect);
	json_decref(allowance->reload);
}

/* Does the rule do what it was made for? What the kernel thinks of a signature, it will tell. */
static enum exit_code rule_verify(const struct allowance *allowance)
{
	const struct record_facts *facts = &allowance->denied.facts;
	struct mw_decision decision;
	struct judgement judgement;

	policy_decide(allowance->change.next, &facts->facts, &decision);
	judgement = decision_judge(&decision, facts->never);
	if (judgement.verdict == MW_VERDICT_ALLOW ||
	    (judgement.verdict == MW_VERDICT_PENDING &&
	     judgement.depends == MW_BIT(MW_CRITERION_SIGNED) &&
	     allowance->options->by == ALLOW_BY_SIGNED))
		return EXIT_DONE;
	log_error(
		"allow: with such a rule it would still be refused (%s): the gates do not know in "
		"time what the rule asks for; use --by digest",
		word_of(&reason_words, judgement.reason) ?: "undecided");
	return EXIT_FAILED;
}

static enum exit_code rule_make(struct allowance *allowance, __u32 before)
{
	struct policy_change *change = &allowance->change;
	const char *why = NULL;
	char *text = NULL;
	enum exit_code code;
	int r = allow_rule_make(&allowance->rule, change->policy, &allowance->denied.facts.facts,
				allowance->options->by, &why);

	if (r) {
		log_error("allow: cannot make a rule: %s", why ?: strerror(-r));
		return EXIT_FAILED;
	}
	r = policy_edit_add_rule(change->text,
				 before == MW_RULE_NONE ? NULL
							: policy_rule_name(change->policy, before),
				 *allowance->denied.comment ? allowance->denied.comment : NULL,
				 allowance->rule.text, &text);
	code = policy_change_take(change, text, r);
	return code ?: rule_verify(allowance);
}

static enum exit_code already(const struct allowance *allowance, const struct mw_decision *decision)
{
	const struct policy *policy = allowance->change.policy;

	if (allowance->options->json)
		printf("{\"already\":\"%s\"}\n", policy_rule_name(policy, decision->rule));
	else
		printf("'%s' allows it already, by %s%s%s; is it in force?\n",
		       allowance->change.path, decision->rule == MW_RULE_NONE ? "" : "rule '",
		       policy_rule_name(policy, decision->rule),
		       decision->rule == MW_RULE_NONE ? "" : "'");
	return EXIT_DONE;
}

static enum exit_code effect_find(struct allowance *allowance)
{
	const struct allow_options *options = allowance->options;
	const struct mw_facts *facts = &allowance->denied.facts.facts;
	auto_free char *directory = options->tree ? strdup(options->tree) : survey_directory(NULL);
	bool is_wide = options->by == ALLOW_BY_NAME || options->by == ALLOW_BY_SIGNED;

	if (facts->op != MW_OP_LOAD)
		return EXIT_DONE;
	if (!directory) {
		log_error("allow: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	/* No modules are installed here, or they are in an image that is not seen from here. */
	if (!options->tree && access(directory, F_OK)) {
		log_warning("allow: there is no '%s': nothing is compared with modules", directory);
		return EXIT_DONE;
	}
	if (allow_effect_find(&allowance->effect, allowance->change.policy, allowance->change.next,
			      directory, facts, is_wide))
		log_warning("allow: what else the rule lets in is not known");
	return EXIT_DONE;
}

static void names_print(const char *title, const json_t *names, const char *none)
{
	const json_t *name;
	size_t i;

	if (!names)
		return;
	if (!json_array_size(names)) {
		if (none)
			puts(none);
		return;
	}
	printf("%s", title);
	json_array_foreach (names, i, name)
		printf("%s %s", i ? "," : "", json_string_value(name));
	putchar('\n');
}

/* What a rule by name lets in is not only what is installed today. */
static void others_print(const struct allowance *allowance)
{
	bool is_by_name = allowance->options->by == ALLOW_BY_NAME;

	if (allowance->denied.facts.facts.op != MW_OP_LOAD ||
	    (!is_by_name && allowance->options->by != ALLOW_BY_SIGNED))
		return;
	if (!allowance->effect.also_allowed)
		puts("what else on this machine is let in by it is not known");
	names_print("also let in on this machine:", allowance->effect.also_allowed,
		    "no other module installed here is let in by it");
	if (is_by_name)
		puts("and whatever else bears that name is let in");
}

static void text_print(const struct allowance *allowance)
{
	policy_change_print(&allowance->change, stdout);
	if (allowance->rule.is_of_every_caller)
		puts("it holds for every caller: the kernel itself asked, for nobody in "
		     "particular");
	others_print(allowance);
	names_print("still refused, and needed by it:", allowance->effect.still_refused, NULL);
	if (!allowance->is_written && !allowance->options->write)
		puts("not written; --write does that");
}

static void written_print(const struct allowance *allowance)
{
	const char *mode = json_string_value(
		json_object_get(json_object_get(allowance->reload, "mode"), "mode"));

	if (!allowance->is_written)
		return;
	printf("written to '%s'; as it was: '%s.old'\n", allowance->change.path,
	       allowance->change.path);
	if (allowance->reload)
		printf("in force now, in %s mode\n", mode ?: "no known");
	else
		puts("not in force: no daemon has read it");
}

static void json_tell(const struct allowance *allowance)
{
	auto_free char *diff = policy_change_diff(&allowance->change);
	json_t *object = json_pack("{s:s?, s:s, s:s, s:s?, s:O?, s:O?, s:b, s:b}", "id",
				   allowance->options->id, "policy", allowance->change.path, "rule",
				   allowance->rule.name, "diff", diff, "also_allowed",
				   allowance->effect.also_allowed, "still_refused",
				   allowance->effect.still_refused, "written",
				   allowance->is_written, "in_force", allowance->reload != NULL);

	ask_print_json(object);
	json_decref(object);
}

static enum exit_code rule_write(struct allowance *allowance)
{
	enum exit_code code;

	if (!allowance->options->write)
		return EXIT_DONE;
	code = policy_change_write(&allowance->change, allowance->options->socket,
				   &allowance->is_written, &allowance->reload);
	return code;
}

static enum exit_code allowance_make(struct allowance *allowance)
{
	struct mw_decision decision;
	struct judgement judgement;
	enum exit_code code;

	if (replay_judge(allowance->change.policy, &allowance->denied.facts, &decision,
			 &judgement) == REPLAY_ASIDE) {
		log_error("allow: no policy refused '%s' (%s), and no rule can let it in",
			  allowance->options->id,
			  word_of(&reason_words, allowance->denied.facts.reason));
		return EXIT_NOTHING;
	}
	if (judgement.verdict == MW_VERDICT_ALLOW)
		return already(allowance, &decision);
	code = rule_make(allowance, decision.rule);
	code = code ?: effect_find(allowance);
	if (code)
		return code;
	if (!allowance->options->json)
		text_print(allowance);
	code = rule_write(allowance);
	if (allowance->options->json)
		json_tell(allowance);
	else
		written_print(allowance);
	return code;
}

enum exit_code allow_by_rule(const struct allow_options *options)
{
	cleanup(allowance_clear) struct allowance allowance = { .options = options };
	enum exit_code code = denied_find(&allowance.denied, options);

	code = code ?: policy_change_begin(&allowance.change, "allow", options->policy);
	return code ?: allowance_make(&allowance);
}
