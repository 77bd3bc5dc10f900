// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of an operation: the verdict, and then a line each for why, who, how and what to do. */
#include <string.h>

#include "cleanup.h"
#include "record_page.h"

static struct record_heading verdict_heading(const json_t *record)
{
	if (field_is(record, "reason", "kernel"))
		return (struct record_heading){ "FAILED", PAGE_WARNING };
	if (field_is(record, "verdict", "allow"))
		return (struct record_heading){ "ALLOWED", PAGE_GOOD };
	if (!field_is(record, "verdict", "deny"))
		return (struct record_heading){ "UNDECIDED", PAGE_WARNING };
	if (json_is_true(json_object_get(record, "enforced")))
		return (struct record_heading){ "DENIED", PAGE_BAD };
	if (field_is(record, "mode", "enforce"))
		return (struct record_heading){ "NOT STOPPED", PAGE_BAD };
	return (struct record_heading){ "WOULD DENY", PAGE_WARNING };
}

static bool is_autoload(const json_t *record)
{
	return field_is(record, "op", "autoload");
}

static void operation_head(struct page *page, const json_t *record)
{
	const json_t *module = json_object_get(record, "module");
	const json_t *requester = json_object_get(record, "requester");

	page_heading(page, record, verdict_heading(record));
	if (!page_field(page, PAGE_PLAIN, "", record, "op", " of"))
		page_text(page, PAGE_PLAIN, "an operation on");
	if (!(is_autoload(record) && page_field(page, PAGE_BOLD, "", requester, "alias", "")) &&
	    !page_field(page, PAGE_BOLD, "", module, "name", ""))
		page_text(page, PAGE_BOLD, "a module of unknown name");
	page_short_field(page, PAGE_DIM, "sha256 ", module, "sha256");
	page_end(page);
}

static const struct {
	const char *reason;
	const char *text;
} reasons[] = {
	{ "inherited", "another task was loading the same file, and its verdict was shared" },
	{ "no_ticket", "it came to this gate without having passed those before" },
	{ "name_unknown", "a rule asks for the module's name, and that was not known in time" },
	{ "undecided", "a rule asks for a fact that was not known in time" },
	{ "unreadable", "what was to be judged could not be read" },
	{ "internal", "modwarden failed inside the kernel, and denies what it cannot judge" },
	{ "race", "what was judged is not what the kernel went on with" },
	{ "no_policy", "no policy is loaded" },
	{ "exception", "its digest is let in for a while (modwarden allow)" },
	{ "kernel", "the kernel itself refused it before the policy came to a verdict" },
};

static void page_reason(struct page *page, const json_t *record)
{
	bool is_denied = field_is(record, "verdict", "deny");

	if (field_is(record, "reason", "rule")) {
		if (!page_field(page, PAGE_PLAIN, "rule ", record, "rule",
				is_denied ? " denies it" : " allows it"))
			page_text(page, PAGE_PLAIN, "a rule whose name is not known any more");
		return;
	}
	if (field_is(record, "reason", "default")) {
		page_printf(page, PAGE_PLAIN, "no rule matches, and the policy's default is to %s",
			    is_denied ? "deny" : "allow");
		return;
	}
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (field_is(record, "reason", reasons[i].reason))
			page_text(page, PAGE_PLAIN, reasons[i].text);
	page_field(page, PAGE_PLAIN, "(rule ", record, "rule", ")");
}

static void operation_why(struct page *page, const json_t *record)
{
	page_begin(page, RECORD_INDENT, "why");
	page_reason(page, record);
	page_field(page, PAGE_DIM, "(gate ", record, "gate", ")");
	page_end(page);
}

/* NAMESPACE/NAME, as kubectl takes it. */
static bool page_pod(struct page *page, const json_t *container)
{
	const char *space = json_string_value(json_object_get(container, "namespace"));
	const char *pod = json_string_value(json_object_get(container, "pod"));
	auto_free char *name = NULL;

	if (!space || !pod)
		return false;
	if (asprintf(&name, "%s/%s", space, pod) < 0) {
		page->has_failed = true;
		return false;
	}
	page_foreign(page, PAGE_PLAIN, "of pod ", name, "");
	return true;
}

static void page_container(struct page *page, const json_t *container)
{
	if (!page_short_field(page, PAGE_PLAIN, "in container ", container, "id"))
		return;
	page_field(page, PAGE_PLAIN, "(", container, "runtime", ")");
	if (!page_pod(page, container))
		page_field(page, PAGE_PLAIN, "of pod ", container, "pod_uid", "");
	page_field(page, PAGE_PLAIN, "from image ", container, "image", "");
}

/* A number behind a comma. False: it is not known, and there is no comma either. */
static bool page_item(struct page *page, const char *before, const json_t *process, const char *key)
{
	if (!json_is_integer(json_object_get(process, key)))
		return false;
	page_comma(page);
	return page_number(page, before, process, key);
}

static void page_caller(struct page *page, const json_t *process)
{
	if (!page_field(page, PAGE_BOLD, "", process, "comm", ""))
		page_text(page, PAGE_PLAIN, "a process of which little is known");
	page_item(page, "pid ", process, "pid");
	if (!page_item(page, "uid ", process, "uid"))
		page_item(page, "effective uid ", process, "euid");
	page_item(page, "login uid ", process, "auid");
	if (json_is_string(json_object_get(process, "exe"))) {
		page_comma(page);
		page_field(page, PAGE_PLAIN, "running ", process, "exe", "");
	}
}

static void operation_who(struct page *page, const json_t *record)
{
	const json_t *container = json_object_get(record, "container");
	const json_t *requester = json_object_get(record, "requester");

	page_begin(page, RECORD_INDENT, "who");
	if (is_autoload(record) && json_is_true(json_object_get(requester, "kernel_thread"))) {
		page_text(page, PAGE_PLAIN, "the kernel itself, on whose behalf is not known:");
		page_field(page, PAGE_BOLD, "", json_object_get(record, "process"), "comm", "");
	} else {
		page_caller(page, json_object_get(record, "process"));
	}
	if (json_is_object(container)) {
		page_comma(page);
		page_container(page, container);
	}
	page_end(page);
}

/* Whose autoload led to this load. */
static void operation_for(struct page *page, const json_t *record)
{
	const json_t *requester = json_object_get(record, "requester");

	if (is_autoload(record) || !json_is_object(requester))
		return;
	page_begin(page, RECORD_INDENT, "for");
	page_caller(page, requester);
	page_comma(page);
	page_field(page, PAGE_PLAIN, "who made the kernel ask for ", requester, "alias", "");
	page_end(page);
}

static void page_origin(struct page *page, const json_t *module)
{
	if (page_field(page, PAGE_PLAIN, "of ", module, "path", ""))
		page_field(page, PAGE_PLAIN, "on ", module, "filesystem", "");
	else if (field_is(module, "source", "memory"))
		page_text(page, PAGE_PLAIN, "from memory");
	if (json_is_true(json_object_get(module, "memfd")))
		page_text(page, PAGE_PLAIN, "(a memfd)");
	else if (json_is_true(json_object_get(module, "deleted")))
		page_text(page, PAGE_PLAIN, "(deleted)");
}

static void page_result(struct page *page, const json_t *syscall)
{
	const json_t *exit = json_object_get(syscall, "exit");

	if (!json_is_integer(exit))
		page_text(page, PAGE_PLAIN, "-> not known, its end was not seen");
	else if (json_integer_value(exit) >= 0)
		page_text(page, PAGE_PLAIN, "-> success");
	else if (!page_field(page, PAGE_PLAIN, "-> ", syscall, "errno", ""))
		page_number(page, "-> error ", syscall, "exit");
}

static void operation_how(struct page *page, const json_t *record)
{
	const json_t *syscall = json_object_get(record, "syscall");

	if (!json_is_object(syscall))
		return;
	page_begin(page, RECORD_INDENT, "how");
	if (!page_field(page, PAGE_PLAIN, "", syscall, "name", ""))
		page_text(page, PAGE_PLAIN, "a system call that is not known");
	page_origin(page, json_object_get(record, "module"));
	page_list(page, "with", syscall, "flags");
	page_result(page, syscall);
	page_end(page);
}

/* What a signature says before the kernel has accepted it is what its maker wrote. */
static void operation_signature(struct page *page, const json_t *record)
{
	const json_t *module = json_object_get(record, "module");
	const char *before =
		field_is(module, "signature", "valid") ? "valid, of " : "not verified, says of ";

	if (!json_is_string(json_object_get(module, "signer")))
		return;
	page_begin(page, RECORD_INDENT, "sig");
	page_field(page, PAGE_PLAIN, before, module, "signer", "");
	page_end(page);
}

static void operation_repeated(struct page *page, const json_t *record)
{
	const json_t *repeated = json_object_get(record, "repeated");
	bool is_one = json_integer_value(json_object_get(repeated, "count")) == 1;

	if (!json_is_object(repeated))
		return;
	page_begin(page, RECORD_INDENT, "times");
	page_number(page, "", repeated, "count");
	page_text(page, PAGE_PLAIN, is_one ? "identical attempt" : "identical attempts");
	page_time_of_day(page, "from ", repeated, "first");
	page_time_of_day(page, "to ", repeated, "last");
	page_end(page);
}

/* Where the kernel's audit trail has it, or that it should and does not. */
static void operation_audit(struct page *page, const json_t *record)
{
	const json_t *audit = json_object_get(record, "audit");
	bool is_lost = field_is(audit, "recorded", "lost");

	if (!is_lost && !json_is_string(json_object_get(audit, "id")))
		return;
	page_begin(page, RECORD_INDENT, "audit");
	if (page_field(page, PAGE_PLAIN, "event ", audit, "id", ""))
		page_field(page, PAGE_PLAIN, "with the key ", audit, "key", "");
	page_list(page, "with the keys", audit, "key");
	if (field_is(audit, "join", "guess"))
		page_text(page, PAGE_PLAIN, "(by time and process)");
	if (is_lost)
		page_text(page, PAGE_BOLD, "which was lost");
	page_end(page);
}

/* Copied to a shell it must do what it says: a path that needs quoting is not offered. */
static bool is_shell_path(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";

	return *text == '/' && !text[strspn(text, plain)];
}

/* An id as modwarden writes it; what else a record may have for one is not offered either. */
static bool is_id(const char *text)
{
	return *text && !text[strspn(text, "0123456789abcdeft.-")];
}

/*
 * What helps with a denial: it works as it stands here. What was let in all the same needs no
 * exception, but a look at what the policy makes of it.
 */
static void page_remedy(struct page *page, const json_t *record, const char *id)
{
	const json_t *module = json_object_get(record, "module");
	auto_free char *path = page_field_text(page, module, "path");

	if (!field_is(record, "op", "load") || !field_is(record, "verdict", "deny") ||
	    field_is(record, "reason", "kernel"))
		return;
	if (json_is_true(json_object_get(record, "enforced")) &&
	    json_is_string(json_object_get(module, "sha256"))) {
		page_comma(page);
		page_printf(page, PAGE_PLAIN, "modwarden allow %s --for 30m", id);
	} else if (path && is_shell_path(path)) {
		page_comma(page);
		page_printf(page, PAGE_PLAIN, "modwarden policy explain %s", path);
	}
}

void page_see(struct page *page, const json_t *record)
{
	auto_free char *id = page_field_text(page, record, "id");

	if (!id || !is_id(id))
		return;
	page_begin(page, RECORD_INDENT, "see");
	page_printf(page, PAGE_PLAIN, "record %s", id);
	page_remedy(page, record, id);
	page_end(page);
}

void page_operation(struct page *page, const json_t *record)
{
	bool is_allowed = field_is(record, "verdict", "allow");

	operation_head(page, record);
	operation_why(page, record);
	operation_who(page, record);
	operation_for(page, record);
	if (!is_allowed)
		page_prose(page, "cmd", json_object_get(record, "process"), "cmdline");
	operation_how(page, record);
	operation_signature(page, record);
	operation_audit(page, record);
	operation_repeated(page, record);
}
