/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from what a kernel can do: a table of kernels, and what holds for all combinations
 * of features. And the words of the kernel's lists that features are read from.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"
#include "probe.h"

#define array_size(array) (sizeof(array) / sizeof(*(array)))

/* ---- kernels ---- */

/* All that any kernel needs; then what one mechanism needs besides. */
#define BASE                                                                                       \
	.btf = true, .module_types = true, .sysfs = true, .permitted = true, .loop = true,         \
	.task_storage = true
#define LSM    .lsm_list_readable = true, .lsm_listed = true, .lsm_fires = true
#define FMOD   .fmod_ret_fires = true
#define WATCH  .tracepoint_fires = true
#define STILL  .preemption = PREEMPTION_NONE
#define MODERN BASE, LSM, FMOD, WATCH, .preemption = PREEMPTION_FULL

struct plan_case {
	const char *claim;
	struct features features;
	enum mechanism requested;
	enum mechanism mechanism;
	enum grade grade;
	const char *reason; /* a part of it */
	const char *remedy; /* the same; NULL: any */
};

static const struct plan_case plan_cases[] = {
	/* A modern kernel, bpf among its security modules. */
	{ "prefers_lsm", { MODERN }, MECHANISM_AUTO, MECHANISM_LSM, GRADE_ENFORCE, NULL },
	{ "gives_lsm_on_request", { MODERN }, MECHANISM_LSM, MECHANISM_LSM, GRADE_ENFORCE, NULL },
	{ "gives_fmod_ret_on_request_though_it_is_worse",
	  { MODERN },
	  MECHANISM_FMOD_RET,
	  MECHANISM_FMOD_RET,
	  GRADE_RACEABLE,
	  "preempt" },
	{ "gives_tracepoint_on_request_though_it_can_only_watch",
	  { MODERN },
	  MECHANISM_TRACEPOINT,
	  MECHANISM_TRACEPOINT,
	  GRADE_OBSERVE,
	  "can only watch",
	  "mechanism auto" },
	{ "needs_no_fmod_ret_for_lsm",
	  { BASE, LSM },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_ENFORCE,
	  NULL },
	{ "minds_modules_disabled_not",
	  { MODERN, .modules_disabled = true },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_ENFORCE,
	  NULL },

	/* LSM programs are skipped while they run on the CPU. */
	{ "calls_an_lsm_that_skips_itself_raceable",
	  { MODERN, .lsm_recursion = true },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_RACEABLE,
	  "preempts itself" },
	{ "calls_it_so_on_request_too",
	  { MODERN, .lsm_recursion = true },
	  MECHANISM_LSM,
	  MECHANISM_LSM,
	  GRADE_RACEABLE,
	  "preempts itself" },

	{ "calls_it_switchable_where_root_can_switch_preemption_on",
	  { BASE, LSM, .lsm_recursion = true, .preemption = PREEMPTION_SWITCHABLE },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_SWITCHABLE,
	  "skipped",
	  "kernel that skips no" },
	{ "minds_preemption_not_where_no_lsm_program_is_skipped",
	  { BASE, LSM },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_ENFORCE,
	  NULL },
	{ "fears_no_skip_where_nothing_is_preempted",
	  { BASE, LSM, STILL, .lsm_recursion = true },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_ENFORCE,
	  NULL },
	{ "believes_firing_where_the_list_cannot_be_read",
	  { BASE, .lsm_fires = true },
	  MECHANISM_AUTO,
	  MECHANISM_LSM,
	  GRADE_ENFORCE,
	  NULL },

	/* bpf is not among the security modules. */
	{ "falls_back_to_fmod_ret",
	  { BASE, FMOD, STILL, .lsm_list_readable = true },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_ENFORCE,
	  NULL },
	{ "falls_back_to_a_raceable_fmod_ret",
	  { BASE, FMOD, .lsm_list_readable = true, .preemption = PREEMPTION_FULL },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_RACEABLE,
	  "preempt" },
	{ "falls_back_to_a_switchable_fmod_ret",
	  { BASE, FMOD, .lsm_list_readable = true, .preemption = PREEMPTION_SWITCHABLE },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_SWITCHABLE,
	  "root can switch",
	  "lsm=" },
	{ "takes_unknown_preemption_for_full",
	  { BASE, FMOD, .lsm_list_readable = true },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_RACEABLE,
	  "cannot be read",
	  "kptr_restrict" },
	{ "names_the_kernel_argument_that_makes_full_preemption_switchable",
	  { BASE, FMOD, .lsm_list_readable = true, .preemption = PREEMPTION_FULL },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_RACEABLE,
	  "preempts itself",
	  "preempt=voluntary" },
	{ "does_not_fall_back_from_lsm_on_request",
	  { BASE, FMOD, .lsm_list_readable = true },
	  MECHANISM_LSM,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "not in the kernel's list" },
	{ "does_not_fall_back_from_fmod_ret_on_request",
	  { BASE, LSM },
	  MECHANISM_FMOD_RET,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "fmod_ret programs" },
	{ "names_lsm_where_nothing_works",
	  { BASE, .lsm_list_readable = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "not in the kernel's list" },
	{ "names_fmod_ret_on_request_where_nothing_works",
	  { BASE, .lsm_list_readable = true },
	  MECHANISM_FMOD_RET,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "fmod_ret programs" },

	/* Programs know a process by the number that the first namespace has for it. */
	{ "refuses_in_a_pid_namespace_of_its_own",
	  { MODERN, .own_pids = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "PID namespace",
	  "hostPID" },

	/* Nothing that needs a trampoline is called. */
	{ "observes_where_nothing_else_fires",
	  { BASE, WATCH, .lsm_list_readable = true, .lsm_listed = true },
	  MECHANISM_AUTO,
	  MECHANISM_TRACEPOINT,
	  GRADE_OBSERVE,
	  "can only watch",
	  "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS" },
	{ "observes_while_trampolines_are_off",
	  { BASE, WATCH, .lsm_list_readable = true, .trampolines_off = true },
	  MECHANISM_AUTO,
	  MECHANISM_TRACEPOINT,
	  GRADE_OBSERVE,
	  "can only watch",
	  "sysctl kernel.ftrace_enabled=1" },
	{ "does_not_observe_where_fmod_ret_fires",
	  { BASE, FMOD, STILL, WATCH },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_ENFORCE,
	  NULL },
	{ "does_not_observe_where_lsm_was_asked_for",
	  { BASE, WATCH, .lsm_list_readable = true, .trampolines_off = true },
	  MECHANISM_LSM,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "kernel.ftrace_enabled=0",
	  "sysctl kernel.ftrace_enabled=1" },
	{ "does_not_observe_where_fmod_ret_was_asked_for",
	  { BASE, WATCH, .trampolines_off = true },
	  MECHANISM_FMOD_RET,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "kernel.ftrace_enabled=0" },
	{ "does_not_observe_without_tracepoints",
	  { BASE, LSM },
	  MECHANISM_TRACEPOINT,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "tracepoint",
	  "tracefs" },
	{ "does_not_observe_without_bpf_loop",
	  { .btf = true,
	    .module_types = true,
	    .sysfs = true,
	    .permitted = true,
	    .task_storage = true,
	    WATCH },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "bpf_loop" },

	/* bpf is there, and yet not called. */
	{ "does_not_trust_the_list",
	  { BASE, .lsm_list_readable = true, .lsm_listed = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "never called" },
	{ "goes_on_to_fmod_ret_where_lsm_is_never_called",
	  { BASE, FMOD, STILL, .lsm_list_readable = true, .lsm_listed = true },
	  MECHANISM_AUTO,
	  MECHANISM_FMOD_RET,
	  GRADE_ENFORCE,
	  NULL },
	{ "does_not_call_an_unreadable_list_one_without_bpf",
	  { BASE },
	  MECHANISM_LSM,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "cannot be read" },

	/* Something is missing that all mechanisms need. */
	{ "needs_permission",
	  { .btf = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "not permitted" },
	{ "says_first_that_it_may_not_ask",
	  {},
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "not permitted" },
	{ "needs_type_information",
	  { .permitted = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "type information" },
	{ "needs_a_kernel_with_modules",
	  { .permitted = true, .btf = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "cannot load modules" },
	{ "gives_up_under_confidentiality",
	  { MODERN, .confidentiality = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "confidentiality" },
	{ "needs_bpf_loop",
	  { .btf = true,
	    .module_types = true,
	    .sysfs = true,
	    .permitted = true,
	    .task_storage = true,
	    LSM },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "bpf_loop" },
	{ "needs_task_storage",
	  { .btf = true,
	    .module_types = true,
	    .sysfs = true,
	    .permitted = true,
	    .loop = true,
	    LSM },
	  MECHANISM_LSM,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "task storage" },
	/* The helpers are probed by a program that fires: without one nothing is known of them. */
	{ "does_not_blame_helpers_that_could_not_be_probed",
	  { .btf = true,
	    .module_types = true,
	    .sysfs = true,
	    .permitted = true,
	    .lsm_list_readable = true },
	  MECHANISM_AUTO,
	  MECHANISM_AUTO,
	  GRADE_NONE,
	  "not in the kernel's list" },
};

static void plans(void **state)
{
	const struct plan_case *test = *state;
	struct plan plan = plan_make(test->requested, &test->features);

	assert_string_equal(mechanism_name(plan.mechanism), mechanism_name(test->mechanism));
	assert_string_equal(grade_name(plan.grade), grade_name(test->grade));
	if (!test->reason)
		assert_null(plan.reason);
	else if (!plan.reason || !strstr(plan.reason, test->reason))
		fail_msg("the reason is '%s', expected '%s' in it", plan.reason, test->reason);
	if (test->remedy && (!plan.remedy || !strstr(plan.remedy, test->remedy)))
		fail_msg("the remedy is '%s', expected '%s' in it", plan.remedy, test->remedy);
}

/* ---- all combinations ---- */

#define FEATURES 18 /* that are bools; behind them is how it preempts itself */
_Static_assert(offsetof(struct features, modules_disabled) == FEATURES - 1 &&
		       offsetof(struct features, preemption) >= FEATURES &&
		       sizeof(struct features) ==
			       offsetof(struct features, preemption) + sizeof(enum preemption),
	       "features are bools and one enum, all counted");

static struct features features_numbered(unsigned int number)
{
	struct features features = { .preemption = number % PREEMPTIONS };
	bool bits[FEATURES];

	for (int i = 0; i < FEATURES; i++)
		bits[i] = number / PREEMPTIONS >> i & 1;
	memcpy(&features, bits, sizeof(bits));
	return features;
}

static void for_all_plans(void (*check)(enum mechanism requested, const struct features *features,
					const struct plan *plan))
{
	for (unsigned int number = 0; number < PREEMPTIONS << FEATURES; number++)
		for (enum mechanism m = MECHANISM_AUTO; m < MECHANISMS; m++) {
			struct features features = features_numbered(number);
			struct plan plan = plan_make(m, &features);

			check(m, &features, &plan);
		}
}

static void check_reason(enum mechanism requested, const struct features *features,
			 const struct plan *plan)
{
	(void)requested;
	(void)features;
	assert_int_equal(!plan->mechanism, plan->grade == GRADE_NONE);
	if (plan->grade == GRADE_ENFORCE) {
		assert_null(plan->reason);
		assert_null(plan->remedy);
	} else {
		assert_true(plan->reason && *plan->reason);
		assert_true(plan->remedy && *plan->remedy);
	}
}

static void gives_a_reason_and_a_remedy_for_all_but_the_best(void **state)
{
	(void)state;
	for_all_plans(check_reason);
}

static void check_needs(enum mechanism requested, const struct features *f, const struct plan *plan)
{
	(void)requested;
	if (!plan->mechanism)
		return;
	assert_true(f->btf && f->module_types && f->permitted && f->loop && f->task_storage);
	assert_false(f->confidentiality || f->own_pids);
	if (plan->mechanism == MECHANISM_LSM)
		assert_true(f->lsm_fires);
	else if (plan->mechanism == MECHANISM_FMOD_RET)
		assert_true(f->fmod_ret_fires);
	else
		assert_true(plan->mechanism == MECHANISM_TRACEPOINT && f->tracepoint_fires);
}

static void chooses_nothing_that_was_not_seen_to_work(void **state)
{
	(void)state;
	for_all_plans(check_needs);
}

static void check_requested(enum mechanism requested, const struct features *features,
			    const struct plan *plan)
{
	struct plan best = plan_make(MECHANISM_AUTO, features);

	if (requested && plan->mechanism) {
		assert_int_equal(plan->mechanism, requested);
		assert_true(best.mechanism);
	}
}

static void gives_what_was_asked_for_or_nothing(void **state)
{
	(void)state;
	for_all_plans(check_requested);
}

static void check_observe(enum mechanism requested, const struct features *f,
			  const struct plan *plan)
{
	assert_int_equal(plan->grade == GRADE_OBSERVE, plan->mechanism == MECHANISM_TRACEPOINT);
	if (plan->grade == GRADE_OBSERVE && requested == MECHANISM_AUTO)
		assert_false(f->lsm_fires || f->fmod_ret_fires);
	if (plan->grade == GRADE_OBSERVE || plan->grade == GRADE_NONE)
		assert_false(plan_can_enforce(plan, true));
}

static void observes_only_where_it_must_and_never_enforces_so(void **state)
{
	(void)state;
	for_all_plans(check_observe);
}

static void enforces_a_race_only_where_it_is_accepted(void **state)
{
	const struct plan raceable = { .mechanism = MECHANISM_LSM, .grade = GRADE_RACEABLE };
	const struct plan switchable = { .mechanism = MECHANISM_LSM, .grade = GRADE_SWITCHABLE };
	const struct plan sure = { .mechanism = MECHANISM_LSM, .grade = GRADE_ENFORCE };

	(void)state;
	assert_false(plan_can_enforce(&raceable, false));
	assert_true(plan_can_enforce(&raceable, true));
	assert_false(plan_can_enforce(&switchable, false));
	assert_true(plan_can_enforce(&switchable, true));
	assert_true(plan_can_enforce(&sure, false));
}

static void check_race(enum mechanism requested, const struct features *f, const struct plan *plan)
{
	bool skips = plan->mechanism == MECHANISM_FMOD_RET || f->lsm_recursion;

	(void)requested;
	if (plan->grade == GRADE_ENFORCE)
		assert_true(!skips || f->preemption == PREEMPTION_NONE);
	if (plan->grade == GRADE_SWITCHABLE)
		assert_true(skips && f->preemption == PREEMPTION_SWITCHABLE);
	if (plan->grade == GRADE_RACEABLE)
		assert_true(skips && f->preemption != PREEMPTION_NONE &&
			    f->preemption != PREEMPTION_SWITCHABLE);
}

static void promises_no_enforcement_that_preemption_can_skip(void **state)
{
	(void)state;
	for_all_plans(check_race);
}

/* ---- words ---- */

static void parses_each_mechanism_by_its_name(void **state)
{
	(void)state;
	for (enum mechanism m = MECHANISM_AUTO; m < MECHANISMS; m++) {
		enum mechanism parsed = MECHANISMS;

		assert_int_equal(mechanism_parse(mechanism_name(m), &parsed), 0);
		assert_int_equal(parsed, m);
	}
}

static void parses_whole_words_only(void **state)
{
	static const char *const words[] = { "", "ls", "lsm ", " lsm", "LSM", "lsm,auto", "none" };

	(void)state;
	for (size_t i = 0; i < array_size(words); i++) {
		enum mechanism parsed = MECHANISMS;

		assert_int_equal(mechanism_parse(words[i], &parsed), -EINVAL);
		assert_int_equal(parsed, MECHANISMS);
	}
}

static const struct list_case {
	const char *claim;
	const char *list;
	const char *word;
	bool found;
} list_cases[] = {
	{ "finds_the_first_word", "bpf,lockdown,yama", "bpf", true },
	{ "finds_a_word_in_the_middle", "lockdown,bpf,yama", "bpf", true },
	{ "finds_the_last_word", "lockdown,yama,bpf", "bpf", true },
	{ "finds_the_last_word_before_a_newline", "lockdown,yama,bpf\n", "bpf", true },
	{ "finds_the_only_word", "bpf", "bpf", true },
	{ "finds_the_only_word_before_a_newline", "bpf\n", "bpf", true },
	{ "finds_no_word_that_begins_so", "lockdown,bpfilter", "bpf", false },
	{ "finds_no_word_that_ends_so", "lockdown,ebpf", "bpf", false },
	{ "finds_no_beginning_of_the_word", "lockdown,bp", "bpf", false },
	{ "finds_a_word_after_one_that_begins_so", "bpfilter,bpf", "bpf", true },
	{ "minds_case", "BPF", "bpf", false },
	{ "finds_nothing_in_an_empty_list", "", "bpf", false },
	{ "finds_nothing_in_an_empty_line", "\n", "bpf", false },
	{ "finds_nothing_between_commas", ",,\n", "bpf", false },
	{ "finds_a_word_after_an_empty_one", ",bpf", "bpf", true },
	{ "finds_nothing_behind_the_newline", "lockdown\nbpf", "bpf", false },
	{ "splits_at_nothing_but_commas", "lockdown bpf", "bpf", false },
};

static void lists(void **state)
{
	const struct list_case *test = *state;

	assert_int_equal(word_in_list(test->list, test->word), test->found);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(gives_a_reason_and_a_remedy_for_all_but_the_best),
	cmocka_unit_test(chooses_nothing_that_was_not_seen_to_work),
	cmocka_unit_test(gives_what_was_asked_for_or_nothing),
	cmocka_unit_test(promises_no_enforcement_that_preemption_can_skip),
	cmocka_unit_test(observes_only_where_it_must_and_never_enforces_so),
	cmocka_unit_test(enforces_a_race_only_where_it_is_accepted),
	cmocka_unit_test(parses_each_mechanism_by_its_name),
	cmocka_unit_test(parses_whole_words_only),
};

#define PLAIN array_size(plain_tests)
#define PLANS array_size(plan_cases)
#define LISTS array_size(list_cases)

int main(void)
{
	struct CMUnitTest tests[PLAIN + PLANS + LISTS] = {};

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < PLANS; i++)
		tests[PLAIN + i] = (struct CMUnitTest){ plan_cases[i].claim, plans, NULL, NULL,
							(void *)&plan_cases[i] };
	for (size_t i = 0; i < LISTS; i++)
		tests[PLAIN + PLANS + i] = (struct CMUnitTest){ list_cases[i].claim, lists, NULL,
								NULL, (void *)&list_cases[i] };
	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
