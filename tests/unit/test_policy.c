/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies: what is refused, with exactly which message at which place. Each case of the tables is
 * a test of its own, named by its claim.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policy_case.h"

struct bad_policy {
	const char *claim;
	const char *text;
	const char *diags; /* all that is printed */
};

static const struct bad_policy bad_policies[] = {
	/* YAML */
	{ "refuses_an_empty_file", "", "p.yaml:1:1: the file is empty; begin with 'version: 1'\n" },
	{ "refuses_a_file_of_comments", "# nothing\n",
	  "p.yaml:1:1: the file is empty; begin with 'version: 1'\n" },
	{ "refuses_a_list_for_a_policy", "- version: 1\n",
	  "p.yaml:1:1: a policy must be a mapping; begin with 'version: 1'\n" },
	{ "refuses_a_word_for_a_policy", "allow\n",
	  "p.yaml:1:1: a policy must be a mapping; begin with 'version: 1'\n" },
	{ "refuses_anchors", RULE("    module: &m nvidia\n"),
	  "p.yaml:5:13: anchor '&m' is not accepted; write the value out, or in quotes\n" },
	{ "refuses_anchors_of_lists", RULE("    module: &m [nvidia]\n"),
	  "p.yaml:5:13: anchor '&m' is not accepted; write the value out, or in quotes\n" },
	{ "refuses_aliases", RULE("    module: *m\n"),
	  "p.yaml:5:13: alias '*m' is not accepted; put a pattern that begins with '*' in "
	  "quotes\n" },
	{ "refuses_a_bare_star", RULE("    module: *\n"),
	  "p.yaml:5:13: a value that begins with '*' or '!' must stand in quotes\n" },
	{ "refuses_tags", RULE("    module: !!str nvidia\n"),
	  "p.yaml:5:13: tag 'tag:yaml.org,2002:str' is not accepted; put a value that begins with "
	  "'!' in quotes\n" },
	{ "refuses_tags_of_mappings", "!policy {version: 1, rules: []}\n",
	  "p.yaml:1:1: tag '!policy' is not accepted; put a value that begins with '!' in "
	  "quotes\n" },
	{ "takes_a_bare_not_zero_for_the_tag_that_it_is", RULE("    uid: !0\n"),
	  "p.yaml:5:10: tag '!0' is not accepted; put a value that begins with '!' in quotes\n" },
	{ "refuses_a_bare_not_zero_in_a_list", RULE("    uid: [!0]\n"),
	  "p.yaml:5:11: a value that begins with '*' or '!' must stand in quotes\n" },
	{ "refuses_a_second_document", "version: 1\nrules: []\n---\nversion: 1\n",
	  "p.yaml:3:1: a second document begins; keep one document to a file\n" },
	{ "refuses_a_duplicate_key", "version: 1\nmode: enforce\nrules: []\nmode: monitor\n",
	  "p.yaml:4:1: duplicate key 'mode', first in line 2; remove one\n" },
	{ "refuses_a_duplicate_key_in_a_rule", RULE("    module: a\n    module: b\n"),
	  "p.yaml:6:5: duplicate key 'module', first in line 5; remove one\n" },
	{ "refuses_depth_over_eight", "a: [[[[[[[[x]]]]]]]]\n",
	  "p.yaml:1:11: nested deeper than 8 levels; a policy needs four\n" },
	{ "refuses_a_key_that_is_a_list", "[a]: 1\n",
	  "p.yaml:1:1: a key must be one word; quote a value that begins with '{' or '['\n" },
	{ "refuses_latin1", "version: 1\nmode: \xe4\n",
	  "p.yaml:2:7: byte 0xe4 is not UTF-8; save the file as UTF-8\n" },
	{ "refuses_overlong_utf8", "# \xc3\xa4 \xc0\xaf\n",
	  "p.yaml:1:5: byte 0xc0 is not UTF-8; save the file as UTF-8\n" },
	{ "refuses_surrogates", "# \xed\xa0\x80\n",
	  "p.yaml:1:3: byte 0xed is not UTF-8; save the file as UTF-8\n" },
	{ "refuses_utf16", "\xff\xfev",
	  "p.yaml:1:1: byte 0xff is not UTF-8; save the file as UTF-8\n" },
	{ "refuses_an_escaped_nul", RULE("    module: \"a\\0b\"\n"),
	  "p.yaml:5:13: a NUL character is not accepted; remove '\\0'\n" },
	{ "refuses_a_tab_for_indentation", "version: 1\nrules:\n\t- name: a\n",
	  "p.yaml:3:1: not YAML: found character that cannot start any token; indent with spaces, "
	  "quote other characters\n" },
	{ "refuses_an_open_list", RULE("    module: [a\n"),
	  "p.yaml:6:1: not YAML: did not find expected ',' or ']' while parsing a flow sequence; "
	  "see the line above too\n" },

	/* the policy as a whole */
	{ "refuses_a_missing_version", "rules: []\n",
	  "p.yaml:1:1: missing key 'version'; write 'version: 1'\n" },
	{ "refuses_another_version", "version: 2\nrules: []\n",
	  "p.yaml:1:10: version '2' is not known here; write 1, or use a newer modwarden\n" },
	{ "refuses_missing_rules", "version: 1\n",
	  "p.yaml:1:1: missing key 'rules'; write 'rules: []'\n" },
	{ "refuses_rules_without_a_value", "version: 1\nrules:\n",
	  "p.yaml:2:7: 'rules' must be a list; write 'rules: []' for no rules\n" },
	{ "refuses_rules_as_a_mapping", "version: 1\nrules: {name: a}\n",
	  "p.yaml:2:8: 'rules' must be a list; write 'rules: []' for no rules\n" },
	{ "refuses_a_rule_that_is_a_word", "version: 1\nrules: [nvidia]\n",
	  "p.yaml:2:9: a rule must be a mapping; begin with '- name: NAME'\n" },
	{ "refuses_an_unknown_mode", "version: 1\nmode: enforcing\nrules: []\n",
	  "p.yaml:2:7: unknown value 'enforcing' for 'mode'; write monitor or enforce\n" },
	{ "refuses_a_list_for_mode", "version: 1\nmode: [enforce]\nrules: []\n",
	  "p.yaml:2:7: 'mode' takes one word, not a list\n" },
	{ "refuses_an_unknown_default", "version: 1\ndefault: block\nrules: []\n",
	  "p.yaml:2:10: unknown value 'block' for 'default'; write allow or deny\n" },
	{ "refuses_pending_for_default", "version: 1\ndefault: pending\nrules: []\n",
	  "p.yaml:2:10: unknown value 'pending' for 'default'; write allow or deny\n" },
	{ "refuses_a_mapping_for_default", "version: 1\ndefault: {load: deny}\nrules: []\n",
	  "p.yaml:2:10: 'default' takes one word, not a mapping\n" },
	{ "refuses_an_empty_list_of_kernels", "version: 1\nkernels: []\nrules: []\n",
	  "p.yaml:2:10: empty list for 'kernels', which nothing can match; list a value or remove "
	  "the key\n" },
	{ "refuses_classes_in_kernels", "version: 1\nkernels: \"6.[12]*\"\nrules: []\n",
	  "p.yaml:2:10: bad pattern '6.[12]*' for 'kernels': there are no character classes and no "
	  "alternatives; write a list\n" },
	{ "refuses_a_word_for_audit", "version: 1\naudit: modules\nrules: []\n",
	  "p.yaml:2:8: 'audit' takes a mapping; write 'audit: {keys: [KEY]}'\n" },
	{ "refuses_an_audit_without_keys", "version: 1\naudit: {}\nrules: []\n",
	  "p.yaml:2:8: missing key 'keys'; write 'keys: [KEY]'\n" },
	{ "refuses_an_unknown_key_of_audit", "version: 1\naudit: {key: modules}\nrules: []\n",
	  "p.yaml:2:8: missing key 'keys'; write 'keys: [KEY]'\n"
	  "p.yaml:2:9: unknown key 'key'; did you mean 'keys'?\n" },
	{ "tells_that_a_key_belongs_to_audit", "version: 1\nkeys: modules\nrules: []\n",
	  "p.yaml:2:1: 'keys' is a key of 'audit'; move it there\n" },
	{ "tells_the_nearest_key_of_a_policy", "version: 1\nrule: []\n",
	  "p.yaml:1:1: missing key 'rules'; write 'rules: []'\n"
	  "p.yaml:2:1: unknown key 'rule'; did you mean 'rules'?\n" },
	{ "tells_that_a_key_belongs_to_a_rule", "version: 1\nmodule: a\nrules: []\n",
	  "p.yaml:2:1: 'module' is a key of a rule; move it there\n" },
	{ "refuses_a_key_like_no_other", "version: 1\nblacklist: a\nrules: []\n",
	  "p.yaml:2:1: unknown key 'blacklist'; remove it\n" },

	/* rules */
	{ "tells_the_nearest_key_of_a_rule", RULE("    modul: a\n"),
	  "p.yaml:5:5: unknown key 'modul'; did you mean 'module'?\n" },
	{ "tells_a_key_with_swapped_letters", RULE("    singed: true\n"),
	  "p.yaml:5:5: unknown key 'singed'; did you mean 'signed'?\n" },
	{ "tells_that_a_key_belongs_to_the_policy", RULE("    mode: enforce\n"),
	  "p.yaml:5:5: 'mode' is a key of the policy, not of a rule; move it there\n" },
	{ "refuses_an_unknown_key_of_any_length",
	  RULE("    " TEN("x") TEN("x") TEN("x") TEN("x") ": 1\n"),
	  "p.yaml:5:5: unknown key '" TEN("x") TEN("x") TEN("x") TEN("x") "'; remove it\n" },
	{ "refuses_a_rule_without_a_name", HEAD "  - allow: load\n",
	  "p.yaml:3:5: missing key 'name'; write 'name: NAME'\n" },
	{ "refuses_blanks_in_a_name", HEAD "  - name: a b\n    allow: load\n",
	  "p.yaml:3:11: bad rule name 'a b'; use letters, digits, '.', '_' and '-'\n" },
	{ "refuses_an_empty_name", HEAD "  - name: \"\"\n    allow: load\n",
	  "p.yaml:3:11: no value for 'name'; write one or remove the key\n" },
	{ "refuses_a_long_name", HEAD "  - name: " TEN("abcdef") "abcde\n    allow: load\n",
	  "p.yaml:3:11: rule name of 65 characters; use at most 64\n" },
	{ "refuses_a_second_rule_of_the_name", RULE("    module: a\n  - name: a\n    deny: load\n"),
	  "p.yaml:6:11: duplicate rule name 'a', first in line 3; choose another\n" },
	{ "refuses_a_rule_without_a_verdict", HEAD "  - name: a\n    module: b\n",
	  "p.yaml:3:5: rule 'a' has no verdict; add 'allow: load' or 'deny: load'\n" },
	{ "refuses_allow_and_deny_at_once", RULE("    deny: unload\n"),
	  "p.yaml:5:11: both 'allow' and 'deny'; write two rules\n" },
	{ "refuses_an_unknown_operation", OP("insmod", ""),
	  "p.yaml:4:12: unknown value 'insmod' for 'allow'; write load, unload or autoload\n" },
	{ "refuses_an_operation_twice", OP("[load, load]", ""),
	  "p.yaml:4:19: 'load' twice in 'allow'; remove one\n" },
	{ "refuses_no_operation", OP("[]", ""),
	  "p.yaml:4:12: empty list for 'allow', which nothing can match; list a value or remove "
	  "the "
	  "key\n" },

	/* words */
	{ "refuses_fasle_for_locked", "version: 1\nlocked: fasle\nrules: []\n",
	  "p.yaml:2:9: unknown value 'fasle' for 'locked'; write true or false\n" },
	{ "refuses_fasle_for_signed", RULE("    signed: fasle\n"),
	  "p.yaml:5:13: unknown value 'fasle' for 'signed'; write true or false\n" },
	{ "refuses_yes_for_signed", RULE("    signed: yes\n"),
	  "p.yaml:5:13: unknown value 'yes' for 'signed'; write true or false\n" },
	{ "refuses_capitals_for_signed", RULE("    signed: True\n"),
	  "p.yaml:5:13: unknown value 'True' for 'signed'; write true or false\n" },
	{ "refuses_a_list_for_signed", RULE("    signed: [true]\n"),
	  "p.yaml:5:13: 'signed' takes one word, not a list\n" },
	{ "refuses_no_value_for_signed", RULE("    signed:\n"),
	  "p.yaml:5:12: no value for 'signed'; write one or remove the key\n" },
	{ "refuses_an_unknown_source", RULE("    source: disk\n"),
	  "p.yaml:5:13: unknown value 'disk' for 'source'; write file or memory\n" },
	{ "refuses_an_unknown_source_in_a_list", RULE("    source: [file, disk]\n"),
	  "p.yaml:5:20: unknown value 'disk' for 'source'; write file or memory\n" },
	{ "shows_control_characters_harmlessly", RULE("    source: \"\\e[2J\"\n"),
	  "p.yaml:5:13: unknown value '\\x1b[2J' for 'source'; write file or memory\n" },

	/* patterns */
	{ "refuses_an_empty_list_of_modules", RULE("    module: []\n"),
	  "p.yaml:5:13: empty list for 'module', which nothing can match; list a value or remove "
	  "the "
	  "key\n" },
	{ "refuses_an_empty_pattern", RULE("    module: [\"\"]\n"),
	  "p.yaml:5:14: no value for 'module'; write one or remove the key\n" },
	{ "refuses_a_mapping_for_module", RULE("    module: {name: a}\n"),
	  "p.yaml:5:13: 'module' takes a word or a list of words, not a mapping\n" },
	{ "refuses_a_list_in_a_list", RULE("    module: [[a]]\n"),
	  "p.yaml:5:14: 'module' takes a word or a list of words, not a list\n" },
	{ "refuses_character_classes", RULE("    module: \"nvidia[0-9]\"\n"),
	  "p.yaml:5:13: bad pattern 'nvidia[0-9]' for 'module': there are no character classes and "
	  "no alternatives; write a list\n" },
	{ "refuses_alternatives", RULE("    path: \"/lib/{a,b}/**\"\n"),
	  "p.yaml:5:11: bad pattern '/lib/{a,b}/**' for 'path': there are no character classes and "
	  "no alternatives; write a list\n" },
	{ "refuses_escapes", RULE("    path: /lib/\\*\n"),
	  "p.yaml:5:11: bad pattern '/lib/\\*' for 'path': there are no escapes; write '?' for a "
	  "character that cannot be written\n" },
	{ "refuses_three_stars", RULE("    path: /lib/***\n"),
	  "p.yaml:5:11: bad pattern '/lib/***' for 'path': more than two '*' in a row; write "
	  "'**'\n" },
	{ "refuses_control_characters", RULE("    path: \"/lib/\\n\"\n"),
	  "p.yaml:5:11: bad pattern '/lib/\\x0a' for 'path': a control character; write '?' for "
	  "it\n" },
	{ "refuses_a_long_pattern", RULE("    path: /" TEN(TEN("ab")) TEN("abcde") "a\n"),
	  "p.yaml:5:11: pattern of 252 bytes for 'path'; use at most 251\n" },
	{ "refuses_a_pattern_longer_than_any_name", RULE("    module: " TEN("abcdef") "abcd*\n"),
	  "p.yaml:5:13: pattern for 'module' that can never match: it needs 64 characters and "
	  "there "
	  "are at most 63; shorten it\n" },
	{ "refuses_a_path_for_module", RULE("    module: /lib/a.ko\n"),
	  "p.yaml:5:13: bad pattern '/lib/a.ko' for 'module': a module's name has no '/'; use "
	  "'path' "
	  "for its file\n" },
	{ "refuses_a_relative_path", RULE("    path: lib/**\n"),
	  "p.yaml:5:11: bad pattern 'lib/**' for 'path': paths are absolute; begin with '/' or "
	  "'**'\n" },
	{ "refuses_a_relative_loader", RULE("    loader: modprobe\n"),
	  "p.yaml:5:13: bad pattern 'modprobe' for 'loader': paths are absolute; begin with '/' or "
	  "'**'\n" },
	{ "refuses_a_path_with_a_parent", RULE("    path: /lib/../etc/*\n"),
	  "p.yaml:5:11: bad pattern '/lib/../etc/*' for 'path': the kernel's paths have no '//', "
	  "'/./' or '/../'; remove it\n" },
	{ "refuses_a_directory_for_filesystem", RULE("    filesystem: /boot\n"),
	  "p.yaml:5:17: bad pattern '/boot' for 'filesystem': this is a type as 'ext4'; use 'path' "
	  "for a directory\n" },
	{ "refuses_a_container_name", RULE("    container: web-1\n"),
	  "p.yaml:5:16: bad pattern 'web-1' for 'container': an id has the digits 0-9 and a-f "
	  "only; "
	  "write an id, none or any\n" },
	{ "refuses_a_short_container_id", RULE("    container: 4f6e\n"),
	  "p.yaml:5:16: bad pattern '4f6e' for 'container': an id has 64 digits; end a shorter one "
	  "with '*'\n" },

	/* ids */
	{ "refuses_a_user_name", RULE("    uid: root\n"),
	  "p.yaml:5:10: unknown value 'root' for 'uid'; write a number, 1000-1999, 1000-, "
	  "\"!0\"\n" },
	{ "refuses_unset_for_uid", RULE("    uid: unset\n"),
	  "p.yaml:5:10: unknown value 'unset' for 'uid'; write a number, 1000-1999, 1000-, "
	  "\"!0\"\n" },
	{ "refuses_the_number_of_unset", RULE("    auid: 4294967295\n"),
	  "p.yaml:5:11: unknown value '4294967295' for 'auid'; write a number, 1000-1999, 1000-, "
	  "\"!0\" or unset\n" },
	{ "refuses_a_number_that_wraps", RULE("    uid: 18446744073709551616\n"),
	  "p.yaml:5:10: unknown value '18446744073709551616' for 'uid'; write a number, 1000-1999, "
	  "1000-, \"!0\"\n" },
	{ "refuses_negative_numbers", RULE("    uid: -1\n"),
	  "p.yaml:5:10: unknown value '-1' for 'uid'; write a number, 1000-1999, 1000-, \"!0\"\n" },
	{ "refuses_octal", RULE("    uid: 010\n"),
	  "p.yaml:5:10: unknown value '010' for 'uid'; write a number, 1000-1999, 1000-, "
	  "\"!0\"\n" },
	{ "refuses_rubbish_after_a_number", RULE("    uid: 0x0\n"),
	  "p.yaml:5:10: unknown value '0x0' for 'uid'; write a number, 1000-1999, 1000-, "
	  "\"!0\"\n" },
	{ "refuses_a_range_to_unset", RULE("    auid: 1000-unset\n"),
	  "p.yaml:5:11: unknown value '1000-unset' for 'auid'; write a number, 1000-1999, 1000-, "
	  "\"!0\" or unset\n" },
	{ "refuses_a_reversed_range", RULE("    uid: 1999-1000\n"),
	  "p.yaml:5:10: range '1999-1000' for 'uid' can never match: it ends before it begins; "
	  "swap "
	  "the numbers\n" },
	{ "refuses_a_range_that_leaves_nobody", RULE("    uid: \"!0-\"\n"),
	  "p.yaml:5:10: '!0-' for 'uid' can never match: it leaves nobody; write a smaller "
	  "range\n" },

	/* digests */
	{ "refuses_a_short_digest", RULE("    sha256: abc\n"),
	  "p.yaml:5:13: 'abc' is no SHA-256 digest; write its 64 hexadecimal digits\n" },
	{ "refuses_a_long_digest", RULE("    sha256: " HEX "0\n"),
	  "p.yaml:5:13: '" HEX "0' is no SHA-256 digest; write its 64 hexadecimal digits\n" },
	{ "refuses_a_digest_of_other_letters",
	  RULE("    sha256: g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"),
	  "p.yaml:5:13: 'g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' is no "
	  "SHA-256 digest; write its 64 hexadecimal digits\n" },
	{ "refuses_a_digest_file_that_is_missing", RULE("    digests: gone.sha256\n"),
	  "p.yaml:5:14: no file 'gone.sha256'; names are relative to the policy's directory\n" },
	{ "refuses_a_glob_of_files_that_matches_nothing", RULE("    digests: [gone.d/*.xz]\n"),
	  "p.yaml:5:15: no file 'gone.d/*.xz'; names are relative to the policy's directory\n" },

	/* criteria and operations */
	{ "refuses_alias_for_load", RULE("    alias: net-pf-*\n"),
	  "p.yaml:5:5: 'alias' does not exist for load; remove it, or write a rule of its own for "
	  "load\n" },
	{ "refuses_module_for_autoload", OP("autoload", "    module: a\n"),
	  "p.yaml:5:5: 'module' does not exist for autoload; remove it, or write a rule of its own "
	  "for autoload\n" },
	{ "refuses_signed_for_unload", OP("unload", "    signed: true\n"),
	  "p.yaml:5:5: 'signed' does not exist for unload; remove it, or write a rule of its own "
	  "for "
	  "unload\n" },
	{ "refuses_path_where_one_operation_has_none", OP("[load, unload]", "    path: /lib/**\n"),
	  "p.yaml:5:5: 'path' does not exist for unload; remove it, or write a rule of its own for "
	  "unload\n" },
	{ "names_sha256_as_it_was_written", OP("unload", "    sha256: " HEX "\n"),
	  "p.yaml:5:5: 'sha256' does not exist for unload; remove it, or write a rule of its own "
	  "for "
	  "unload\n" },
	{ "checks_criteria_written_before_the_operation",
	  HEAD "  - name: a\n    source: file\n    deny: autoload\n",
	  "p.yaml:4:5: 'source' does not exist for autoload; remove it, or write a rule of its own "
	  "for autoload\n" },
	{ "refuses_path_with_source_memory", RULE("    path: /lib/**\n    source: memory\n"),
	  "p.yaml:5:5: rule 'a' can never match: a load from memory has no path; remove one of "
	  "'path' and 'source'\n" },
	{ "refuses_filesystem_with_source_memory",
	  RULE("    source: memory\n    filesystem: ext4\n"),
	  "p.yaml:6:5: rule 'a' can never match: a load from memory has no filesystem; remove one "
	  "of "
	  "'filesystem' and 'source'\n" },
	{ "refuses_a_rule_that_cannot_be_reached",
	  RULE("  - name: b\n    deny: load\n    module: x\n"),
	  "p.yaml:5:11: rule 'b' can never match: rule 'a' in line 3 has no criteria and comes "
	  "first; move it up or remove it\n" },
	{ "blames_no_rule_behind_one_with_a_misspelt_criterion",
	  RULE("    modul: x\n  - {name: b, deny: load}\n"),
	  "p.yaml:5:5: unknown key 'modul'; did you mean 'module'?\n" },
	{ "shows_all_errors_at_once",
	  "version: 1\nmode: on\nrules:\n  - name: a\n    allow: lod\n    uid: x\n",
	  "p.yaml:2:7: unknown value 'on' for 'mode'; write monitor or enforce\n"
	  "p.yaml:5:12: unknown value 'lod' for 'allow'; write load, unload or autoload\n"
	  "p.yaml:6:10: unknown value 'x' for 'uid'; write a number, 1000-1999, 1000-, \"!0\"\n" },
};

static void refuses(void **state)
{
	const struct bad_policy *bad = *state;
	char *messages;
	struct policy *policy = parse(bad->text, &messages);

	assert_string_equal(messages, bad->diags);
	assert_null(policy);
	free(messages);
}

static void warns_of_a_rule_reached_by_some_operations_only(void **state)
{
	char *messages;
	struct policy *policy = parse(RULE("  - name: b\n    deny: [load, unload]\n"), &messages);

	(void)state;
	assert_string_equal(messages, "p.yaml:5:11: warning: rule 'b' can match only some of its "
				      "operations: rule 'a' in line 3 has no criteria and comes "
				      "first\n");
	assert_non_null(policy);
	free(messages);
	policy_free(policy);
}

static void warns_of_a_file_name_for_a_module(void **state)
{
	char *messages;
	struct policy *policy = parse(RULE("    module: nvidia.ko\n"), &messages);

	(void)state;
	assert_string_equal(messages, "p.yaml:5:13: warning: 'nvidia.ko' looks like a file; the "
				      "module is called 'nvidia'\n");
	assert_non_null(policy);
	free(messages);
	policy_free(policy);
}

static void refuses_a_nul_byte(void **state)
{
	static const char text[] = "version: 1\nrul\0es: []\n";
	struct diags diags = {};
	struct policy *policy = NULL;
	char *messages;

	(void)state;
	assert_int_equal(policy_parse(&policy, "p.yaml", text, sizeof(text) - 1, NULL, &diags),
			 -EINVAL);
	messages = printed(&diags);
	assert_string_equal(messages, "p.yaml:2:4: a NUL byte is not accepted; remove it\n");
	free(messages);
	diags_clear(&diags);
}

/* Text made of a head and many lines. */
static char *text_many(const char *head, const char *line, int count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fputs(head, out);
	for (int i = 0; i < count; i++)
		fprintf(out, line, i, i);
	fclose(out);
	return text;
}

struct limit_case {
	const char *claim;
	const char *head;
	const char *line;
	int limit;
	const char *diags;
};

static const struct limit_case limit_cases[] = {
	{ "takes_256_rules_and_no_more", HEAD, "  - {name: r%d, allow: load, module: m%d}\n",
	  MW_RULES_MAX, "p.yaml:259:5: over 256 rules in one policy; merge some\n" },
	{ "takes_1024_patterns_and_no_more", RULE("    module:\n"), "      - m%d\n",
	  MW_PATTERNS_MAX, "p.yaml:1030:9: over 1024 patterns in one policy; merge some\n" },
	{ "takes_1024_ranges_and_no_more", RULE("    uid:\n"), "      - %d\n", MW_RANGES_MAX,
	  "p.yaml:1030:9: over 1024 id ranges in one policy; merge some\n" },
	{ "takes_100000_digests_and_no_more", RULE("    sha256:\n"), "      - %064d\n",
	  MW_DIGESTS_MAX,
	  "p.yaml:100006:9: over 100000 digests in one policy; rely on signatures for the rest\n" },
	{ "takes_64_kernels_and_no_more", "version: 1\nrules: []\nkernels:\n", "- 6.%d\n",
	  POLICY_KERNELS_MAX, "p.yaml:68:3: over 64 kernels in one policy; use patterns\n" },
	{ "takes_64_keys_of_audit_rules_and_no_more",
	  "version: 1\nrules: []\naudit:\n  keys:\n", "  - k%d\n", POLICY_AUDIT_KEYS_MAX,
	  "p.yaml:69:5: over 64 keys in one policy; remove some\n" },
	{ "takes_250000_values_and_no_more", RULE("    source:\n"), "      - file\n", 250000 - 12,
	  "p.yaml:249994:9: over 250000 values in one file; put digests into digest files\n" },
};

static void limits(void **state)
{
	const struct limit_case *limit = *state;
	char *text = text_many(limit->head, limit->line, limit->limit);
	char *messages;

	policy_free(good(text));
	free(text);
	text = text_many(limit->head, limit->line, limit->limit + 1);
	assert_null(parse(text, &messages));
	assert_string_equal(messages, limit->diags);
	free(text);
	free(messages);
}

static void shows_twenty_errors_and_counts_no_further(void **state)
{
	char *text = text_many(HEAD, "  - {name: r%d, allow: x%d}\n", 100);
	char *messages;
	int lines = 0;

	(void)state;
	assert_null(parse(text, &messages));
	for (const char *c = messages; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 20);
	free(text);
	free(messages);
}

static void shows_errors_behind_any_number_of_warnings(void **state)
{
	char *text = text_many(HEAD, "  - {name: r%d, allow: load, module: m%d.ko}\n", 100);
	char *messages, *end;

	(void)state;
	end = realloc(text, strlen(text) + 64);
	assert_non_null(end);
	text = end;
	strcat(text, "  - {name: bad, allow: x}\n");
	assert_null(parse(text, &messages));
	assert_non_null(strstr(messages, "p.yaml:103:24: unknown value 'x' for 'allow'"));
	assert_non_null(strstr(messages, "\nand 90 more; mend these first\n"));
	free(text);
	free(messages);
}

static void refuses_a_file_over_16_mib(void **state)
{
	size_t size = (16U << 20) + 1;
	char *text = malloc(size);
	struct diags diags = {};
	struct policy *policy = NULL;
	char *messages;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	assert_int_equal(policy_parse(&policy, "p.yaml", text, size, NULL, &diags), -EINVAL);
	messages = printed(&diags);
	assert_string_equal(messages, "p.yaml: over 16 MiB; put digests into digest files\n");
	free(text);
	free(messages);
	diags_clear(&diags);
}

static const struct CMUnitTest plain_tests[] = {
	cmocka_unit_test(warns_of_a_rule_reached_by_some_operations_only),
	cmocka_unit_test(warns_of_a_file_name_for_a_module),
	cmocka_unit_test(refuses_a_nul_byte),
	cmocka_unit_test(shows_twenty_errors_and_counts_no_further),
	cmocka_unit_test(shows_errors_behind_any_number_of_warnings),
	cmocka_unit_test(refuses_a_file_over_16_mib),
};

#define PLAIN  array_size(plain_tests)
#define BAD    array_size(bad_policies)
#define LIMITS array_size(limit_cases)

int main(void)
{
	struct CMUnitTest tests[PLAIN + BAD + LIMITS] = {};
	struct CMUnitTest *test = tests + PLAIN;

	memcpy(tests, plain_tests, sizeof(plain_tests));
	for (size_t i = 0; i < BAD; i++)
		*test++ = (struct CMUnitTest){ bad_policies[i].claim, refuses, NULL, NULL,
					       (void *)&bad_policies[i] };
	for (size_t i = 0; i < LIMITS; i++)
		*test++ = (struct CMUnitTest){ limit_cases[i].claim, limits, NULL, NULL,
					       (void *)&limit_cases[i] };
	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
