# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# `rules: []` with default deny; and an output that has no room left.

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

_output_lost() { [ "$(since_mark | jq -n '[inputs | .lost.output // 0] | add // 0')" -gt 0 ]; }
_writes() { sed -n 's/^syscw: //p' "/proc/$modwarden/io"; }
_wrote() { [ "$(_writes)" -ge "$1" ]; }

# The records' file system is full: nothing is let in, nothing hangs, and what was lost is counted.
a_full_disk_changes_no_verdict()
{
	local file filler=${records%/*}/filler uid=1000 writes
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 finit "$file"
	guarded || return 0
	cat /dev/zero >"$filler" 2>/dev/null
	writes=$(_writes)
	while [ $uid -lt 1020 ]; do
		gives EPERM -u $uid finit "$file"
		uid=$((uid + 1))
	done
	# Written in vain, before there is room again.
	until_true _wrote $((writes + 20)) || fail 'it does not write any more'
	rm "$filler"
	gives EPERM init "$file"
	until_true _output_lost || fail 'no record tells of the loss'
}

the_last_word_counts_what_was_lost()
{
	[ "$phase" = after ] || return 0
	grep -q 'records lost: [1-9]' "$state/stderr" || fail "it says $(cat "$state/stderr")"
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
}
