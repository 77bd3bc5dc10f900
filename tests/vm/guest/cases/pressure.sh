# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Many at once, records that find no room, gates that somebody wants to silence. The
# case that looks at modwarden's end is here too.

judges_two_cpus_at_once()
{
	local good bad rounds=40
	both_processors
	good=$(unsigned_copy nls_cp862)
	bad=$(renamed_copy nls_cp863 nls_cp865)
	listed "$good"
	loads nls_cp862 finit "$good"
	denies nls_cp865 finit "$bad"
	guarded || return 0
	$load -j -n $rounds cycle "$good" nls_cp862 + cycle "$bad" nls_cp865 >"$state/attempt"
	grep -qx "0 cycle 0 $rounds" "$state/attempt" && grep -qx "1 cycle EPERM $rounds" "$state/attempt" ||
		fail "it gave $(cat "$state/attempt")"
}


# _sum FILTER: of all records since the mark that FILTER selects, the attempts they stand for.
_sum()
{
	lines_since_mark | jq -nR "[inputs | fromjson? | select($1) | .repeated.count // 1] | add // 0"
}

_sum_is_at_least() { [ "$(_sum "$1")" -ge "$2" ]; }

folds_5000_identical_denials_and_loses_none()
{
	local file select written attempts=5000
	file=$(unsigned_copy nls_cp1250)
	denies nls_cp1250 finit "$file"
	guarded || return 0
	$load -n $((attempts - 1)) finit "$file" >"$state/attempt"
	[ "$(cat "$state/attempt")" = "0 finit EPERM $((attempts - 1))" ] || fail "it gave $(cat "$state/attempt")"
	select=$(of "$file")
	until_true _sum_is_at_least "$select" $attempts || fail "the records tell of $(_sum "$select") denials"
	[ "$(_sum "$select")" = $attempts ] || fail "the records tell of $(_sum "$select") denials"
	written=$(since_mark | jq -c "select($select)" | wc -l)
	[ "$written" -le 100 ] || fail "$written records"
	expect_record "$select and .repeated" '.verdict == "deny"' '.repeated.count > 1' \
		'.repeated.first <= .repeated.last' '.reason == "default"' '.gate == "content"' \
		'.module.name == "nls_cp1250"' '.lost == {}'
	echo "$written records of $attempts denials"
}

# _told: "KNOWN LOST": operations whose first part got out, and those whose first part did not.
# What the second part alone tells has no ppid. A follower whose end is not seen is told of ten seconds
# later: it is of a case before.
_told()
{
	lines_since_mark | jq -nRr '[inputs | fromjson? // empty] |
		"\(map(select(.type == "operation" and .process.ppid != null and .reason != "inherited")) | length) \(map(.lost.decision // 0) | add // 0)"'
}

# _all_are_told ATTEMPTS: leaves the last look in known and lost.
_all_are_told()
{
	read -r known lost <<-END
		$(_told)
	END
	[ $((known + lost)) -ge "$1" ]
}

# The ring buffer is full, nobody reads it, and the verdicts are what they are.
a_full_ring_buffer_changes_no_verdict()
{
	local good file flood=$state/flood attempts=1300 known lost
	good=$(unsigned_copy nls_cp869)
	listed "$good"
	file=$modules/$case
	[ -e "$file" ] || head -c 4096 /dev/zero >"$file"
	loads nls_cp869 finit "$good"
	guarded || return 0
	mark
	kill -STOP "$modwarden"
	$load -v -n $attempts init "$file" >"$flood"
	# With its unload and the refusal behind it, three operations more.
	loads nls_cp869 finit "$good"
	gives EPERM finit "$file"
	kill -CONT "$modwarden"
	[ "$(cat "$flood")" = "0 init EPERM $attempts" ] || fail "it gave $(cat "$flood")"
	patience=20 until_true _all_are_told $((attempts + 3)) || true
	[ $((known + lost)) = $((attempts + 3)) ] || fail "$known known and $lost lost of $((attempts + 3))"
	echo "$attempts attempts and 3, $known known, $lost lost"
	[ "$lost" -gt 0 ] || fail 'the ring buffer did not fill up: make more attempts'
	gives EPERM finit "$file"
}

# Must come after all that expects no losses.
refuses_and_tells_of_trampolines_being_turned_off()
{
	local answer
	guarded || return 0
	mark
	answer=$( (echo 0 >/proc/sys/kernel/ftrace_enabled) 2>&1)
	case $answer in
	*'Operation not permitted'*) ;;
	*) fail "the kernel says '$answer'" ;;
	esac
	[ "$(cat /proc/sys/kernel/ftrace_enabled)" = 1 ] || fail 'they are off'
	gives EPERM finit "$(unsigned_copy nls_cp437)"
	expect_record '.type == "tamper"' '.reason == "trampolines"' '.module == null' \
		'.process.comm == "sh" or .process.comm == "main.sh" or .process.comm == "busybox"' \
		'.process.uid == 0' '.process.pid > 1'
	# The honest spelling is let through.
	echo 1 >/proc/sys/kernel/ftrace_enabled || fail 'a write of 1 is refused'
}

_mended() { [ "$(since_mark | jq -n '[inputs | select(.type == "tamper" and .reason == "control")] | length')" -gt 0 ]; }

# What root can reach by bpf(2) without a program: the settings' map, and the guard's link.
mends_what_another_process_changed()
{
	local map zeros
	guarded || return 0
	mark
	map=$(bpftool -j map list | jq '[.[] | select(.name == ".data.control")][-1].id')
	zeros=$(yes 0 | head -n "$(bpftool -j map show id "$map" | jq .bytes_value)" | tr '\n' ' ')
	# shellcheck disable=SC2086 # one word a byte
	bpftool map update id "$map" key 0 0 0 0 value $zeros || fail 'cannot write the map'
	until_true _mended || fail 'no record tells of it'
	gives EPERM finit "$(unsigned_copy nls_cp437)"
	bpftool link detach id "$(bpftool -j link list | jq '[.[] | select(.type == "cgroup")][-1].id')" ||
		fail 'cannot detach the guard'
	sleep 2
	(echo 0 >/proc/sys/kernel/ftrace_enabled) 2>/dev/null && fail 'the guard is gone'
	gives EPERM finit "$(unsigned_copy nls_cp437)"
}

sigterm_detaches_and_ends_with_0()
{
	[ "$phase" = after ] || return 0
	[ "$(cat "$state/exit_status")" = 0 ] || fail "it ended with $(cat "$state/exit_status")"
	jq -e -n '[inputs] | .[-1] | .type == "daemon" and .reason == "detached"' "$records" >/dev/null ||
		fail "the last record is $(tail -n 1 "$records")"
	! kill -0 "$modwarden" 2>/dev/null || fail 'it is still there'
}
