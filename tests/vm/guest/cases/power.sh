# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# What the last power cut has left on the disk. The cases run before the next cut, which comes while
# loads pour in and the policy is rewritten all the time; the first boot has none.

_policy_file() { echo "$disk/policy.yaml"; }

# _policy_text NAME: without its last character, it is not valid; large enough to be torn.
_policy_text()
{
	printf '{version: 1, mode: enforce, default: deny, rules: [{name: %s, allow: load, sha256: [\n' "$1"
	awk 'BEGIN { for (i = 0; i < 200; i++) printf "    %064x,\n", i }'
	printf '    %s]}]}' "$(digest "$(signed_copy nls_cp437)")"
}

# What the rewriting writes; one of them is what the next boot has to find.
_write_texts()
{
	_policy_text one >"$state/policy.1"
	_policy_text two >"$state/policy.2"
}

_policy_is_whole()
{
	_write_texts
	cmp -s "$state/policy.1" "$(_policy_file)" || cmp -s "$state/policy.2" "$(_policy_file)"
}

# Lines that are no records, the last one included where it has no end.
_torn_lines() { jq -nR '[inputs | select([fromjson? | objects] == [])] | length' "$1"; }

a_power_cut_leaves_a_log_in_which_at_most_the_last_line_is_torn()
{
	local torn whole
	jq -nRe 'input | fromjson | .type == "daemon" and .reason == "started"' "$records" >/dev/null ||
		fail "it begins with $(head -c 1000 "$records")"
	torn=$(_torn_lines "$records")
	whole=$(jq -nR '[inputs | fromjson? | objects] | length' "$records")
	head -n "$whole" "$records" >"$state/whole"
	[ "$(_torn_lines "$state/whole")" = 0 ] || fail "$torn lines are torn, and not only the last one"
	[ "$torn" -le 1 ] || fail "$torn lines are torn"
	[ "$whole" -ge 10 ] || fail "only $whole records are there: nothing was tested"
	echo "$whole records, $torn torn"
}

a_power_cut_leaves_a_whole_policy_or_one_that_is_refused_by_its_line()
{
	local status=0 file
	file=$(_policy_file)
	if _policy_is_whole; then
		modwarden policy check "$file" || fail 'a whole policy is refused'
		return
	fi
	modwarden policy check "$file" >"$state/stderr" 2>&1 || status=$?
	[ $status = 3 ] || fail "a torn policy of $(wc -c <"$file") bytes gave $status: $(cat "$state/stderr")"
	modwarden_says "^$file:[0-9]*:[0-9]*: " || fail "it says $(cat "$state/stderr")"
	! appends=1 start_modwarden "$file" || fail 'it starts with a torn policy'
	status=0
	wait "$modwarden" || status=$?
	[ $status = 3 ] || fail "with a torn policy it ended with $status"
	modwarden_says "^$file:[0-9]*:[0-9]*: " || fail "it says $(cat "$state/stderr")"
	echo "torn: $(cat "$state/stderr")"
}

the_next_start_after_a_power_cut_works_and_goes_on_with_the_log()
{
	local good bad torn file
	file=$(_policy_file)
	good=$(signed_copy nls_cp437)
	bad=$(signed_copy nls_cp850)
	# This file system seldom cuts within a line.
	[ "$(_torn_lines "$records")" = 1 ] || truncate -s $(($(wc -c <"$records") - 100)) "$records"
	torn=$(_torn_lines "$records")
	_policy_is_whole || cp "$state/policy.1" "$file"
	appends=1 start_modwarden "$file" || fail "it did not start: $(cat "$state/stderr")"
	expect_record '.type == "daemon"' '.reason == "started"' '.mode == "enforce"' '.lost == {}'
	loads nls_cp437 finit "$good"
	expect_record "$(of "$good")" '.verdict == "allow"' '.reason == "rule"' '.rule == "one" or .rule == "two"' \
		".policy.sha256 == \"$(digest "$file")\""
	gives EPERM finit "$bad"
	denied "$bad" default content
	stop_modwarden
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	# The line that was there is ended first, and no other one is torn.
	[ "$(lines_since_mark | head -c 1)" = '' ] || fail "the torn line goes on with $(lines_since_mark | head -n 1)"
	[ "$(_torn_lines "$records")" = "$torn" ] || fail "new records are torn: $(lines_since_mark | head -c 1000)"
}

_has_records() { [ "$(wc -l <"$records")" -ge "$1" ]; }

# Both ways in which a file is replaced, and one of them is given the time to be torn.
_rewrite_policy()
{
	local file
	file=$(_policy_file)
	while :; do
		cp "$state/policy.1" "$file.new"
		mv "$file.new" "$file"
		{
			head -c 5000 "$state/policy.2"
			sync
			tail -c +5001 "$state/policy.2"
		} >"$file"
	done
}

# _storm_until_cut RECORDS: asks for the cut when there are so many.
_storm_until_cut()
{
	local good bad
	good=$(signed_copy nls_cp437)
	bad=$(signed_copy nls_cp850)
	_write_texts
	cp "$state/policy.1" "$(_policy_file)"
	start_modwarden "$(_policy_file)" || exit 1
	sync
	$load -p 2000 -n 1000000 cycle "$good" nls_cp437 >/dev/null &
	$load -v -p 2000 -n 1000000 init "$bad" >/dev/null &
	$load -p 500 -n 1000000 finit "$bad" >/dev/null &
	_rewrite_policy &
	until_true _has_records "$1" || exit 1
	echo 'cut the power'
	while :; do
		sleep 1
	done
}
