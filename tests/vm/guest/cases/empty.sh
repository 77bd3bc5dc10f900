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
