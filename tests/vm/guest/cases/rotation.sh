# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# The log is moved while denials pour in; and the log has no room left.

_is_begun_anew() { [ -s "$records" ]; }

# _told_in_all SELECT: attempts that the records of all files tell of, from the first one to the last.
_told_in_all()
{
	cat "$records".[0-9] "$records" | jq -n "[inputs | select($1) | .repeated.count // 1] | add // 0"
}

_are_told_in_all() { [ "$(_told_in_all "$1")" -ge "$2" ]; }

# _tried_in FILE: attempts, each refused.
_tried_in()
{
	local index verb outcome count
	read -r index verb outcome count <"$1"
	[ "$outcome" = EPERM ] || fail "it gave $(cat "$1")"
	echo "$count"
}

# One task's attempts have a record each, the other's are folded.
loses_and_doubles_no_record_while_its_log_is_moved()
{
	local same=$modules/$case.same other=$modules/$case.other stop=$state/$case.stop
	local first second moved=0 select tried lines whole
	both_processors
	unguarded || head -c 4096 /dev/zero >"$same"
	unguarded || head -c 8192 /dev/zero >"$other"
	# With a listed digest, each one is told.
	listed "$(signed_copy nls_cp874)"
	denies nls_cp874 finit "$(unsigned_copy nls_cp874)"
	guarded || return 0
	$load -p 3000 -w "$stop" finit "$same" >"$state/same" &
	first=$!
	$load -v -p 3000 -w "$stop" init "$other" >"$state/other" &
	second=$!
	while [ $moved -lt 3 ]; do
		mv "$records" "$records.$moved"
		moved=$((moved + 1))
		until_true _is_begun_anew || fail "the log was not begun anew after move $moved"
	done
	: >"$stop"
	wait $first $second
	select="$(of "$same")"
	tried=$(_tried_in "$state/same")
	until_true _are_told_in_all "$select" "$tried" || fail "of $tried folded attempts $(_told_in_all "$select") are told"
	[ "$(_told_in_all "$select")" = "$tried" ] || fail "of $tried folded attempts $(_told_in_all "$select") are told"
	select=".process.pid? == $second"
	tried=$(_tried_in "$state/other")
	until_true _are_told_in_all "$select" "$tried" || fail "of $tried attempts $(_told_in_all "$select") are told"
	[ "$(_told_in_all "$select")" = "$tried" ] || fail "of $tried attempts $(_told_in_all "$select") are told"
	cat "$records".[0-9] "$records" >"$state/all"
	lines=$(wc -l <"$state/all")
	whole=$(jq -nR '[inputs | fromjson? | objects] | length' "$state/all")
	[ "$lines" = "$whole" ] || fail "of $lines lines $whole are records"
	whole=$(jq -r .id "$state/all" | sort -u | wc -l)
	[ "$lines" = "$whole" ] || fail "$lines records have $whole ids"
	jq -e -n '[inputs | select(.lost != {})] | length == 0' "$state/all" >/dev/null || fail 'some were lost'
	echo "$lines records, in files of $(wc -l "$records".[0-9] "$records" | tr '\n' ' ')"
	rm -f "$records".[0-9]
	mark
	denies nls_cp874 finit "$(unsigned_copy nls_cp874)"
	denied "$(unsigned_copy nls_cp874)" default content
}

_output_lost() { [ "$(since_mark | jq -n '[inputs | .lost.output // 0] | add // 0')" -ge "$1" ]; }
_writes() { sed -n 's/^syscw: //p' "/proc/$modwarden/io"; }
_wrote() { [ "$(_writes)" -ge "$1" ]; }

# Nothing else is let in or refused, nothing hangs, and once there is room again writing goes on.
a_full_disk_changes_no_verdict()
{
	local good bad filler=${records%/*}/filler uid=1000 writes
	good=$(unsigned_copy nls_cp860)
	bad=$(unsigned_copy nls_cp862)
	listed "$good"
	loads nls_cp860 finit "$good"
	denies nls_cp862 finit "$bad"
	guarded || return 0
	cat /dev/zero >"$filler" 2>/dev/null
	writes=$(_writes)
	while [ $uid -lt 1020 ]; do
		gives EPERM -u $uid finit "$bad"
		uid=$((uid + 1))
	done
	for i in 1 2 3 4 5; do
		loads nls_cp860 finit "$good"
	done
	# Written in vain, before there is room again: each load and its unload have a record.
	until_true _wrote $((writes + 30)) || fail 'it does not write any more'
	rm "$filler"
	gives EPERM init "$bad"
	expect_record "$(of "$bad") and .module.source == \"memory\"" '.verdict == "deny"' '.enforced == true' \
		'.reason == "default"' '.syscall.errno == "EPERM"'
	until_true _output_lost 25 || fail 'no record tells of the loss'
	loads nls_cp860 init "$good"
	expect_record "$(of "$good") and .module.source == \"memory\"" '.verdict == "allow"' ".rule == \"$case\"" \
		'.lost == {}'
}

# The records tell of as many as the last word does; nothing else was lost.
the_last_word_counts_what_was_lost()
{
	local told
	[ "$phase" = after ] || return 0
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	told=$(jq -nR '[inputs | fromjson? | .lost.output // 0] | add' "$records")
	[ "$told" -ge 25 ] || fail "the records tell of $told lost ones"
	grep -q "records lost: $told\$" "$state/stderr" || fail "the records tell of $told, and it says $(cat "$state/stderr")"
}
