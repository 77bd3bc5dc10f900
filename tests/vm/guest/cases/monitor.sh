# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# A policy made for other kernels: its mode is enforce, and here it starts in monitor. The last case
# kills modwarden, so that what is left of it is seen afterwards.

policy_for_other_kernels_starts_in_monitor()
{
	guarded || return 0
	modwarden_says 'was not made for kernel' || fail "nothing is said: $(cat "$state/stderr")"
	modwarden_says 'monitor mode' || fail "the mode is another: $(cat "$state/stderr")"
	echo 0 >"$state/mark"
	expect_record '.type == "policy"' '.reason == "loaded"' '.mode == "monitor"' \
		'.detail | test("other kernels")'
	expect_record '.type == "daemon"' '.reason == "started"' '.mode == "monitor"'
}

monitor_lets_in_and_says_would_deny()
{
	local file
	file=$(unsigned_copy nls_cp861)
	loads nls_cp861 finit "$file"
	expect_record "$(of "$file")" '.verdict == "deny"' '.enforced == false' '.mode == "monitor"' \
		'.reason == "default"' '.gate == "content"' '.syscall.exit == 0' \
		'.module.taints | index("unsigned") != null'
}

monitor_reports_exactly_what_enforce_refuses()
{
	_as_attempts _attempt_rules
	_as_attempts _attempt_files
	guarded || return 0
	[ -s "$state/enforced" ] || fail 'the case enforce_rules_on_every_attempt has to run before'
	_attempt_all "$state/monitored"
	cp "$state/monitored" /out/attempts.monitored
	cmp -s "$state/enforced" "$state/monitored" ||
		fail "enforce and monitor differ: $(diff "$state/enforced" "$state/monitored")"
}

# Must be the last of this session.
survives_being_killed_in_the_middle_of_a_load()
{
	local file=$modules/$case.ko loader result=$state/result
	if before; then
		cp "$(unsigned_copy nls_cp863)" "$file"
		truncate -s 64M "$file"
		return
	fi
	if ! guarded; then
		# The gates are gone, and what they would have refused gets in without a record.
		loads nls_cp863 finit "$(unsigned_copy nls_cp863)"
		[ "$(cat "$state/exit_status")" = 137 ] || fail "it ended with $(cat "$state/exit_status")"
		return
	fi
	both_processors # one for the hash, which does not let go of it, and one for what kills
	$load -a finit "$file" + delete nls_cp863 >"$result" &
	loader=$!
	until_true grep -q go "$result" || fail 'the load did not begin'
	kill -KILL "$modwarden"
	! grep -q finit "$result" || fail 'the load had ended before: make the file bigger'
	wait $loader
	grep -q 'finit 0 1' "$result" || fail "the load gave $(cat "$result")"
}
