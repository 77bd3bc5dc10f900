# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# `rules: []` with default deny.

no_rules_deny_everything()
{
	local file
	file=$(signed_copy nls_cp437)
	denies nls_cp437 finit "$file"
	expect_record ".module.path? == \"$file\"" '.verdict == "deny"' '.enforced == true' \
		'.reason == "default"' '.gate == "start"' '.rule == null' '.module.sha256 == null' \
		'.policy.sha256 | length == 64' '.syscall.errno == "EPERM"'
	denies nls_cp437 init "$file"
	denies nls_cp437 memfd "$file"
}

# Its content has to be known for that, which no rule asks for.
what_is_let_in_for_a_while_needs_no_rule()
{
	local file
	file=$(signed_copy nls_cp850)
	denies nls_cp850 finit "$file"
	guarded || return 0
	modwarden allow --sha256 "$(digest "$file")" --for 1h || fail 'it is not let in'
	loads nls_cp850 finit "$file"
	expect_record "$(of "$file") and .verdict == \"allow\"" '.reason == "exception"' '.rule == null'
	loads nls_cp850 init "$file"
	mark
	denies nls_cp437 finit "$(signed_copy nls_cp437)"
	expect_record "$(of "$(signed_copy nls_cp437)")" '.verdict == "deny"' '.reason == "default"' '.gate == "content"' \
		'.module.sha256 | length == 64'
	modwarden allow --sha256 "$(digest "$file")" --remove || fail 'it cannot be ended'
	denies nls_cp850 finit "$file"
}

# Nor by the first bytes that the kernel shows, where it shows two.
what_is_let_in_for_a_while_needs_no_rule_unpacked()
{
	local elf file
	_kernel_shows_elf || skip "$(uname -r) does not show the unpacked bytes"
	elf=$(signed_copy nls_cp852)
	file=$(_packed "$elf")
	denies nls_cp852 finit "$file" "" $COMPRESSED
	guarded || return 0
	modwarden allow --sha256 "$(digest "$elf")" --for 1h || fail 'it is not let in'
	loads nls_cp852 finit "$file" "" $COMPRESSED
	expect_record "$(of "$file") and .verdict == \"allow\"" '.reason == "exception"' \
		".module.sha256_elf == \"$(digest "$elf")\""
	modwarden allow --sha256 "$(digest "$elf")" --remove || fail 'it cannot be ended'
}
