# shellcheck shell=dash disable=SC2016 # the single quotes hold jq programs
# Root switches the kernel's preemption while modwarden runs.

# _grade_becomes GRADE DETAIL: a record and a warning tell of the change.
_grade_becomes()
{
	expect_record ".type == \"daemon\" and .reason == \"grade\" and .grade == \"$1\"" \
		'.mechanism == "fmod_ret"' '.mode == "enforce"' '.lost == {}' '.policy.generation == 1' \
		".detail | startswith(\"$2: \") and contains(\"root can undo it in $preempt\")"
	modwarden_says "warning: grade: $2: " || fail "it did not warn: $(cat "$state/stderr")"
}

grade_changes_when_preemption_is_switched()
{
	local file mode
	file=$(unsigned_copy nls_cp437)
	denies nls_cp437 finit "$file"
	guarded || return 0
	grep -q voluntary $preempt || skip "this kernel preempts itself in all its modes: $(cat $preempt)"
	mode=$(sed 's/.*(\(.*\)).*/\1/' $preempt)
	# shellcheck disable=SC2064 # what it is now
	trap "echo $mode >$preempt" EXIT
	mark
	echo full >$preempt
	if [ "$mechanism" = lsm ]; then
		# What repeats is counted at the end of a second, and the grade looked at before.
		gives EPERM -n 20 finit "$file"
		expect_record "$(of "$file") and .repeated" '.repeated.count > 1'
		[ ! "$(since_mark | jq -c 'select(.type == "daemon")')" ] ||
			fail "it tells of $(since_mark | jq -c 'select(.type == "daemon")')"
		_doctor 0 '.preemption == "full" and .grades.lsm == "enforce" and .grades.fmod_ret == "enforce-raceable"'
		return 0
	fi
	_grade_becomes enforce-raceable 'enforce-switchable -> enforce-raceable'
	gives EPERM finit "$file"
	mark
	echo "$mode" >$preempt
	_grade_becomes enforce-switchable 'enforce-raceable -> enforce-switchable'
}
