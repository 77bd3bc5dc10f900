// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_page.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "digest.h"
#include "report_assets.h"
#include "report_chart.h"
#include "report_html.h"
#include "report_section.h"

#define BASE64_SIZE (4 * ((MW_DIGEST_SIZE + 2) / 3) + 1)

static int source_print(FILE *out, const char *directive, const char *text)
{
	unsigned char base64[BASE64_SIZE];
	__u8 digest[MW_DIGEST_SIZE];
	int error = digest_of(text, strlen(text), digest);

	if (error)
		return error;
	EVP_EncodeBlock(base64, digest, sizeof(digest));
	fprintf(out, "; %s 'sha256-%s'", directive, base64);
	return 0;
}

/* Nothing but the style and the script below, told by their digests. */
static int security_print(FILE *out)
{
	int error;

	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "base-uri 'none'; form-action 'none'",
	      out);
	error = source_print(out, "style-src", report_style);
	if (!error)
		error = source_print(out, "script-src", report_script);
	fputs("\">\n", out);
	return error;
}

static int head_print(FILE *out, const json_t *report)
{
	int error;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	error = security_print(out);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	      out);
	html_text(out, json_string_value(json_object_get(report, "title")));
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", report_style);
	return error;
}

static uint64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void counted_print(FILE *out, uint64_t count, const char *one, const char *many)
{
	html_number(out, count);
	fprintf(out, " %s", count == 1 ? one : many);
}

static void logs_print(FILE *out, const json_t *logs)
{
	const json_t *log;
	size_t i;

	fputs("<details><summary>", out);
	counted_print(out, json_array_size(logs), "log was read", "logs were read");
	fputs("</summary><ul>", out);
	json_array_foreach (logs, i, log) {
		fputs("<li><code>", out);
		html_text(out, json_string_value(log));
		fputs("</code></li>", out);
	}
	fputs("</ul></details>\n", out);
}

static void scope_print(FILE *out, const json_t *report)
{
	const char *first = json_string_value(json_object_get(report, "first"));
	const char *scope = json_string_value(json_object_get(report, "scope"));

	fputs("<p>", out);
	if (*first) {
		html_time(out, first);
		fputs(" to ", out);
		html_time(out, json_string_value(json_object_get(report, "last")));
		fputs(" UTC, ", out);
	}
	counted_print(out, number_of(report, "records_read"), "record", "records");
	if (scope) {
		fputs("; only ", out);
		html_text(out, scope);
	}
	fputs(".</p>\n", out);
	if (json_is_true(json_object_get(report, "incomplete")))
		fputs("<p class=\"notice\"><strong>Not all of the logs could be read</strong>; "
		      "what "
		      "they were meant to say is missing here.</p>\n",
		      out);
	if (number_of(report, "damaged_lines")) {
		fputs("<p class=\"notice\"><strong>", out);
		counted_print(out, number_of(report, "damaged_lines"), "line was", "lines were");
		fputs(" no record</strong>, and what they were meant to say is missing here.</p>\n",
		      out);
	}
}

static void figure_print(FILE *out, const char *label, uint64_t count, const char *class)
{
	fprintf(out, "<div class=\"%s\"><dt>%s</dt><dd>", count ? class : "none", label);
	html_number(out, count);
	fputs("</dd></div>\n", out);
}

static void figures_print(FILE *out, const json_t *report)
{
	const json_t *outcomes = json_object_get(report, "outcomes");
	const json_t *findings = json_object_get(report, "findings");

	fputs("<dl class=\"figures\">\n", out);
	figure_print(out, "Denied", number_of(outcomes, "deny"), "deny");
	figure_print(out, "Would be denied", number_of(outcomes, "would_deny"), "would_deny");
	figure_print(out, "Not stopped", number_of(outcomes, "not_stopped"), "not_stopped");
	figure_print(out, "Failed in the kernel", number_of(outcomes, "failed"), "failed");
	figure_print(out, "Let in", number_of(outcomes, "allow"), "allow");
	figure_print(out, "Tampering", number_of(findings, "tamper"), "deny");
	figure_print(out, "Without audit record", number_of(findings, "audit"), "would_deny");
	figure_print(out, "Records lost", number_of(findings, "lost"), "would_deny");
	fputs("</dl>\n", out);
}

/* The script takes `hidden` off, and fills the lists: without it there is nothing to filter with.
 */
static const char filter[] =
	"<form id=\"filter\" role=\"search\" aria-label=\"Filter the tables\" hidden>\n"
	"<label class=\"wide\">Text <input type=\"search\" name=\"q\" "
	"autocomplete=\"off\"></label>\n"
	"<label>Outcome <select name=\"verdict\"><option value=\"\">any</option></select></label>\n"
	"<label>Node <select name=\"node\"><option value=\"\">any</option></select></label>\n"
	"<label>Module <select name=\"module\"><option value=\"\">any</option></select></label>\n"
	"<label>From (UTC) <select name=\"from\"><option value=\"\">the beginning</option></select>"
	"</label>\n"
	"<label>Before (UTC) <select name=\"to\"><option value=\"\">the "
	"end</option></select></label>\n"
	"<button type=\"reset\">Show all</button>\n"
	"<p id=\"shown\" role=\"status\" aria-live=\"polite\"></p>\n"
	"</form>\n";

int report_page_write(FILE *out, const json_t *report)
{
	int error = head_print(out, report);

	fputs("<a class=\"skip\" href=\"#main\">Skip to the tables</a>\n<header>\n<h1>", out);
	html_text(out, json_string_value(json_object_get(report, "title")));
	fputs("</h1>\n", out);
	scope_print(out, report);
	logs_print(out, json_object_get(report, "logs"));
	figures_print(out, report);
	fputs("</header>\n", out);
	report_sections_links(out, report);
	fputs("<section aria-labelledby=\"timeline\"><h2 id=\"timeline\">Timeline</h2>\n", out);
	report_chart(out, json_object_get(report, "timeline"));
	fprintf(out, "</section>\n%s<main id=\"main\">\n", filter);
	report_sections(out, report);
	fputs("</main>\n<footer><p>modwarden ", out);
	html_text(out, json_string_value(json_object_get(report, "version")));
	fputs("; all times are UTC. The data of this page is JSON in its element "
	      "<code>#data</code>.</p></footer>\n"
	      "<script type=\"application/json\" id=\"data\">",
	      out);
	error = error ?: html_json(out, report);
	fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", report_script);
	return error;
}
