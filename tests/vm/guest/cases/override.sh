# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A policy of mode monitor and default allow, and `--mode enforce` over it.

mode_option_overrides_the_policy()
{
	local file
	file=$(unsigned_copy nls_cp437)
	deny "module: nls_cp437"
	denies nls_cp437 finit "$file"
	denied "$file" rule content ".rule == \"$case\""
	guarded || return 0
	echo 0 >"$state/mark"
	expect_record '.type == "policy" and .reason == "override"' '.mode == "enforce"' '.until == null'
	expect_record '.type == "daemon"' '.mode == "enforce"'
}

default_allow_lets_in_what_no_rule_names()
{
	local file
	file=$(unsigned_copy nls_cp737)
	loads nls_cp737 finit "$file"
	expect_record "$(of "$file")" '.verdict == "allow"' '.reason == "default"' '.rule == null' \
		'.gate == "name"' '.mode == "enforce"' '.enforced == false' '.syscall.exit == 0'
	loads nls_cp737 init "$file"
}

# What is not known cannot be said not to be what a deny rule names.
default_allow_denies_what_may_be_named_in_a_deny_rule()
{
	local file=$modules/$case.ko
	[ -e "$file" ] || $forge lie shnum "$(unsigned_copy nls_cp775)" "$file" || fail 'cannot forge'
	if unguarded; then
		gives ENOEXEC finit "$file"
		return
	fi
	gives EPERM finit "$file"
	denied "$file" name_unknown unsigned
}

allows_over_the_hashing_bound_by_name()
{
	local file
	file=$(over_the_bound nls_iso8859-7)
	prior 'module: nls_iso8859_7'
	loads nls_iso8859_7 finit "$file"
	expect_record ".module.path? == \"$file\"" '.verdict == "allow"' ".rule == \"$case\"" \
		'.gate == "name"' '.module.sha256 == null' '.module.size == 268439552' \
		'.module.name == "nls_iso8859_7"'
	unguarded || rm "$file"
}

# sysfs makes '!' of '/': found by an attack, in which parameter callbacks ran before the name gate.
denies_a_name_with_a_slash_before_it_is_linked()
{
	local file=$modules/$case.ko
	[ -e "$file" ] || $forge rename "$(unsigned_copy nls_cp950)" "$file" n/s_cp950 || fail 'cannot forge'
	guarded || return 0
	gives EPERM finit "$file"
	denied "$file" name_unknown unsigned
}
